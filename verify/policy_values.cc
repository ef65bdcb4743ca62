// The plain values of a policy's tables.
#include "verify/policy_table.h"

#include <algorithm>
#include <charconv>

namespace boltseal {

namespace {

constexpr std::size_t kMaxValue = 1024;
constexpr std::size_t kMaxValues = 64;

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

std::string PolicyTable::text_of(const PolicyNode& node, std::string_view member) {
    const std::string* text = node.as<std::string>();
    if (!text) {
        problem_line(node.line(),
                     in_quotes(member) + " is " + std::string(node.kind()) + ", expected a string");
        return "";
    }
    if (text->empty()) problem_line(node.line(), in_quotes(member) + " is empty");
    if (text->size() > kMaxValue) {
        problem_line(node.line(), in_quotes(member) + " is longer than 1024 bytes");
    }
    if (!is_plain(*text)) {
        problem_line(node.line(), in_quotes(member) + " has control characters");
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
    if (items->empty()) problem_at(member, in_quotes(member) + " is empty");
    if (items->size() > kMaxValues)
        problem_at(member, in_quotes(member) + " has more than 64 items");
    for (const PolicyNode& item : *items) {
        std::string text = text_of(item, member);
        if (std::ranges::find(texts, text) != texts.end()) {
            problem_line(item.line(), in_quotes(member) + " has " + printable(text) + " twice");
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
        problem_at(member, in_quotes(member) + " is " + std::to_string(*value) + ", expected " +
                               std::to_string(least) + " to " + std::to_string(most));
        return least;
    }
    return static_cast<std::uint64_t>(*value);
}

void PolicyTable::flag(std::string_view member) {
    const auto* value = require<bool>(member, "true");
    if (value && !*value) {
        problem_at(member, in_quotes(member) + " is false, expected true or nothing");
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
        problem_at(member, in_quotes(member) + " is " + printable(*value) +
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
        list += in_quotes(allowed[i]);
    }
    problem_at(member, in_quotes(member) + " is " + printable(*value) + ", expected " + list);
    return "";
}

std::optional<Json> PolicyTable::value(std::string_view member) {
    const PolicyNode* node = take(member);
    if (!node) {
        problem(in_quotes(member) + " is missing in " + name_);
        return std::nullopt;
    }
    if (node->as<PolicyNode::Table>()) {
        problem_line(node->line(), in_quotes(member) + " is a table, expected a value");
        return std::nullopt;
    }
    return node->to_json();
}

}  // namespace boltseal
