#include "verify/policy_table.h"

#include <algorithm>
#include <charconv>

namespace boltseal {

namespace {

constexpr std::size_t kMaxText = 1024;
constexpr std::size_t kMaxList = 64;
constexpr std::size_t kMaxTables = 256;
constexpr std::size_t kMaxFiles = 1024;

std::string quoted(std::string_view name) {
    return "'" + std::string(name) + "'";
}

// "90d" and so on, in one spelling: no leading zeros, no sums. At most ten years.
std::optional<std::int64_t> parse_duration(std::string_view text) {
    struct Unit {
        char letter;
        std::int64_t seconds;
    };
    constexpr Unit kUnits[] = {{'d', 86'400}, {'h', 3'600}, {'m', 60}, {'s', 1}};
    constexpr std::int64_t kMost = std::int64_t{3'660} * 86'400;
    if (text.size() < 2 || text.front() == '0') return std::nullopt;
    const auto* const unit = std::ranges::find(kUnits, text.back(), &Unit::letter);
    if (unit == std::end(kUnits)) return std::nullopt;
    std::uint32_t count = 0;
    const char* const end = text.data() + text.size() - 1;
    const auto [stop, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc() || stop != end) return std::nullopt;
    const std::int64_t seconds = std::int64_t{count} * unit->seconds;
    if (seconds > kMost) return std::nullopt;
    return seconds;
}

bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c < 0 || (c >= ' ' && c != 127); });
}

}  // namespace

PolicyTable::PolicyTable(PolicyNode& node, std::string name, PolicyReading& reading)
    : node_(node), name_(std::move(name)), reading_(reading) {}

PolicyTable::~PolicyTable() {
    for (const auto& [name, member] : *node_.as<PolicyNode::Table>()) {
        if (known_.contains(name)) continue;
        problem_line(member.line(), printable(name) + " is unknown in " + name_);
    }
}

void PolicyTable::problem_line(std::size_t line, std::string message) {
    reading_.problems.push_back({line, std::move(message)});
}

void PolicyTable::problem(std::string message) {
    problem_line(line(), std::move(message));
}

void PolicyTable::problem_at(std::string_view member, std::string message) {
    const PolicyNode* node = find(member);
    problem_line(node ? node->line() : line(), std::move(message));
}

PolicyNode* PolicyTable::find(std::string_view member) const {
    for (auto& [name, node] : *node_.as<PolicyNode::Table>()) {
        if (name == member) return &node;
    }
    return nullptr;
}

PolicyNode* PolicyTable::take(std::string_view member) {
    know(member);
    return find(member);
}

bool PolicyTable::has(std::string_view member) const {
    return find(member) != nullptr;
}

template <typename T>
T* PolicyTable::require(std::string_view member, std::string_view kind) {
    PolicyNode* node = take(member);
    if (!node) {
        problem(quoted(member) + " is missing in " + name_);
        return nullptr;
    }
    T* value = node->as<T>();
    if (!value) {
        problem_line(node->line(), quoted(member) + " is " + std::string(node->kind()) +
                                       ", expected " + std::string(kind));
    }
    return value;
}

std::string PolicyTable::text_of(const PolicyNode& node, std::string_view member) {
    const std::string* text = node.as<std::string>();
    if (!text) {
        problem_line(node.line(),
                     quoted(member) + " is " + std::string(node.kind()) + ", expected a string");
        return "";
    }
    if (text->empty()) problem_line(node.line(), quoted(member) + " is empty");
    if (text->size() > kMaxText) {
        problem_line(node.line(), quoted(member) + " is longer than 1024 bytes");
    }
    if (!is_plain(*text)) {
        problem_line(node.line(), quoted(member) + " has control characters");
    }
    return *text;
}

std::string PolicyTable::text(std::string_view member) {
    if (!require<std::string>(member, "a string")) return "";
    return text_of(*find(member), member);
}

