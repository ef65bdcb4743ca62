#include "core/toml.h"

// Text that its parser does not expect meets an assertion in toml++ 3.3, whatever the build:
// otherwise it would go on.
namespace {
struct UnexpectedToml {};
[[noreturn]] void refuse_toml() {
    throw UnexpectedToml();
}
}  // namespace
#undef NDEBUG
#define TOML_ASSERT(condition) ((condition) ? static_cast<void>(0) : refuse_toml())
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 16
#include <toml++/toml.h>

#include <algorithm>
#include <chrono>

namespace boltseal {

namespace {

constexpr std::size_t kMaxText = std::size_t{1} << 20;
constexpr std::size_t kMaxDots = 64;
constexpr std::size_t kMaxValues = 50'000;
constexpr std::int64_t kMaxInteger = (std::int64_t{1} << 53) - 1;

// A line of TOML outside of its strings and comments. Strings end where their line does, as those
// of several lines are not let through.
class Line {
public:
    explicit Line(std::string_view text) : rest_(text) {}

    std::optional<std::string> problem() {
        std::size_t dots = 0;
        while (!rest_.empty() && rest_.front() != '#') {
            if (rest_.starts_with("\"\"\"") || rest_.starts_with("'''")) {
                return "strings of several lines are not read";
            }
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == '"' || c == '\'') skip_string(c);
            if (c == '.' && ++dots > kMaxDots) return "more than 64 dots outside of strings";
        }
        return std::nullopt;
    }

private:
    void skip_string(char quote) {
        while (!rest_.empty()) {
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == quote) return;
            if (c == '\\' && quote == '"' && !rest_.empty()) rest_.remove_prefix(1);
        }
    }

    std::string_view rest_;
};

// What the library would recurse into without a limit of its own.
std::optional<TomlProblem> check_lines(std::string_view text) {
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (auto why = Line(text.substr(0, end)).problem()) return TomlProblem{number, *why};
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::nullopt;
}

// What the library says, which quotes the text.
std::string clean(std::string_view description) {
    std::string text(description);
    std::ranges::replace_if(
        text, [](char c) { return c < ' ' || c > '~'; }, '?');
    if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a') {
        text[0] = static_cast<char>(text[0] - 'A' + 'a');
    }
    return text;
}

Timestamp to_timestamp(const toml::date_time& value) {
    const std::chrono::sys_days day{std::chrono::year{value.date.year} /
                                    std::chrono::month{value.date.month} /
                                    std::chrono::day{value.date.day}};
    const std::int64_t seconds = std::int64_t{day.time_since_epoch().count()} * 86'400 +
                                 value.time.hour * 3'600 + value.time.minute * 60 +
                                 value.time.second;
    return {seconds - std::int64_t{value.offset->minutes} * 60};
}

// From the library's tree to ours. The first problem ends it.
class Converter {
public:
    std::optional<TomlNode> convert(const toml::node& node, std::size_t line) {
        if (++values_ > kMaxValues) return stop(line, "more than 50000 values");
        if (const auto* table = node.as_table()) return convert_table(*table, line);
        if (const auto* array = node.as_array()) return convert_array(*array, line);
        if (const auto* text = node.as_string()) return TomlNode(line, text->get());
        if (const auto* flag = node.as_boolean()) return TomlNode(line, flag->get());
        if (const auto* number = node.as_integer()) return convert_integer(number->get(), line);
        if (const auto* time = node.as_date_time()) return convert_time(time->get(), line);
        if (node.is_floating_point()) return stop(line, "numbers with a fraction are not read");
        return stop(line, "a date needs a time and a zone, as in 2027-01-31T00:00:00Z");
    }

    TomlProblem take_problem() { return *std::move(problem_); }

private:
    std::nullopt_t stop(std::size_t line, std::string message) {
        if (!problem_) problem_ = TomlProblem{line, std::move(message)};
        return std::nullopt;
    }

    std::optional<TomlNode> convert_table(const toml::table& table, std::size_t line) {
        TomlNode::Table members;
        for (const auto& [key, value] : table) {
            auto member = convert(value, key.source().begin.line);
            if (!member) return std::nullopt;
            members.emplace_back(std::string(key.str()), *std::move(member));
        }
        return TomlNode(line, std::move(members));
    }

