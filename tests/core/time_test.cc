#include "core/time.h"

#include "tests/check.h"

#include <chrono>

using namespace boltseal;

namespace {

constexpr std::int64_t kFirst = -62'167'219'200;  // 0000-01-01T00:00:00Z
constexpr std::int64_t kLast = 253'402'300'799;   // 9999-12-31T23:59:59Z

}  // namespace

TEST_CASE("RFC 3339 times are read with fractions and offsets", "[time]") {
    struct Row {
        const char* text;
        std::int64_t seconds;
    };
    const auto row = GENERATE(values<Row>({
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-23T15:44:29Z", 1795448669},
        {"1985-04-12T23:20:50.52Z", 482196050},         // RFC 3339 section 5.8
        {"1996-12-19T16:39:57-08:00", 851042397},       // the same
        {"1937-01-01T12:00:27.87+00:20", -1041337173},  // the same
        {"2026-11-23T15:44:29.0Z", 1795448669},
        {"2026-11-23T15:44:29.999999999Z", 1795448669},
        {"2026-11-23T15:44:29.5+00:00", 1795448669},
        {"2026-11-23T15:44:29-00:00", 1795448669},
        {"2026-11-24T15:43:29+23:59", 1795448669},
        {"2026-11-22T15:45:29-23:59", 1795448669},
        {"1969-12-31T23:59:59.999Z", -1},  // dropped, not rounded towards zero
        {"2024-02-29T00:00:00Z", 1709164800},
        {"2000-02-29T00:00:00Z", 951782400},
        {"0000-02-29T00:00:00Z", kFirst + 59 * 86400},
        {"0000-01-01T00:00:00Z", kFirst},
        {"9999-12-31T23:59:59Z", kLast},
    }));
    CAPTURE(row.text);
    const auto time = parse_rfc3339(row.text);
    REQUIRE_OK(time);
    REQUIRE(time.value().seconds == row.seconds);
}

TEST_CASE("what is no time is refused", "[time]") {
    struct Row {
        const char* why;
        std::string text;
    };
    const auto row = GENERATE(values<Row>({
        {"empty", ""},
        {"date only", "2026-11-23"},
        {"no zone", "2026-11-23T15:44:29"},
        {"no seconds", "2026-11-23T15:44Z"},
        {"basic format", "20261123T154429Z"},
        {"week date", "2026-W48-1T15:44:29Z"},
        {"ordinal date", "2026-327T15:44:29Z"},
        {"space for T", "2026-11-23 15:44:29Z"},
        {"leading space", " 2026-11-23T15:44:29Z"},
        {"trailing space", "2026-11-23T15:44:29Z "},
        {"trailing newline", "2026-11-23T15:44:29Z\n"},
        {"trailing NUL", std::string("2026-11-23T15:44:29Z\0", 21)},
        {"year of two digits", "26-11-23T15:44:29Z"},
        {"year of three digits", "999-11-23T15:44:29Z"},
        {"year of five digits", "12026-11-23T15:44:29Z"},
        {"year with plus", "+2026-11-23T15:44:29Z"},
        {"year with minus", "-001-11-23T15:44:29Z"},
        {"month 0", "2026-00-23T15:44:29Z"},
        {"month 13", "2026-13-23T15:44:29Z"},
        {"month of one digit", "2026-1-23T15:44:29Z"},
        {"day 0", "2026-11-00T15:44:29Z"},
        {"31 November", "2026-11-31T15:44:29Z"},
        {"32 December", "2026-12-32T15:44:29Z"},
        {"no leap day in 2026", "2026-02-29T15:44:29Z"},
        {"no leap day in 1900", "1900-02-29T15:44:29Z"},
        {"no leap day in 2100", "2100-02-29T15:44:29Z"},
        {"30 February", "2024-02-30T15:44:29Z"},
        {"24:00", "2026-11-23T24:00:00Z"},
        {"minute 60", "2026-11-23T15:60:29Z"},
        {"second 60", "1990-12-31T23:59:60Z"},  // a leap second that Timestamp cannot hold
        {"second 61", "2026-11-23T15:44:61Z"},
        {"fraction without digits", "2026-11-23T15:44:29.Z"},
        {"ten fraction digits", "2026-11-23T15:44:29.0000000000Z"},
        {"comma", "2026-11-23T15:44:29,5Z"},
        {"two points", "2026-11-23T15:44:29.5.5Z"},
        {"sign in the fraction", "2026-11-23T15:44:29.-5Z"},
        {"offset hour 24", "2026-11-23T15:44:29+24:00"},
        {"offset minute 60", "2026-11-23T15:44:29+00:60"},
        {"offset without colon", "2026-11-23T15:44:29+0100"},
        {"offset of hours", "2026-11-23T15:44:29+01"},
        {"offset with seconds", "2026-11-23T15:44:29+01:00:00"},
        {"offset after Z", "2026-11-23T15:44:29Z+01:00"},
        {"Unicode minus",
         "2026-11-23T15:44:29\xe2\x88\x92"
         "01:00"},
        {"space for a digit", "2026-11-23T 5:44:29Z"},
        {"sign for a digit", "2026-11-23T+5:44:29Z"},
        {"other separators", "2026/11/23T15:44:29Z"},
        {"point for colon", "2026-11-23T15.44.29Z"},
        {"lower-case t", "2026-11-23t15:44:29Z"},  // RFC 3339 section 5.6 lets us insist
        {"lower-case z", "2026-11-23T15:44:29z"},
        {"another zone", "2026-11-23T15:44:29A"},
        {"a zone's name", "2026-11-23T15:44:29UTC"},
    }));
    INFO(row.why);
    REQUIRE_FAULT(parse_rfc3339(row.text), Fault::Malformed);
    REQUIRE_REFUSED(parse_rfc3339(row.text), "not an RFC 3339 time");
}