std::vector<std::string> PolicyTable::texts(std::string_view member) {
    std::vector<std::string> texts;
    const auto* items = require<PolicyNode::Array>(member, "a list");
    if (!items) return texts;
    if (items->empty()) problem_at(member, quoted(member) + " is empty");
    if (items->size() > kMaxList) problem_at(member, quoted(member) + " has more than 64 items");
    for (const PolicyNode& item : *items) {
        std::string text = text_of(item, member);
        if (std::ranges::find(texts, text) != texts.end()) {
            problem_line(item.line(), quoted(member) + " has " + printable(text) + " twice");
        }
        texts.push_back(std::move(text));
    }
    return texts;
}

std::uint64_t PolicyTable::number(std::string_view member, std::uint64_t least,
                                  std::uint64_t most) {
    const auto* value = require<std::int64_t>(member, "a number");
    if (!value) return least;
    if (*value < 0 || static_cast<std::uint64_t>(*value) < least ||
        static_cast<std::uint64_t>(*value) > most) {
        problem_at(member, quoted(member) + " is " + std::to_string(*value) + ", expected " +
                               std::to_string(least) + " to " + std::to_string(most));
        return least;
    }
    return static_cast<std::uint64_t>(*value);
}

void PolicyTable::flag(std::string_view member) {
    const auto* value = require<bool>(member, "true");
    if (value && !*value) {
        problem_at(member, quoted(member) + " is false, expected true or nothing");
    }
}

Timestamp PolicyTable::time(std::string_view member) {
    const auto* value = require<Timestamp>(member, "a date such as 2027-01-31T00:00:00Z");
    return value ? *value : Timestamp{};
}

std::int64_t PolicyTable::seconds(std::string_view member) {
    const auto* value = require<std::string>(member, "a duration such as \"90d\"");
    if (!value) return 0;
    const auto parsed = parse_duration(*value);
    if (!parsed) {
        problem_at(member, quoted(member) + " is " + printable(*value) +
                               ", expected a duration such as \"90d\", \"24h\", \"15m\" or \"30s\" "
                               "of ten years at most");
    }
    return parsed.value_or(0);
}

std::string PolicyTable::choice(std::string_view member, const std::vector<std::string>& allowed) {
    const auto* value = require<std::string>(member, "a string");
    if (!value || std::ranges::find(allowed, *value) != allowed.end()) return value ? *value : "";
    std::string list;
    for (std::size_t i = 0; i < allowed.size(); ++i) {
        if (i > 0) list += i + 1 == allowed.size() ? " or " : ", ";
        list += quoted(allowed[i]);
    }
    problem_at(member, quoted(member) + " is " + printable(*value) + ", expected " + list);
    return "";
}

Pattern PolicyTable::pattern_of(PolicyNode& node, std::string_view member) {
    if (node.as<std::string>()) return Pattern::exactly(text_of(node, member));
    if (!node.as<PolicyNode::Table>()) {
        problem_line(node.line(), quoted(member) + " is " + std::string(node.kind()) +
                                      ", expected a string, { glob = \"...\" } or { regex = "
                                      "\"...\" }");
        return {};
    }
    return PolicyTable(node, quoted(member), reading_).self_pattern();
}

Pattern PolicyTable::self_pattern() {
    const bool is_glob = has("glob");
    const std::string pattern = text(is_glob ? "glob" : "regex");
    if (pattern.empty()) return {};
    auto parsed = is_glob ? Pattern::glob(pattern) : Pattern::regex(pattern);
    if (parsed) return *std::move(parsed);
    problem(name_ + ": " + parsed.error().message());
    return {};
}

Pattern PolicyTable::pattern(std::string_view member) {
    PolicyNode* node = take(member);
    if (node) return pattern_of(*node, member);
    problem(quoted(member) + " is missing in " + name_);
    return {};
}

