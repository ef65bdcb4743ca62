#include "core/time.h"

#include <array>

namespace boltseal {

namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kFirst = -62'167'219'200;  // 0000-01-01T00:00:00Z
constexpr std::int64_t kLast = 253'402'300'799;   // 9999-12-31T23:59:59Z

// Days from 1970-01-01 in the proleptic Gregorian calendar. A year is counted from March, so that
// the leap day is its last; 400 years have 146,097 days.
std::int64_t days_from_civil(std::int64_t year, std::int64_t month, std::int64_t day) {
    if (month <= 2) --year;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const std::int64_t year_of_era = year - era * 400;
    const std::int64_t month_from_march = (month + 9) % 12;
    const std::int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    const std::int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146'097 + day_of_era - 719'468;
}

struct Civil {
    std::int64_t year, month, day;
};

Civil civil_from_days(std::int64_t days) {
    days += 719'468;
    const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
    const std::int64_t day_of_era = days - era * 146'097;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
    const std::int64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    const std::int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

int days_in_month(int year, int month) {
    static constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

// With zeros in front.
std::string padded(std::int64_t number, std::size_t digits) {
    std::string text = std::to_string(number);
    if (text.size() < digits) text.insert(0, digits - text.size(), '0');
    return text;
}

Error bad() {
    return Error(Fault::Malformed, "not an RFC 3339 time");
}

// Consumes text from the front; the first thing that does not fit makes all of it fail.
struct Scanner {
    std::string_view rest;
    bool ok = true;

    int digits(std::size_t count) {
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (rest.empty() || rest[0] < '0' || rest[0] > '9') return fail();
            value = value * 10 + (rest[0] - '0');
            rest.remove_prefix(1);
        }
        return value;
    }
    bool accept(char c) {
        if (!rest.starts_with(c)) return false;
        rest.remove_prefix(1);
        return true;
    }
    void expect(char c) {
        if (!accept(c)) fail();
    }
    int fail() {
        ok = false;
        return 0;
    }
};

void skip_fraction(Scanner& in) {
    if (!in.accept('.')) return;
    std::size_t count = 0;
    while (!in.rest.empty() && in.rest[0] >= '0' && in.rest[0] <= '9') {
        in.rest.remove_prefix(1);
        ++count;
    }
    if (count == 0 || count > 9) in.fail();
}

// Seconds east of UTC.
std::int64_t offset(Scanner& in) {
    if (in.accept('Z')) return 0;
    const bool west = in.rest.starts_with('-');
    if (!in.accept('+') && !in.accept('-')) return in.fail();
    const int hours = in.digits(2);
    in.expect(':');
    const int minutes = in.digits(2);
    if (hours > 23 || minutes > 59) in.fail();
    const std::int64_t seconds = std::int64_t{hours} * 3'600 + std::int64_t{minutes} * 60;
    return west ? -seconds : seconds;
}

}  // namespace

Result<Timestamp> parse_rfc3339(std::string_view text) {
    Scanner in{text};
    const int year = in.digits(4);
    in.expect('-');
    const int month = in.digits(2);
    in.expect('-');
    const int day = in.digits(2);
    in.expect('T');
    const int hour = in.digits(2);
    in.expect(':');
    const int minute = in.digits(2);
    in.expect(':');
    const int second = in.digits(2);
    skip_fraction(in);
    const std::int64_t east = offset(in);
    if (!in.ok || !in.rest.empty()) return bad();
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return bad();
    if (hour > 23 || minute > 59 || second > 59) return bad();
    const Timestamp time{days_from_civil(year, month, day) * kSecondsPerDay +
                         std::int64_t{hour} * 3'600 + std::int64_t{minute} * 60 + second - east};
    if (time.seconds < kFirst || time.seconds > kLast) return bad();  // carried out by the offset
    return time;
}

std::string to_rfc3339(Timestamp time) {
    std::int64_t days = time.seconds / kSecondsPerDay;
    std::int64_t rest = time.seconds % kSecondsPerDay;
    if (rest < 0) {
        rest += kSecondsPerDay;
        --days;
    }
    const Civil date = civil_from_days(days);
    return padded(date.year, 4) + '-' + padded(date.month, 2) + '-' + padded(date.day, 2) + 'T' +
           padded(rest / 3'600, 2) + ':' + padded(rest / 60 % 60, 2) + ':' + padded(rest % 60, 2) +
           'Z';
}

std::string to_string(const TimeRange& range) {
    if (!range.start && !range.end) return "always";
    if (!range.end) return "from " + to_rfc3339(*range.start);
    if (!range.start) return "until " + to_rfc3339(*range.end);
    return "from " + to_rfc3339(*range.start) + " to " + to_rfc3339(*range.end);
}

}  // namespace boltseal
