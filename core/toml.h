// TOML 1.0 as a tree of values, each with the line it stands on, less what nothing here has a use
// for: floats, dates without a zone, and strings of several lines are refused.
//
// Limits: 1 MiB, 16 values within one another, 64 dots outside of strings in one line, 50,000
// values, integers within 2^53 - 1.
#pragma once

#include "core/digest.h"
#include "core/json.h"
#include "core/time.h"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace boltseal {

// What a person has to mend, and where. Line 0 stands for the text as a whole.
struct TomlProblem {
    std::size_t line = 0;
    std::string message;
    bool operator==(const TomlProblem&) const = default;
};
std::string to_string(const TomlProblem& problem);  // "line 3: 'nmae' is unknown"

class TomlNode {
public:
    using Array = std::vector<TomlNode>;
    using Member = std::pair<std::string, TomlNode>;
    using Table = std::vector<Member>;  // by name; names are unique
    using Value = std::variant<bool, std::int64_t, Timestamp, std::string, Array, Table>;

    TomlNode(std::size_t line, Value value) : line_(line), value_(std::move(value)) {}

    std::size_t line() const { return line_; }
    std::string_view kind() const;  // "a string", "a table", ...: for messages
    template <typename T>
    T* as() {
        return std::get_if<T>(&value_);
    }
    template <typename T>
    const T* as() const {
        return std::get_if<T>(&value_);
    }

    // Of the name of a file, what that file had in it: the JSON form shows this instead.
    void set_content(const BlobDigest& content) { content_ = content; }

    // The same values as JSON, dates as RFC 3339 strings: of a policy, specs/policy.md#digest.
    Json to_json() const;

private:
    std::size_t line_;
    Value value_;
    std::optional<BlobDigest> content_;
};

// Always a table, or the one problem that kept the text from being read.
std::variant<TomlNode, TomlProblem> parse_toml(Bytes text);

}  // namespace boltseal