std::vector<Pattern> PolicyTable::patterns(std::string_view member) {
    std::vector<Pattern> patterns;
    auto* items = require<PolicyNode::Array>(member, "a list");
    if (!items) return patterns;
    if (items->empty()) problem_at(member, quoted(member) + " is empty");
    if (items->size() > kMaxList) problem_at(member, quoted(member) + " has more than 64 items");
    for (PolicyNode& item : *items) patterns.push_back(pattern_of(item, member));
    return patterns;
}

std::optional<Buffer> PolicyTable::file_of(PolicyNode& node, std::string_view member,
                                           std::size_t limit) {
    const std::string name = text_of(node, member);
    if (name.empty()) return std::nullopt;
    if (++reading_.files > kMaxFiles) {
        problem_line(node.line(), "the policy names more than 1024 files");
        return std::nullopt;
    }
    auto bytes = reading_.load(name, limit);
    if (!bytes) {
        problem_line(node.line(), quoted(member) + ": " + bytes.error().message());
        return std::nullopt;
    }
    node.set_content(digest_of(*bytes));
    return *std::move(bytes);
}

std::optional<Buffer> PolicyTable::file(std::string_view member, std::size_t limit) {
    if (!require<std::string>(member, "the name of a file")) return std::nullopt;
    return file_of(*find(member), member, limit);
}

std::vector<Buffer> PolicyTable::files(std::string_view member, std::size_t limit) {
    std::vector<Buffer> files;
    auto* items = require<PolicyNode::Array>(member, "a list of files");
    if (!items) return files;
    if (items->size() > kMaxList) {
        problem_at(member, quoted(member) + " has more than 64 items");
        return files;
    }
    for (PolicyNode& item : *items) {
        if (auto bytes = file_of(item, member, limit)) files.push_back(*std::move(bytes));
    }
    return files;
}

std::optional<Json> PolicyTable::value(std::string_view member) {
    const PolicyNode* node = take(member);
    if (!node) {
        problem(quoted(member) + " is missing in " + name_);
        return std::nullopt;
    }
    if (node->as<PolicyNode::Table>()) {
        problem_line(node->line(), quoted(member) + " is a table, expected a value");
        return std::nullopt;
    }
    return node->to_json();
}

PolicyNode* PolicyTable::table(std::string_view member) {
    PolicyNode* node = take(member);
    if (!node || node->as<PolicyNode::Table>()) return node;
    problem_line(node->line(),
                 quoted(member) + " is " + std::string(node->kind()) + ", expected a table");
    return nullptr;
}

std::vector<PolicyNode*> PolicyTable::tables(std::string_view member) {
    std::vector<PolicyNode*> tables;
    PolicyNode* node = take(member);
    if (!node) return tables;
    auto* items = node->as<PolicyNode::Array>();
    if (!items || std::ranges::any_of(*items, [](PolicyNode& item) {
            return item.as<PolicyNode::Table>() == nullptr;
        })) {
        problem_line(node->line(), quoted(member) + " is no list of tables");
        return tables;
    }
    if (items->size() > kMaxTables) {
        problem_line(node->line(), quoted(member) + " has more than 256 tables");
        return tables;
    }
    for (PolicyNode& item : *items) tables.push_back(&item);
    return tables;
}

std::vector<std::pair<std::string, PolicyNode*>> PolicyTable::named_tables(
    std::string_view member) {
    std::vector<std::pair<std::string, PolicyNode*>> tables;
    PolicyNode* node = table(member);
    if (!node) return tables;
    auto& members = *node->as<PolicyNode::Table>();
    if (members.size() > kMaxTables) {
        problem_line(node->line(), quoted(member) + " has more than 256 tables");
        return tables;
    }
    for (auto& [name, item] : members) {
        if (item.as<PolicyNode::Table>()) {
            tables.emplace_back(name, &item);
        } else {
            problem_line(item.line(), printable(name) + " is " + std::string(item.kind()) +
                                          ", expected a table");
        }
    }
    return tables;
}

}  // namespace boltseal
