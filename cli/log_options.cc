#include "cli/log_options.h"

#include "cli/network.h"
#include "transparency/log_client.h"
#include "transparency/seen_heads.h"

#include <algorithm>
#include <cstdlib>
#include <ostream>

namespace boltseal {

namespace {

Result<void> observe(const SeenHeads& seen_heads, const VerifiedCheckpoint& head,
                     const NoteKey& log, const LogOptions& options, Transport& transport) {
    SeenHeads heads = seen_heads;
    if (options.url.empty()) return heads.observe(head, log);
    LogClient client(transport, options.url, log, real_patience());
    return heads.observe(head, log, [&](const auto& older, const auto& newer) {
        return client.check_consistency(older, newer);
    });
}

}  // namespace

void add_log_options(Command command, LogOptions& options, LogUse use) {
    const bool submit = use == LogUse::Submit;
    command
        .add_option("--log", options.url,
                    submit ? "URL of the transparency log to write to"
                           : "URL of the log, to ask that what it shows now continues what it "
                             "showed before")
        .envname("BOLTSEAL_LOG")
        .type_name("URL");
    if (!submit) add_state_option(command, options.state);
}

void add_state_option(Command command, std::filesystem::path& state) {
    command
        .add_option("--state", state,
                    "Folder that remembers what logs have shown (default: in XDG_STATE_HOME)")
        .envname("BOLTSEAL_STATE")
        .type_name("DIR");
}

// XDG Base Directory Specification 0.8: what should outlive a restart, but is no configuration.
std::optional<std::filesystem::path> state_folder(const std::filesystem::path& named) {
    if (!named.empty()) return named;
    if (const char* state = std::getenv("XDG_STATE_HOME"); state && *state) {
        return std::filesystem::path(state) / "boltseal" / "logs";
    }
    if (const char* home = std::getenv("HOME"); home && *home) {
        return std::filesystem::path(home) / ".local" / "state" / "boltseal" / "logs";
    }
    return std::nullopt;
}

Result<void> observe_logs(const std::vector<VerifiedCheckpoint>& checkpoints,
                          const TrustedRoot& root, const LogOptions& options, Transport& transport,
                          std::ostream& err) {
    const auto folder = state_folder(options.state);
    if (!folder) {
        err << "boltseal: no folder to remember logs in; set HOME or give --state\n";
        return {};
    }
    const SeenHeads heads(*folder);
    for (const VerifiedCheckpoint& head : checkpoints) {
        const auto log = std::ranges::find(root.logs, head.origin(),
                                           [](const TrustedLog& known) { return known.key.name; });
        if (log == root.logs.end()) continue;  // verify_bundle proves heads of these logs only
        auto observed = observe(heads, head, log->key, options, transport);
        if (observed) continue;
        // Asked for and not answered is undetermined; kept for ourselves and not kept is not.
        if (observed.error().fault() == Fault::Untrusted || !options.url.empty()) return observed;
        err << "boltseal: cannot remember log '" << log->key.name
            << "': " << observed.error().message() << '\n';
    }
    return {};
}

}  // namespace boltseal
