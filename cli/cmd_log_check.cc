#include "cli/log_access.h"
#include "cli/log_client_commands.h"
#include "cli/log_options.h"
#include "core/encoding.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

struct LogCheckArguments {
    LogAccess access;
    std::filesystem::path state;
    bool json = false;
};

// When it was there at the latest: the newest cosignature says so, the log itself does not.
std::optional<Timestamp> newest(const std::vector<Cosigned>& cosigned) {
    std::optional<Timestamp> time;
    for (const Cosigned& one : cosigned) {
        if (!time || *time < one.time) time = one.time;
    }
    return time;
}

Json to_json(const OpenLog& log, const std::vector<Cosigned>& cosigned) {
    Json::Array witnesses;
    for (const Cosigned& one : cosigned) {
        witnesses.push_back(Json::object({{"name", one.witness}, {"time", to_rfc3339(one.time)}}));
    }
    const auto time = newest(cosigned);
    return Json::object({{"schema", "https://boltseal.dev/schema/log-check/v1"},
                         {"log", log_json(log.head)},
                         {"time", time ? Json(to_rfc3339(*time)) : Json()},
                         {"witnesses", std::move(witnesses)}});
}

std::string to_text(const OpenLog& log, const std::vector<Cosigned>& cosigned) {
    const auto time = newest(cosigned);
    return "consistent: log '" + log.name() + "'\n  size            " +
           std::to_string(log.head.head().size) + "\n  root            " +
           to_base64(log.head.head().root.bytes()) + "\n  time            " +
           (time ? to_rfc3339(*time) : "not known: nobody who was asked for has dated it") +
           "\n  witnesses       " +
           (log.witnesses.asks_for_none() ? "none were asked for" : to_string(cosigned)) + '\n';
}

// Consistent with all that was seen before, and not less: a smaller tree may be the start of the
// larger one, and still nobody may take back what was signed.
Result<void> check_history(OpenLog& log, const LogCheckArguments& options) {
    const auto folder = state_folder(options.state);
    if (!folder) {
        return Error(Fault::Config, "no folder to remember logs in")
            .with_hint("set HOME or give --state");
    }
    SeenHeads heads(*folder);
    const auto prove = [&](const VerifiedCheckpoint& older,
                           const VerifiedCheckpoint& newer) -> Result<void> {
        BOLTSEAL_CHECK(log.client.check_consistency(older, newer));
        if (newer.head() == log.head.head()) return {};
        return log.client.check_not_shrunk(newer);
    };
    return heads.observe(log.head, log.client.key(), prove);
}

Result<void> run(const LogCheckArguments& options, Streams streams) {
    HttpClient http;
    BOLTSEAL_TRY(OpenLog log, open_log(options.access, http));
    BOLTSEAL_CHECK(check_history(log, options));
    BOLTSEAL_TRY(const std::vector<Cosigned> cosigned, log.check_cosigned(log.head));
    streams.out << (options.json ? to_pretty_json(to_json(log, cosigned)) : to_text(log, cosigned));
    return {};
}

}  // namespace

Action add_log_check(Command group) {
    auto options =
        std::make_shared<LogCheckArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd = group.add_subcommand("check", "Check that a log continues what it has shown before");
    add_log_access_options(cmd, options->access);
    add_state_option(cmd, options->state);
    cmd.add_flag("--json", options->json, "Print JSON");
    cmd.footer(
        "Exit status: 0 consistent; 1 another history, or not by this log; 2 usage; "
        "3 undetermined.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
