#include "transparency/watched_clock.h"

#include "core/time_file.h"

namespace boltseal {

namespace {

Result<Timestamp> load_newest(const std::filesystem::path& file) {
    auto time = read_time_file(file);
    if (!time && time.error().fault() == Fault::Missing) return Timestamp{};
    if (!time && time.error().fault() == Fault::Malformed) {
        return std::move(time).error().as(Fault::Config);
    }
    return time;
}

std::string in_seconds(std::chrono::milliseconds time) {
    const auto size = std::chrono::abs(time).count();
    const std::string fraction = std::to_string(1000 + size % 1000).substr(1);
    return std::to_string(size / 1000) + "." + fraction + " s";
}

}  // namespace

WatchedClock::WatchedClock(std::filesystem::path file, Read read, Timestamp newest)
    : file_(std::move(file)), read_(std::move(read)), newest_(newest) {
    const ClockReading start = read_();
    difference_ = start.wall - start.steady;
}

Result<WatchedClock> WatchedClock::open(std::filesystem::path file, Read read) {
    BOLTSEAL_TRY(const Timestamp newest, load_newest(file));
    return WatchedClock(std::move(file), std::move(read), newest);
}

Result<Timestamp> WatchedClock::now() {
    const ClockReading reading = read_();
    const auto jump = reading.wall - reading.steady - difference_;
    if (std::chrono::abs(jump) > kClockTolerance) {
        return Error(Fault::Declined, "the clock was set " +
                                          std::string(jump.count() < 0 ? "back" : "forward") +
                                          " by " + in_seconds(jump) + " since the start");
    }
    const Timestamp now{std::chrono::floor<std::chrono::seconds>(reading.wall).count()};
    if (now < newest_) {
        return Error(Fault::Declined, "the clock shows " + to_rfc3339(now) + ", which is before " +
                                          to_rfc3339(newest_) + ", the newest time that was given");
    }
    if (newest_ < now) {
        BOLTSEAL_CHECK(write_time_file(file_, now));
        newest_ = now;
    }
    return now;
}

}  // namespace boltseal
