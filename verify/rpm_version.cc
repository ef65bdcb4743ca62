// rpm-version(7), and rpmvercmp as rpm 4.15 and later have it, with '~' and '^'.
#include "verify/version_scheme.h"

namespace boltseal {

namespace {

struct RpmVersion {
    std::string_view epoch;  // may be empty
    std::string_view version;
    std::string_view release;  // may be empty
    bool has_epoch = false;
    bool has_release = false;
};

RpmVersion split_rpm_version(std::string_view text) {
    RpmVersion parts;
    parts.has_epoch = text.find(':') != text.npos;
    if (parts.has_epoch) parts.epoch = take_until(text, ':');
    parts.has_release = text.find('-') != text.npos;
    parts.version = take_until(text, '-');
    parts.release = text;
    return parts;
}

bool is_separator(char c) {
    return !is_digit(c) && !is_letter(c) && c != '~' && c != '^';
}

bool is_rpm_byte(char c) {
    return !is_separator(c) || c == '.' || c == '_' || c == '+';
}

// What a part begins with, in the order that decides between two of them.
enum class Start { Tilde, End, Caret, Letters, Digits };

Start start_of(std::string_view text) {
    if (text.empty()) return Start::End;
    if (text.front() == '~') return Start::Tilde;
    if (text.front() == '^') return Start::Caret;
    return is_digit(text.front()) ? Start::Digits : Start::Letters;
}

std::strong_ordering compare_rpm_parts(std::string_view a, std::string_view b) {
    while (!a.empty() || !b.empty()) {
        take_while(a, is_separator);
        take_while(b, is_separator);
        const Start start = start_of(a);
        if (const auto order = start <=> start_of(b); order != 0) return order;
        auto order = std::strong_ordering::equal;
        switch (start) {
            case Start::End:
                break;
            case Start::Tilde:
            case Start::Caret:
                a.remove_prefix(1);
                b.remove_prefix(1);
                break;
            case Start::Letters:
                order = take_while(a, is_letter).compare(take_while(b, is_letter)) <=> 0;
                break;
            case Start::Digits:
                order = compare_numbers(take_while(a, is_digit), take_while(b, is_digit));
                break;
        }
        if (order != 0) return order;
    }
    return std::strong_ordering::equal;
}

}  // namespace

Result<void> check_rpm_version(std::string_view text) {
    const auto bad = [](const char* why) { return Error(Fault::Malformed, why); };
    const RpmVersion parts = split_rpm_version(text);
    if (parts.has_epoch && !is_number(parts.epoch)) return bad("epoch is no number");
    if (compare_numbers(parts.epoch, "4294967295") > 0) return bad("epoch is too large");
    if (parts.version.empty()) return bad("nothing before the release");
    if (parts.has_release && parts.release.empty()) return bad("release is empty");
    if (!std::ranges::all_of(parts.version, is_rpm_byte)) {
        return bad("character that no version has");
    }
    if (!std::ranges::all_of(parts.release, is_rpm_byte)) {
        return bad("character that no release has");
    }
    return {};
}

std::strong_ordering compare_rpm_versions(std::string_view a, std::string_view b) {
    const RpmVersion left = split_rpm_version(a);
    const RpmVersion right = split_rpm_version(b);
    if (const auto order = compare_numbers(left.epoch, right.epoch); order != 0) return order;
    if (const auto order = compare_rpm_parts(left.version, right.version); order != 0) return order;
    if (left.has_release != right.has_release) return left.has_release <=> right.has_release;
    return compare_rpm_parts(left.release, right.release);
}

}  // namespace boltseal
