// apk-package(5), and the comparison of apk-tools 3:
// number{.number}...{letter}{_suffix{number}}...{~hash}{-r number}
#include "verify/version_scheme.h"

#include <array>
#include <vector>

namespace boltseal {

namespace {

// In the order of the grammar. Where two versions go on differently the one whose part is listed
// first is the newer, but for a suffix that says "not yet": see rank().
enum class Kind { FirstNumber, Number, Letter, Suffix, SuffixNumber, Hash, Revision, End };

struct ApkPart {
    Kind kind = Kind::End;
    std::string_view text;
};

constexpr std::array<std::string_view, 4> kBefore = {"alpha", "beta", "pre", "rc"};
constexpr std::array<std::string_view, 5> kAfter = {"cvs", "svn", "git", "hg", "p"};

// Below 0 for a suffix that comes before the version it is added to. 0 for what is no suffix.
int suffix_rank(std::string_view name) {
    for (std::size_t i = 0; i < kBefore.size(); ++i) {
        if (name == kBefore[i]) return static_cast<int>(i) - static_cast<int>(kBefore.size());
    }
    for (std::size_t i = 0; i < kAfter.size(); ++i) {
        if (name == kAfter[i]) return static_cast<int>(i) + 1;
    }
    return 0;
}

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

// Takes the next part off the text, given which one was before it. Malformed if the grammar has
// nothing there that the text could be.
Result<ApkPart> take_part(std::string_view& text, Kind before) {
    const auto bad = [](const char* why) { return Error(Fault::Malformed, why); };
    if (text.empty()) return ApkPart{};
    ApkPart part;
    const char first = text.front();
    if (before == Kind::Suffix && is_digit(first)) {
        part = {Kind::SuffixNumber, take_while(text, is_digit)};
    } else if (before <= Kind::Number && is_lower(first)) {
        part = {Kind::Letter, text.substr(0, 1)};
        text.remove_prefix(1);
    } else if (before <= Kind::Number && first == '.') {
        text.remove_prefix(1);
        part = {Kind::Number, take_while(text, is_digit)};
    } else if (before <= Kind::SuffixNumber && first == '_') {
        text.remove_prefix(1);
        part = {Kind::Suffix, take_while(text, is_lower)};
        if (suffix_rank(part.text) == 0) return bad("suffix that apk does not have");
    } else if (before < Kind::Hash && first == '~') {
        text.remove_prefix(1);
        part = {Kind::Hash, take_while(text, is_hex)};
    } else if (before < Kind::Revision && text.starts_with("-r")) {
        text.remove_prefix(2);
        part = {Kind::Revision, take_while(text, is_digit)};
    } else {
        return bad("character that is not expected there");
    }
    if (part.text.empty()) return bad("nothing where a number or hash is expected");
    return part;
}

Result<std::vector<ApkPart>> split_apk_version(std::string_view text) {
    std::vector<ApkPart> parts = {{Kind::FirstNumber, take_while(text, is_digit)}};
    if (parts.front().text.empty()) {
        return Error(Fault::Malformed, "does not begin with a digit");
    }
    while (parts.back().kind != Kind::End) {
        BOLTSEAL_TRY(const ApkPart part, take_part(text, parts.back().kind));
        parts.push_back(part);
    }
    return parts;
}

std::strong_ordering compare_same_kind(const ApkPart& a, const ApkPart& b) {
    switch (a.kind) {
        case Kind::Number:
            // 1.05 is before 1.1, as a decimal fraction would be.
            if (a.text.front() == '0' || b.text.front() == '0') break;
            return compare_numbers(a.text, b.text);
        case Kind::FirstNumber:
        case Kind::SuffixNumber:
        case Kind::Revision:
            return compare_numbers(a.text, b.text);
        case Kind::Suffix:
            return suffix_rank(a.text) <=> suffix_rank(b.text);
        case Kind::Letter:
        case Kind::Hash:
        case Kind::End:
            break;
    }
    return a.text.compare(b.text) <=> 0;
}

// Which of two parts of different kinds is the older one: the lower.
int rank(const ApkPart& part) {
    constexpr int kOldest = -100;
    if (part.kind == Kind::Suffix && suffix_rank(part.text) < 0) return kOldest;
    return -static_cast<int>(part.kind);
}

}  // namespace

Result<void> check_apk_version(std::string_view text) {
    BOLTSEAL_TRY(const auto parts, split_apk_version(text));
    return {};
}

std::strong_ordering compare_apk_versions(std::string_view a, std::string_view b) {
    const std::vector<ApkPart> left = split_apk_version(a).value();
    const std::vector<ApkPart> right = split_apk_version(b).value();
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
        const auto order = left[i].kind == right[i].kind ? compare_same_kind(left[i], right[i])
                                                         : rank(left[i]) <=> rank(right[i]);
        if (order != 0) return order;
    }
    return std::strong_ordering::equal;  // both ended
}

}  // namespace boltseal
