// The schemes of package_version.h one by one. check_x is Malformed with why a text is no version
// of that scheme; compare_x wants two that are, and is a total order over them.
#pragma once

#include "core/result.h"

#include <algorithm>
#include <compare>
#include <string_view>

namespace boltseal {

Result<void> check_deb_version(std::string_view text);
std::strong_ordering compare_deb_versions(std::string_view a, std::string_view b);

Result<void> check_apk_version(std::string_view text);
std::strong_ordering compare_apk_versions(std::string_view a, std::string_view b);

Result<void> check_rpm_version(std::string_view text);
std::strong_ordering compare_rpm_versions(std::string_view a, std::string_view b);

Result<void> check_semver(std::string_view text);
std::strong_ordering compare_semvers(std::string_view a, std::string_view b);

// What they have in common. Characters are ASCII, whatever the locale.

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

inline bool is_number(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_digit);
}

// Removes and returns what the text begins with, as long as the characters are of this kind.
template <typename Predicate>
std::string_view take_while(std::string_view& text, Predicate predicate) {
    std::size_t size = 0;
    while (size < text.size() && predicate(text[size])) ++size;
    const std::string_view taken = text.substr(0, size);
    text.remove_prefix(size);
    return taken;
}

// Removes and returns what is before the next such character, and removes that too.
inline std::string_view take_until(std::string_view& text, char separator) {
    const std::string_view taken = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(taken.size() + 1, text.size()));
    return taken;
}

// Digits as numbers of any size; no digits are 0.
inline std::strong_ordering compare_numbers(std::string_view a, std::string_view b) {
    a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
    b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
    if (a.size() != b.size()) return a.size() <=> b.size();
    return a.compare(b) <=> 0;
}

}  // namespace boltseal
