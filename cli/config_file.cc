#include "cli/config_file.h"

#include "core/file.h"
#include "core/toml.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <optional>

namespace boltseal {

namespace {

constexpr std::size_t kMaxConfig = std::size_t{1} << 20;
constexpr std::string_view kOption = "--config";

// Its value among the arguments.
std::optional<std::string> find_file(const std::vector<std::string>& arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& word = arguments[i];
        if (word == kOption && i + 1 < arguments.size()) return arguments[i + 1];
        if (word.starts_with("--config=")) return word.substr(kOption.size() + 1);
    }
    return std::nullopt;
}

OptionKind kind_of(const CLI::App& command, const std::string& name) {
    if ("--" + name == kOption || name == "help") return OptionKind::Unknown;
    const CLI::Option* const option = command.get_option_no_throw("--" + name);
    if (!option) return OptionKind::Unknown;
    if (option->get_items_expected_max() == 0) return OptionKind::Flag;
    return option->get_items_expected_max() > 1 ? OptionKind::Values : OptionKind::Value;
}

Error bad_setting(std::size_t line, const std::string& why) {
    return Error(Fault::Config, to_string(TomlProblem{line, why}));
}

Error wrong_kind(const std::string& name, const TomlNode& value, const char* expected) {
    return bad_setting(value.line(),
                       "'" + name + "' is " + std::string(value.kind()) + ", expected " + expected);
}

Result<std::string> value_text(const std::string& name, const TomlNode& value) {
    if (const auto* text = value.as<std::string>()) return *text;
    if (const auto* number = value.as<std::int64_t>()) return std::to_string(*number);
    return wrong_kind(name, value, "a string or a number");
}

class ConfigReader {
public:
    explicit ConfigReader(const KnownOptions& known) : known_(known) {}

    Result<void> read(const std::string& name, const TomlNode& value) {
        switch (known_.kind(name)) {
            case OptionKind::Unknown:
                return bad_setting(value.line(), printable(name) + " is no option of this command");
            case OptionKind::Flag:
                return read_flag(name, value);
            case OptionKind::Value:
                return add(name, value);
            case OptionKind::Values:
                return read_values(name, value);
        }
        return {};
    }

    std::vector<std::string> take() { return std::move(arguments_); }

private:
    Result<void> read_flag(const std::string& name, const TomlNode& value) {
        const bool* const flag = value.as<bool>();
        if (!flag) return wrong_kind(name, value, "true or false");
        if (*flag && !known_.given.contains(name)) arguments_.push_back("--" + name);
        return {};
    }

    Result<void> read_values(const std::string& name, const TomlNode& value) {
        const auto* const items = value.as<TomlNode::Array>();
        if (!items) return add(name, value);
        for (const TomlNode& item : *items) BOLTSEAL_CHECK(add(name, item));
        return {};
    }

    Result<void> add(const std::string& name, const TomlNode& value) {
        BOLTSEAL_TRY(const std::string text, value_text(name, value));
        if (!known_.given.contains(name)) arguments_.push_back("--" + name + "=" + text);
        return {};
    }

    const KnownOptions& known_;
    std::vector<std::string> arguments_;
};

}  // namespace

Result<std::vector<std::string>> config_arguments(Bytes text, const KnownOptions& known) {
    const auto tree = parse_toml(text);
    if (const auto* problem = std::get_if<TomlProblem>(&tree)) {
        return Error(Fault::Config, to_string(*problem));
    }
    ConfigReader reader(known);
    for (const auto& [name, value] : *std::get<TomlNode>(tree).as<TomlNode::Table>()) {
        BOLTSEAL_CHECK(reader.read(name, value));
    }
    return reader.take();
}

Result<std::vector<std::string>> expand_config(CLI::App& app, std::vector<std::string> arguments) {
    const auto commands = app.get_subcommands([&](const CLI::App* one) {
        return !arguments.empty() && one->get_name() == arguments.front();
    });
    const CLI::App* const command = commands.empty() ? nullptr : commands.front();
    if (!command || !command->get_option_no_throw(std::string(kOption))) return arguments;
    const auto path = find_file(arguments);
    if (!path) return arguments;
    KnownOptions known{[&](const std::string& name) { return kind_of(*command, name); }, {}};
    for (const std::string& word : arguments) {
        if (word.starts_with("--")) known.given.insert(word.substr(2, word.find('=') - 2));
    }
    const std::string doing = "configuration '" + *path + "'";
    const auto text = read_file(*path, kMaxConfig);
    if (!text) return Error(text.error()).as(Fault::Config).context(doing);
    auto more = config_arguments(*text, known);
    if (!more) return std::move(more).error().context(doing);
    arguments.insert(arguments.begin() + 1, more->begin(), more->end());
    return arguments;
}

}  // namespace boltseal