    std::optional<TomlNode> convert_array(const toml::array& array, std::size_t line) {
        TomlNode::Array items;
        for (const toml::node& value : array) {
            const std::size_t own = value.source().begin.line;
            auto item = convert(value, own > 0 ? own : line);
            if (!item) return std::nullopt;
            items.push_back(*std::move(item));
        }
        return TomlNode(line, std::move(items));
    }

    std::optional<TomlNode> convert_integer(std::int64_t value, std::size_t line) {
        if (value > kMaxInteger || value < -kMaxInteger) {
            return stop(line, "numbers beyond 2^53 - 1 are not read");
        }
        return TomlNode(line, value);
    }

    std::optional<TomlNode> convert_time(const toml::date_time& value, std::size_t line) {
        if (!value.offset) return stop(line, "a date needs a zone, as in 2027-01-31T00:00:00Z");
        return TomlNode(line, to_timestamp(value));
    }

    std::size_t values_ = 0;
    std::optional<TomlProblem> problem_;
};

struct KindName {
    std::string_view operator()(bool) const { return "a boolean"; }
    std::string_view operator()(std::int64_t) const { return "a number"; }
    std::string_view operator()(Timestamp) const { return "a date"; }
    std::string_view operator()(const std::string&) const { return "a string"; }
    std::string_view operator()(const TomlNode::Array&) const { return "a list"; }
    std::string_view operator()(const TomlNode::Table&) const { return "a table"; }
};

struct JsonForm {
    Json operator()(bool value) const { return value; }
    Json operator()(std::int64_t value) const { return value; }
    Json operator()(Timestamp value) const { return to_rfc3339(value); }
    Json operator()(const std::string& value) const { return value; }
    Json operator()(const TomlNode::Array& value) const {
        Json::Array items;
        for (const TomlNode& item : value) items.push_back(item.to_json());
        return items;
    }
    Json operator()(const TomlNode::Table& value) const {
        Json json = Json::object({});
        for (const auto& [name, member] : value) json.append(name, member.to_json());
        return json;
    }
};

std::variant<TomlNode, TomlProblem> parse_text(std::string_view text) {
    const toml::parse_result parsed = toml::parse(text);
    if (!parsed) {
        const toml::parse_error& error = parsed.error();
        return TomlProblem{error.source().begin.line, clean(error.description())};
    }
    Converter converter;
    auto tree = converter.convert(parsed.table(), 1);
    if (!tree) return converter.take_problem();
    return *std::move(tree);
}

bool is_unexpected(std::string_view text) try {
    static_cast<void>(toml::parse(text));
    return false;
} catch (const UnexpectedToml&) {
    return true;
}

// The first line that, with all before it, is not expected: an assertion does not tell.
std::size_t find_unexpected(std::string_view text) {
    std::vector<std::size_t> ends;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n' || i + 1 == text.size()) ends.push_back(i + 1);
    }
    const auto line = std::ranges::partition_point(
        ends, [&](std::size_t end) { return !is_unexpected(text.substr(0, end)); });
    return static_cast<std::size_t>(line - ends.begin()) + 1;
}

}  // namespace

std::string to_string(const TomlProblem& problem) {
    if (problem.line == 0) return problem.message;
    return "line " + std::to_string(problem.line) + ": " + problem.message;
}

std::string_view TomlNode::kind() const {
    return std::visit(KindName(), value_);
}

Json TomlNode::to_json() const {
    if (content_) return to_string(*content_);
    return std::visit(JsonForm(), value_);
}

std::variant<TomlNode, TomlProblem> parse_toml(Bytes text) {
    if (text.size() > kMaxText) return TomlProblem{0, "larger than 1048576 bytes"};
    if (!is_utf8(text)) return TomlProblem{0, "is not UTF-8"};
    if (auto problem = check_lines(as_text(text))) return *std::move(problem);
    try {
        return parse_text(as_text(text));
    } catch (const UnexpectedToml&) {
        return TomlProblem{find_unexpected(as_text(text)), "is no TOML"};
    }
}

}  // namespace boltseal
