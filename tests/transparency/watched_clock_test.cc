#include "transparency/watched_clock.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"

using namespace boltseal;
using namespace boltseal::test;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp kStart{1'795'000'000};  // 2026-11-18T11:06:40Z

struct Clocks {
    TempFolder folder;
    ClockReading reading{std::chrono::seconds(kStart.seconds) + 300ms, 5s};

    Result<WatchedClock> open() {
        return WatchedClock::open(folder / "time", [this] { return reading; });
    }
    void pass(std::chrono::milliseconds time) {
        reading.wall += time;
        reading.steady += time;
    }
    std::string kept() const {
        return std::string(as_text(read_file(folder / "time", 64).value()));
    }
};

}  // namespace

TEST_CASE("a clock that is left alone is believed, and its newest second kept", "[watched_clock]") {
    Clocks clocks;
    auto clock = clocks.open();
    REQUIRE_OK(clock);
    REQUIRE(clock->now().value() == kStart);
    REQUIRE(clocks.kept() == "2026-11-18T11:06:40Z\n");
    clocks.pass(600ms);
    REQUIRE(clock->now().value() == kStart);
    clocks.pass(24h);
    REQUIRE(clock->now().value() == Timestamp{kStart.seconds + 86'400});
    REQUIRE(clocks.kept() == "2026-11-19T11:06:40Z\n");
}

TEST_CASE("a clock that was set is not believed until it agrees again", "[watched_clock]") {
    Clocks clocks;
    auto clock = clocks.open().value();
    clocks.pass(10s);
    REQUIRE_OK(clock.now());
    const ClockReading right = clocks.reading;
    SECTION("back") {
        clocks.reading.wall -= 3600s;
        REQUIRE_REFUSED(clock.now(), "the clock was set back by 3600.000 s since the start");
    }
    SECTION("forward") {
        clocks.reading.wall += 501ms;
        REQUIRE_REFUSED(clock.now(), "the clock was set forward by 0.501 s since the start");
    }
    SECTION("in small steps") {
        for (int i = 0; i < 5; ++i) {
            clocks.reading.wall += 100ms;
            REQUIRE_OK(clock.now());
        }
        clocks.reading.wall += 100ms;
        REQUIRE_REFUSED(clock.now(), "the clock was set forward by 0.600 s since the start");
    }
    REQUIRE_FAULT(clock.now(), Fault::Declined);
    REQUIRE(clocks.kept() == "2026-11-18T11:06:50Z\n");
    clocks.reading = right;
    clocks.pass(1s);
    REQUIRE(clock.now().value() == Timestamp{kStart.seconds + 11});
}

TEST_CASE("no time is given that lies before one that was given", "[watched_clock]") {
    Clocks clocks;
    REQUIRE_OK(clocks.open()->now());
    SECTION("by the same process, within the tolerance") {
        auto clock = clocks.open().value();
        REQUIRE_OK(clock.now());
        clocks.reading.wall -= 400ms;
        REQUIRE_REFUSED(clock.now(),
                        "the clock shows 2026-11-18T11:06:39Z, which is before "
                        "2026-11-18T11:06:40Z, the newest time that was given");
        clocks.pass(100ms);
        REQUIRE(clock.now().value() == kStart);
    }
    SECTION("by an earlier one") {
        clocks.reading.wall -= 24h;
        auto clock = clocks.open().value();
        REQUIRE_REFUSED(clock.now(),
                        "the clock shows 2026-11-17T11:06:40Z, which is before "
                        "2026-11-18T11:06:40Z, the newest time that was given");
        REQUIRE_FAULT(clock.now(), Fault::Declined);
    }
}

TEST_CASE("a time that cannot be kept is not given", "[watched_clock]") {
    Clocks clocks;
    auto clock = clocks.open().value();
    std::filesystem::create_directory(clocks.folder / "time");
    REQUIRE_FAULT(clock.now(), Fault::Io);
    std::filesystem::remove(clocks.folder / "time");
    REQUIRE_OK(clock.now());
    REQUIRE_OK(write_file(clocks.folder / "time", as_bytes("noon\n")));
    REQUIRE_FAULT(clocks.open(), Fault::Config);
}
