// A table of a TOML settings file: its members by name and kind. What is of another kind, and what
// nobody asks for, is Config with the line and the name of the member.
#pragma once

#include "core/toml.h"

#include <initializer_list>

namespace boltseal {

class SettingsTable {
public:
    // Config if it is no table. `node` must outlive this.
    static Result<SettingsTable> open(const TomlNode& node, const std::string& name);

    std::size_t line() const { return line_; }
    const TomlNode::Table& members() const { return *members_; }
    const TomlNode* find(std::string_view name) const;  // or nullptr

    Result<std::string> text(std::string_view name) const;  // empty if it is not there
    Result<bool> flag(std::string_view name) const;         // false if it is not there
    Result<void> only(std::initializer_list<std::string_view> names) const;

    Error bad(const std::string& why) const;  // with the line on which the table begins

private:
    SettingsTable(std::size_t line, const TomlNode::Table& members)
        : line_(line), members_(&members) {}

    std::size_t line_;
    const TomlNode::Table* members_;
};

// The text as a tree, which is a table; Config if it is none.
Result<TomlNode> parse_settings(Bytes text);

Error bad_setting(std::size_t line, const std::string& why);
Error wrong_kind(const TomlNode& node, std::string_view name, std::string_view expected);

// The items of an array of strings, or one string by itself.
Result<std::vector<std::string>> strings_of(const TomlNode& node, std::string_view name);

}  // namespace boltseal
