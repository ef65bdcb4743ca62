#include "registry-client/settings_table.h"

#include <algorithm>

namespace boltseal {

Error bad_setting(std::size_t line, const std::string& why) {
    return Error(Fault::Config, to_string(TomlProblem{line, why}));
}

Error wrong_kind(const TomlNode& node, std::string_view name, std::string_view expected) {
    return bad_setting(node.line(), printable(name) + " is " + std::string(node.kind()) +
                                        ", expected " + std::string(expected));
}

Result<TomlNode> parse_settings(Bytes text) {
    auto read = parse_toml(text);
    if (const auto* problem = std::get_if<TomlProblem>(&read)) {
        return Error(Fault::Config, to_string(*problem));
    }
    return std::get<TomlNode>(std::move(read));
}

Result<SettingsTable> SettingsTable::open(const TomlNode& node, const std::string& name) {
    const auto* members = node.as<TomlNode::Table>();
    if (members == nullptr) return wrong_kind(node, name, "a table");
    return SettingsTable(node.line(), *members);
}

const TomlNode* SettingsTable::find(std::string_view name) const {
    const auto found =
        std::ranges::find_if(*members_, [&](const auto& member) { return member.first == name; });
    return found == members_->end() ? nullptr : &found->second;
}

Result<std::string> SettingsTable::text(std::string_view name) const {
    const TomlNode* node = find(name);
    if (node == nullptr) return std::string();
    const auto* text = node->as<std::string>();
    if (text == nullptr) return wrong_kind(*node, name, "a string");
    return *text;
}

Result<bool> SettingsTable::flag(std::string_view name) const {
    const TomlNode* node = find(name);
    if (node == nullptr) return false;
    const bool* flag = node->as<bool>();
    if (flag == nullptr) return wrong_kind(*node, name, "a boolean");
    return *flag;
}

Result<void> SettingsTable::only(std::initializer_list<std::string_view> names) const {
    for (const auto& [name, node] : *members_) {
        if (std::ranges::find(names, std::string_view(name)) != names.end()) continue;
        return bad_setting(node.line(), printable(name) + " is unknown");
    }
    return {};
}

Error SettingsTable::bad(const std::string& why) const {
    return bad_setting(line_, why);
}

Result<std::vector<std::string>> strings_of(const TomlNode& node, std::string_view name) {
    if (const auto* text = node.as<std::string>()) return std::vector{*text};
    const auto* items = node.as<TomlNode::Array>();
    if (items == nullptr) return wrong_kind(node, name, "a string or a list of strings");
    std::vector<std::string> out;
    for (const TomlNode& item : *items) {
        const auto* text = item.as<std::string>();
        if (text == nullptr) return wrong_kind(item, name, "a string or a list of strings");
        out.push_back(*text);
    }
    return out;
}

}  // namespace boltseal
