#include "verify/policy_table.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxList = 64;
constexpr std::size_t kMaxTables = 256;
constexpr std::size_t kMaxFiles = 1024;

}  // namespace

std::string in_quotes(std::string_view name) {
    return "'" + std::string(name) + "'";
}

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

Pattern PolicyTable::pattern_of(PolicyNode& node, std::string_view member) {
    if (node.as<std::string>()) return Pattern::exactly(text_of(node, member));
    if (!node.as<PolicyNode::Table>()) {
        problem_line(node.line(), in_quotes(member) + " is " + std::string(node.kind()) +
                                      ", expected a string, { glob = \"...\" } or { regex = "
                                      "\"...\" }");
        return {};
    }
    return PolicyTable(node, in_quotes(member), reading_).self_pattern();
}

Pattern PolicyTable::self_pattern() {
    const bool is_glob = has("glob");
    if (!is_glob && !has("regex")) {
        problem(name_ + " has neither 'glob' nor 'regex'");
        return {};
    }
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
    problem(in_quotes(member) + " is missing in " + name_);
    return {};
}

std::vector<Pattern> PolicyTable::patterns(std::string_view member) {
    std::vector<Pattern> patterns;
    auto* items = require<PolicyNode::Array>(member, "a list");
    if (!items) return patterns;
    if (items->empty()) problem_at(member, in_quotes(member) + " is empty");
    if (items->size() > kMaxList) problem_at(member, in_quotes(member) + " has more than 64 items");
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
        problem_line(node.line(), in_quotes(member) + ": " + bytes.error().message());
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
        problem_at(member, in_quotes(member) + " has more than 64 items");
        return files;
    }
    for (PolicyNode& item : *items) {
        if (auto bytes = file_of(item, member, limit)) files.push_back(*std::move(bytes));
    }
    return files;
}

PolicyNode* PolicyTable::table(std::string_view member) {
    PolicyNode* node = take(member);
    if (!node || node->as<PolicyNode::Table>()) return node;
    problem_line(node->line(),
                 in_quotes(member) + " is " + std::string(node->kind()) + ", expected a table");
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
        problem_line(node->line(), in_quotes(member) + " is no list of tables");
        return tables;
    }
    if (items->size() > kMaxTables) {
        problem_line(node->line(), in_quotes(member) + " has more than 256 tables");
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
        problem_line(node->line(), in_quotes(member) + " has more than 256 tables");
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
