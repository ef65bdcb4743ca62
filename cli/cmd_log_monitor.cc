#include "cli/alert_delivery.h"
#include "cli/clock.h"
#include "cli/ending_signals.h"
#include "cli/log_access.h"
#include "cli/log_client_commands.h"
#include "cli/log_options.h"
#include "cli/network.h"
#include "cli/trust_options.h"
#include "core/encoding.h"
#include "core/file.h"
#include "net/http_client.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxState = std::size_t{2} << 20;
constexpr std::size_t kMaxSigners = std::size_t{4} << 20;

struct LogMonitorArguments {
    LogAccess access;
    fs::path state;
    std::vector<std::string> watch_identities;
    std::vector<fs::path> watch_keys;
    fs::path known;
    int max_age = 0;  // seconds; 0: any
    bool once = false;
    int interval = 60;  // seconds
    AlertOptions alerts;
};

Result<NoteKey> load_log(const LogMonitorArguments& options, const WitnessPolicy& witnesses) {
    BOLTSEAL_TRY(const std::vector<NoteKey> logs, load_log_keys(options.access, witnesses));
    if (logs.size() == 1) return logs.front();
    return Error(Fault::Config, "the keys of more than one log to watch")
        .with_hint("a log is watched with the one key that it signs with now");
}

Result<WatchList> load_watch_list(const LogMonitorArguments& options) {
    WatchList watch;
    watch.watched.identities = {options.watch_identities.begin(), options.watch_identities.end()};
    for (const fs::path& path : options.watch_keys) {
        BOLTSEAL_TRY(const PublicKey key, load_public_key(path));
        watch.watched.keys.insert(key_hint(key));
    }
    if (options.known.empty()) return watch;
    auto text = read_file(options.known, kMaxSigners);
    if (!text) return std::move(text).error().as(Fault::Config);
    auto known = parse_signers(*text);
    if (!known) {
        return std::move(known).error().context("known signers '" + options.known.string() + "'");
    }
    watch.known = *std::move(known);
    return watch;
}

Result<MonitorRules> load_rules(const LogMonitorArguments& options) {
    MonitorRules rules;
    BOLTSEAL_TRY(rules.watch, load_watch_list(options));
    BOLTSEAL_TRY(rules.witnesses, load_witness_policy(options.access.witness_policy));
    if (options.max_age > 0) rules.max_age = std::chrono::seconds(options.max_age);
    return rules;
}

// A log that is new to us is followed from its beginning.
Result<MonitorState> load_state(const fs::path& path) {
    const auto text = read_file(path, kMaxState);
    if (!text && text.error().fault() == Fault::Missing) return MonitorState();
    if (!text) return text.error();
    auto state = parse_monitor_state(*text);
    if (state) return state;
    return std::move(state)
        .error()
        .context("'" + path.string() + "'")
        .as(Fault::Config)
        .with_hint("without this file the log is followed from its beginning");
}

Result<fs::path> state_file(const LogMonitorArguments& options, const NoteKey& log) {
    const auto folder = state_folder(options.state);
    if (!folder) {
        return Error(Fault::Config, "no folder to remember the log in; set HOME or give --state");
    }
    std::error_code error;
    fs::create_directories(*folder, error);  // writing to it will tell
    return *folder / (to_hex(sha256({as_bytes(log.name)})) + ".monitor");
}

// True when it is time to end.
bool pause(int seconds) {
    for (int tenth = 0; tenth < seconds * 10; ++tenth) {
        if (is_told_to_end()) return true;
    }
    return false;
}

Result<void> look_once(Monitor& monitor, Streams streams) {
    BOLTSEAL_TRY(const std::size_t alerts, monitor.look(now()));
    if (alerts != 0) {
        return Error(Fault::Untrusted, std::to_string(alerts) + " alert(s), see above");
    }
    streams.err << "boltseal: " << monitor.state().read << " entries, nothing to tell\n";
    return {};
}

// What could not be told now may be told next time.
Result<void> look_on(Monitor& monitor, int interval, Streams streams) {
    block_ending_signals();
    do {
        const auto looked = monitor.look(now());
        if (!looked) {
            streams.err << "boltseal: " << without_controls(looked.error().message()) << std::endl;
        }
    } while (!pause(interval));
    return {};
}

Result<void> run(const LogMonitorArguments& options, Streams streams) {
    if (options.access.url.empty()) {
        return Error(Fault::Config, "no transparency log to watch")
            .with_hint("give --log or set BOLTSEAL_LOG");
    }
    BOLTSEAL_TRY(MonitorRules rules, load_rules(options));
    BOLTSEAL_TRY(const NoteKey log, load_log(options, rules.witnesses));
    BOLTSEAL_CHECK(check_independence(rules.witnesses, log));
    BOLTSEAL_TRY(const fs::path path, state_file(options, log));
    BOLTSEAL_TRY(const MonitorState state, load_state(path));

    HttpClient http;
    const Patience patience = real_patience();
    LogClient client(http, options.access.url, log, patience);
    HttpTiles tiles(http, options.access.url, patience);
    const auto deliver = [&](const Alert& alert) {
        return deliver_alert(to_json(alert, log.name, now()), options.alerts, http, patience,
                             streams.out);
    };
    const auto save = [&](const MonitorState& reached) {
        return write_file(path, as_bytes(to_string(reached)), FileMode::Private);
    };
    Monitor monitor(client, tiles, std::move(rules), state, deliver, save);
    return options.once ? look_once(monitor, streams) : look_on(monitor, options.interval, streams);
}

void add_watch_options(Command cmd, LogMonitorArguments& options) {
    cmd.add_option("--watch-identity", options.watch_identities,
                   "Tell of entries by this identity, as certificates name it")
        .allow_extra_args(false)
        .type_name("NAME");
    cmd.add_option("--watch-key", options.watch_keys, "Tell of entries by this public key (PEM)")
        .allow_extra_args(false)
        .type_name("FILE");
    cmd.add_option("--known", options.known,
                   "Tell of entries by anybody else than these: 'key <hash>' or 'identity <name>' "
                   "a line")
        .type_name("FILE");
    cmd.add_option("--max-age", options.max_age,
                   "Tell when the newest cosignature, or else the last growth, is older")
        .between(1, 1'000'000'000)
        .type_name("SECONDS");
}

}  // namespace

Action add_log_monitor(Command group) {
    auto options =
        std::make_shared<LogMonitorArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd = group.add_subcommand("monitor", "Follow a log, and tell of what is wrong with it");
    add_log_access_options(cmd, options->access);
    add_state_option(cmd, options->state);
    add_watch_options(cmd, *options);
    cmd.add_flag("--once", options->once, "Look once, and end");
    cmd.add_option("--interval", options->interval, "Seconds between two looks")
        .between(1, 86'400)
        .capture_default_str();
    cmd.add_option("--webhook", options->alerts.webhook, "POST each alert there, too")
        .type_name("URL");
    cmd.add_option("--command", options->alerts.command,
                   "Run this for each alert, too, which is on its standard input")
        .type_name("PROGRAM");
    cmd.footer(
        "Exit status with --once: 0 nothing to tell; 1 alerts; 2 usage; 3 undetermined; 4 "
        "integrity.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
