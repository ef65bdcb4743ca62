// boltseal-log token: tokens that let who has one write. specs/log-writers.md#tokens
#include "cli/clock.h"
#include "cli/log_commands.h"
#include "cli/log_writers.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

constexpr std::int64_t kDay = 86'400;
constexpr int kMostDays = 3660;

struct TokenOptions {
    std::filesystem::path directory;
    std::string name;
    int days = 90;
};

Result<void> create(const TokenOptions& options, Streams streams) {
    const Timestamp expires{now().seconds + options.days * kDay};
    BOLTSEAL_TRY(const Secret token,
                 create_token(token_folder(options.directory), options.name, now(), expires));
    streams.out << as_text(token.bytes()) << '\n';
    streams.err << "token '" << options.name << "' expires " << to_rfc3339(expires)
                << ", and is not shown again\n";
    return {};
}

Result<void> list(const TokenOptions& options, Streams streams) {
    BOLTSEAL_TRY(const auto tokens, load_tokens(token_folder(options.directory)));
    for (const auto& [name, token] : tokens) {
        streams.out << name << "  created " << to_rfc3339(token.created)
                    << (now() < token.expires ? "  expires " : "  expired ")
                    << to_rfc3339(token.expires) << '\n';
    }
    return {};
}

Result<void> revoke(const TokenOptions& options, Streams streams) {
    BOLTSEAL_CHECK(revoke_token(token_folder(options.directory), options.name, now()));
    streams.err << "token '" << options.name << "' is no good any more, within a second\n";
    return {};
}

}  // namespace

Action add_log_token(Command app) {
    auto options = std::make_shared<TokenOptions>();
    auto cmd = app.add_subcommand("token", "Make, list and revoke tokens to write with");
    cmd.require_subcommand(1);
    const auto add = [&](const char* name, const char* help) {
        auto sub = cmd.add_subcommand(name, help);
        sub.add_option("--dir", options->directory, "Folder of the log").required();
        return sub;
    };
    auto creating = add("create", "Make a token, and print it");
    creating.add_option("--name", options->name, "What it is called in the log's records")
        .required();
    creating.add_option("--days", options->days, "How long it is good")
        .capture_default_str()
        .between(1, kMostDays);
    add("list", "List all that were made");
    add("revoke", "End a token").add_option("--name", options->name, "The token").required();
    cmd.footer("Once there is a token, no entry is taken without one.");
    return [options, cmd](Streams streams) {
        if (cmd.got_subcommand("create")) return create(*options, streams);
        return cmd.got_subcommand("list") ? list(*options, streams) : revoke(*options, streams);
    };
}

}  // namespace boltseal