TEST_CASE("an offset cannot carry a time out of the years that print", "[time]") {
    REQUIRE_FAULT(parse_rfc3339("0000-01-01T00:00:00+00:01"), Fault::Malformed);
    REQUIRE_FAULT(parse_rfc3339("9999-12-31T23:59:59-00:01"), Fault::Malformed);
    REQUIRE(parse_rfc3339("0000-01-01T00:01:00+00:01").value().seconds == kFirst);
    REQUIRE(parse_rfc3339("9999-12-31T23:58:59-00:01").value().seconds == kLast);
}

TEST_CASE("times print in UTC without fraction", "[time]") {
    REQUIRE(to_rfc3339({0}) == "1970-01-01T00:00:00Z");
    REQUIRE(to_rfc3339({-1}) == "1969-12-31T23:59:59Z");
    REQUIRE(to_rfc3339({1795448669}) == "2026-11-23T15:44:29Z");
    REQUIRE(to_rfc3339({kFirst}) == "0000-01-01T00:00:00Z");
    REQUIRE(to_rfc3339({kLast}) == "9999-12-31T23:59:59Z");
}

TEST_CASE("the calendar is that of the standard library", "[time]") {
    using namespace std::chrono;
    for (std::int64_t at = kFirst; at <= kLast; at += 86400 * 37 + 3607) {
        const auto day = floor<days>(sys_seconds(seconds(at)));
        const year_month_day date(day);
        const hh_mm_ss clock(sys_seconds(seconds(at)) - day);
        char want[64];
        std::snprintf(want, sizeof want, "%04d-%02u-%02uT%02d:%02d:%02dZ", int(date.year()),
                      unsigned(date.month()), unsigned(date.day()), int(clock.hours().count()),
                      int(clock.minutes().count()), int(clock.seconds().count()));
        REQUIRE(to_rfc3339({at}) == want);
        REQUIRE(parse_rfc3339(want).value().seconds == at);
    }
}

TEST_CASE("times compare as moments", "[time]") {
    REQUIRE(parse_rfc3339("2026-11-23T15:44:29+01:00").value() <
            parse_rfc3339("2026-11-23T15:44:29Z").value());
    REQUIRE(parse_rfc3339("2026-11-23T16:44:29+01:00").value() ==
            parse_rfc3339("2026-11-23T15:44:29Z").value());
}
