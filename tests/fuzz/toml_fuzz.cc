// What is read is a table whose JSON form is sound, and each of its values stands on a line that
// the text has.
#include "core/toml.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>

using namespace boltseal;

namespace {

void check_lines(const TomlNode& node, std::size_t lines) {
    LAW(node.line() >= 1 && node.line() <= lines);
    if (const auto* items = node.as<TomlNode::Array>()) {
        for (const TomlNode& item : *items) check_lines(item, lines);
    }
    if (const auto* members = node.as<TomlNode::Table>()) {
        for (const auto& [name, member] : *members) check_lines(member, lines);
    }
}

}  // namespace

FUZZ(input) {
    const auto read = parse_toml(input);
    const auto lines = static_cast<std::size_t>(std::ranges::count(input, '\n')) + 1;
    if (const auto* problem = std::get_if<TomlProblem>(&read)) {
        LAW(!problem->message.empty() && problem->line <= lines);
        return;
    }
    const auto& tree = std::get<TomlNode>(read);
    LAW(tree.as<TomlNode::Table>() != nullptr);
    check_lines(tree, lines);
    LAW(parse_json(to_json(tree.to_json()), {.max_depth = 64}).has_value());
}
