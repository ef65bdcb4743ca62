// deb-version(7), Debian Policy section 5.6.12. What dpkg only warns of is refused.
#include "verify/version_scheme.h"

namespace boltseal {

namespace {

struct DebVersion {
    std::string_view epoch;  // may be empty
    std::string_view upstream;
    std::string_view revision;  // may be empty
    bool has_epoch = false;
    bool has_revision = false;
};

DebVersion split_deb_version(std::string_view text) {
    DebVersion version;
    version.has_epoch = text.find(':') != text.npos;
    if (version.has_epoch) version.epoch = take_until(text, ':');
    const std::size_t hyphen = text.rfind('-');
    version.upstream = text.substr(0, hyphen);
    version.has_revision = hyphen != text.npos;
    if (version.has_revision) version.revision = text.substr(hyphen + 1);
    return version;
}

bool is_made_of(std::string_view text, std::string_view others) {
    return std::ranges::all_of(
        text, [&](char c) { return is_digit(c) || is_letter(c) || others.find(c) != others.npos; });
}

// '~' comes before the end of the text, letters before all else. Digits begin the next number, so
// here they are the end.
int rank(std::string_view text, std::size_t at) {
    if (at >= text.size() || is_digit(text[at])) return 0;
    if (text[at] == '~') return -1;
    return is_letter(text[at]) ? text[at] : text[at] + 256;
}

// Text and numbers in turn, as long as there are any.
std::strong_ordering compare_deb_parts(std::string_view a, std::string_view b) {
    while (!a.empty() || !b.empty()) {
        const auto is_text = [](char c) { return !is_digit(c); };
        const std::string_view text_a = take_while(a, is_text);
        const std::string_view text_b = take_while(b, is_text);
        for (std::size_t i = 0; i < std::max(text_a.size(), text_b.size()); ++i) {
            if (const auto order = rank(text_a, i) <=> rank(text_b, i); order != 0) return order;
        }
        const auto order = compare_numbers(take_while(a, is_digit), take_while(b, is_digit));
        if (order != 0) return order;
    }
    return std::strong_ordering::equal;
}

}  // namespace

Result<void> check_deb_version(std::string_view text) {
    const auto bad = [](const char* why) { return Error(Fault::Malformed, why); };
    const DebVersion version = split_deb_version(text);
    if (version.has_epoch && !is_number(version.epoch)) return bad("epoch is no number");
    if (compare_numbers(version.epoch, "2147483647") > 0) return bad("epoch is too large");
    if (version.upstream.empty()) return bad("nothing before the revision");
    if (!is_digit(version.upstream.front())) return bad("does not begin with a digit");
    if (!is_made_of(version.upstream, ".-+~:")) return bad("character that no version has");
    if (version.has_revision && version.revision.empty()) return bad("revision is empty");
    if (!is_made_of(version.revision, ".+~")) return bad("character that no revision has");
    return {};
}

std::strong_ordering compare_deb_versions(std::string_view a, std::string_view b) {
    const DebVersion left = split_deb_version(a);
    const DebVersion right = split_deb_version(b);
    if (const auto order = compare_numbers(left.epoch, right.epoch); order != 0) return order;
    if (const auto order = compare_deb_parts(left.upstream, right.upstream); order != 0) {
        return order;
    }
    return compare_deb_parts(left.revision, right.revision);
}

}  // namespace boltseal
