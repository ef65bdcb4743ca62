#include "cli/log_access.h"
#include "cli/log_client_commands.h"
#include "cli/log_entry_text.h"
#include "transparency/decimal.h"
#include "transparency/log_checker.h"

#include <chrono>
#include <memory>
#include <ostream>
#include <thread>

namespace boltseal {

namespace {

constexpr std::uint64_t kNewest = 10;      // entries, without --from
constexpr std::chrono::seconds kPause{1};  // between two questions

struct LogTailArguments {
    LogAccess access;
    std::string from;
    bool follow = false;
    bool json = false;
};

// From tiles alone, as any log has them: each bundle is hashed up to the head before a line of it
// is printed.
Result<void> print_entries(OpenLog& log, std::uint64_t& next, bool json, std::ostream& out) {
    const auto print = [&](std::uint64_t, const std::vector<Buffer>& entries,
                           Prover&) -> Result<void> {
        for (std::uint64_t i = next % kTileWidth; i < entries.size(); ++i, ++next) {
            out << (json ? to_json(entry_json(next, entries[i])) : entry_line(next, entries[i]))
                << '\n';
        }
        out.flush();
        if (!out) return Error(Fault::Io, "cannot write to standard output");
        return {};
    };
    if (next >= log.head.head().size) return {};
    return read_bundles(log.client.tiles(), log.head.head(), next / kTileWidth, print);
}

// The newer head continues the one whose entries were printed.
Result<void> refresh(OpenLog& log) {
    BOLTSEAL_TRY(const VerifiedCheckpoint newer, log.client.fetch_checkpoint());
    if (newer.head() == log.head.head()) return {};
    BOLTSEAL_CHECK(log.check_cosigned(newer));
    const bool grew = newer.head().size >= log.head.head().size;
    BOLTSEAL_CHECK(grew ? log.client.check_consistency(log.head, newer)
                        : log.client.check_consistency(newer, log.head));
    if (grew) log.head = newer;
    return {};
}

Result<void> run(const LogTailArguments& options, Streams streams) {
    const auto from = parse_decimal(options.from);
    if (!options.from.empty() && !from) {
        return Error(Fault::Config, "--from is not a decimal number");
    }
    HttpClient http;
    BOLTSEAL_TRY(OpenLog log, open_log(options.access, http));
    const std::uint64_t size = log.head.head().size;
    std::uint64_t next = from ? *from : size - std::min(size, kNewest);
    for (;;) {
        BOLTSEAL_CHECK(print_entries(log, next, options.json, streams.out));
        if (!options.follow) return {};
        std::this_thread::sleep_for(kPause);
        BOLTSEAL_CHECK(refresh(log));
    }
}

}  // namespace

Action add_log_tail(Command group) {
    auto options =
        std::make_shared<LogTailArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd =
        group.add_subcommand("tail", "Print the newest entries of a log, and those that follow");
    add_log_access_options(cmd, options->access);
    cmd.add_option("--from", options->from,
                   "Number of the first entry to print (default: the last 10)")
        .type_name("N");
    cmd.add_flag("--follow", options->follow, "Go on with entries as they come");
    cmd.add_flag("--json", options->json, "Print a JSON object a line");
    cmd.footer(
        "Every entry is proved before it is printed. Exit status: 0 printed; 1 another history, or "
        "not by this log; 2 usage; 3 undetermined; 4 integrity.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
