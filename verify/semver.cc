// Semantic Versioning 2.0.0, semver.org, with the 'v' that Go puts in front.
#include "verify/version_scheme.h"

namespace boltseal {

namespace {

bool is_identifier_character(char c) {
    return is_digit(c) || is_letter(c) || c == '-';
}

bool is_canonical_number(std::string_view text) {
    return is_number(text) && (text.size() == 1 || text.front() != '0');
}

// Section 9 and 10: dot separated, none empty; numbers of a pre-release without leading zeros.
bool are_identifiers(std::string_view text, bool of_prerelease) {
    if (text.empty() || text.back() == '.') return false;
    while (!text.empty()) {
        const std::string_view item = take_until(text, '.');
        if (item.empty() || !std::ranges::all_of(item, is_identifier_character)) return false;
        if (of_prerelease && is_number(item) && !is_canonical_number(item)) return false;
    }
    return true;
}

std::string_view without_v(std::string_view text) {
    return text.starts_with('v') ? text.substr(1) : text;
}

// Section 11.4.1 to 11.4.3: numbers by value, and before all else.
std::strong_ordering compare_identifiers(std::string_view a, std::string_view b) {
    if (is_number(a) != is_number(b)) return is_number(b) <=> is_number(a);
    return is_number(a) ? compare_numbers(a, b) : a.compare(b) <=> 0;
}

// Section 11.3 and 11.4.4: no pre-release is the newest, more identifiers are newer than fewer.
std::strong_ordering compare_prereleases(std::string_view a, std::string_view b) {
    if (a.empty() || b.empty()) return a.empty() <=> b.empty();
    while (!a.empty() && !b.empty()) {
        const auto order = compare_identifiers(take_until(a, '.'), take_until(b, '.'));
        if (order != 0) return order;
    }
    return b.empty() <=> a.empty();
}

}  // namespace

Result<void> check_semver(std::string_view text) {
    const auto bad = [](const char* why) { return Error(Fault::Malformed, why); };
    text = without_v(text);
    const bool has_build = text.find('+') != text.npos;
    std::string_view core = take_until(text, '+');
    if (has_build && !are_identifiers(text, false))
        return bad("build metadata is not as it must be");
    const bool has_prerelease = core.find('-') != core.npos;
    std::string_view numbers = take_until(core, '-');
    if (has_prerelease && !are_identifiers(core, true))
        return bad("pre-release is not as it must be");
    for (int i = 0; i < 3; ++i) {
        if (!is_canonical_number(take_until(numbers, '.'))) return bad("not three numbers");
    }
    if (!numbers.empty()) return bad("not three numbers");
    return {};
}

std::strong_ordering compare_semvers(std::string_view a, std::string_view b) {
    std::string_view left = without_v(a);
    std::string_view right = without_v(b);
    left = take_until(left, '+');
    right = take_until(right, '+');
    std::string_view numbers_a = take_until(left, '-');
    std::string_view numbers_b = take_until(right, '-');
    for (int i = 0; i < 3; ++i) {
        const auto order = compare_numbers(take_until(numbers_a, '.'), take_until(numbers_b, '.'));
        if (order != 0) return order;
    }
    return compare_prereleases(left, right);
}

}  // namespace boltseal
