// boltseal-log tsa, and what serve and signer have of it. specs/log-api.md#time-stamps
#include "cli/log_tsa.h"

#include "cli/clock.h"
#include "cli/log_commands.h"
#include "transparency/tsa_setup.h"

#include <ctime>
#include <memory>
#include <ostream>

namespace boltseal {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kOneMoment{10};

milliseconds read_clock(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return std::chrono::duration_cast<milliseconds>(std::chrono::seconds(time.tv_sec) +
                                                    std::chrono::nanoseconds(time.tv_nsec));
}

// Again, if we were held up between the two.
ClockReading read_clocks() {
    for (;;) {
        const milliseconds before = read_clock(CLOCK_BOOTTIME);
        const milliseconds wall = read_clock(CLOCK_REALTIME);
        if (read_clock(CLOCK_BOOTTIME) - before <= kOneMoment) return {wall, before};
    }
}

Result<void> create(const std::filesystem::path& directory, Streams streams) {
    BOLTSEAL_TRY(const std::string url, create_time_stamping(directory, log_password(), now()));
    streams.out << url << '\n';
    streams.err << "give 'trusted_root.json' and 'signing_config.json' out again, and start the "
                   "server again\n";
    return {};
}

}  // namespace

Result<std::unique_ptr<TimestampApi>> open_time_stamps(const std::filesystem::path& directory,
                                                       TimeStamper& stamper,
                                                       const LogLines& lines) {
    if (!has_time_stamping(directory)) return std::unique_ptr<TimestampApi>();
    BOLTSEAL_TRY(const auto chain, load_time_stamping_chain(directory));
    return std::make_unique<TimestampApi>(
        stamper, chain, [&lines](const std::optional<Error>& trouble) {
            const std::string why = trouble ? trouble->message() : "";
            lines.say("time-stamps",
                      trouble ? "no time stamps: " + why : "time stamps are given again",
                      {{"given", !trouble.has_value()}, {"reason", why}});
        });
}

Result<std::unique_ptr<TimeStamper>> open_time_stamper(const std::filesystem::path& directory,
                                                       const Secret& password) {
    if (!has_time_stamping(directory)) return std::unique_ptr<TimeStamper>();
    BOLTSEAL_TRY(auto key, load_time_stamping_key(directory, password));
    BOLTSEAL_TRY(auto clock, open_time_stamping_clock(directory, read_clocks));
    return std::unique_ptr<TimeStamper>(
        std::make_unique<LocalTimeStamper>(std::move(key), std::move(clock)));
}

Action add_log_tsa(Command app) {
    auto directory = std::make_shared<std::filesystem::path>();
    auto cmd = app.add_subcommand("tsa", "Make a time-stamping authority for a log");
    cmd.add_option("--dir", *directory, "Folder of the log").required();
    cmd.footer(
        "Prints where it will be reached. It is served with the log, from the next start on. The "
        "key is encrypted with " +
        std::string(kLogPasswordVariable) + ".");
    return [directory](Streams streams) { return create(*directory, streams); };
}

}  // namespace boltseal
