// A table of a policy, taken apart member by member. Whoever reads one asks for everything it may
// have; what nobody asked for is unknown, which the table says when it goes out of scope. So is a
// member that is read only in some cases, in all others.
//
// Nothing here fails at once: every problem is collected, with its line, and the values that stand
// in for wrong ones never leave, because a policy with problems is not handed out.
#pragma once

#include "verify/pattern.h"
#include "verify/policy_toml.h"

#include <functional>
#include <set>

namespace boltseal {

// Reads a file that a policy names; names are relative to the policy's folder. The errors are
// reported with the line.
using LoadPolicyFile = std::function<Result<Buffer>(const std::string& name, std::size_t limit)>;

// What all tables of one policy share.
struct PolicyReading {
    const LoadPolicyFile& load;
    std::vector<PolicyProblem> problems;
    std::size_t files = 0;  // read so far
};

std::string in_quotes(std::string_view name);  // of a member, for messages

class PolicyTable {
public:
    // `name` is for messages: "[trust]". The node must be a table and outlive this.
    PolicyTable(PolicyNode& node, std::string name, PolicyReading& reading);
    ~PolicyTable();
    PolicyTable(const PolicyTable&) = delete;
    PolicyTable& operator=(const PolicyTable&) = delete;

    const std::string& name() const { return name_; }
    std::size_t line() const { return node_.line(); }
    bool has(std::string_view member) const;
    void problem(std::string message);  // at the line of the table
    void problem_at(std::string_view member, std::string message);

    // A member that must be there. A missing one, and a wrong one, is a problem.
    std::string text(std::string_view member);                // 1 to 1024 bytes, printable
    std::vector<std::string> texts(std::string_view member);  // 1 to 64, all different
    std::uint64_t number(std::string_view member, std::uint64_t least, std::uint64_t most);
    void flag(std::string_view member);  // true, the only thing that needs to be said
    Timestamp time(std::string_view member);
    std::int64_t seconds(std::string_view member);  // "90d", "24h", "15m" or "30s"
    std::string choice(std::string_view member, const std::vector<std::string>& allowed);
    // "exact text", { glob = "..." } or { regex = "..." }; see pattern.h.
    Pattern pattern(std::string_view member);
    Pattern self_pattern();  // this table is the { glob = "..." } or { regex = "..." }
    std::vector<Pattern> patterns(std::string_view member);  // 1 to 64
    // The bytes of the file that the member names, at most `limit`.
    std::optional<Buffer> file(std::string_view member, std::size_t limit);
    std::vector<Buffer> files(std::string_view member, std::size_t limit);
    std::optional<Json> value(std::string_view member);  // anything but a table

    // The tables below this one. None at all if the member is missing.
    PolicyNode* table(std::string_view member);
    std::vector<PolicyNode*> tables(std::string_view member);  // of an array, at most 256
    // Of a table of named tables: each name and its table, at most 256.
    std::vector<std::pair<std::string, PolicyNode*>> named_tables(std::string_view member);
    // The member is known, and read by somebody else.
    void know(std::string_view member) { known_.insert(std::string(member)); }

private:
    PolicyNode* find(std::string_view member) const;
    PolicyNode* take(std::string_view member);  // find, and known
    template <typename T>
    T* require(std::string_view member, std::string_view kind);
    std::string text_of(const PolicyNode& node, std::string_view member);
    Pattern pattern_of(PolicyNode& node, std::string_view member);
    std::optional<Buffer> file_of(PolicyNode& node, std::string_view member, std::size_t limit);
    void problem_line(std::size_t line, std::string message);

    PolicyNode& node_;
    std::string name_;
    PolicyReading& reading_;
    std::set<std::string, std::less<>> known_;
};

// The member with this type, or null, which is a problem.
template <typename T>
T* PolicyTable::require(std::string_view member, std::string_view kind) {
    PolicyNode* node = take(member);
    if (!node) {
        problem("'" + std::string(member) + "' is missing in " + name_);
        return nullptr;
    }
    T* value = node->as<T>();
    if (!value) {
        problem_line(node->line(), "'" + std::string(member) + "' is " + std::string(node->kind()) +
                                       ", expected " + std::string(kind));
    }
    return value;
}

}  // namespace boltseal
