// Three lines are three versions, and the first one a range. In every scheme comparing them is a
// total order, and a range prints as it was read.
#include "tests/fuzz/fuzz.h"
#include "verify/package_version.h"

using namespace boltseal;

namespace {

std::string_view take_line(std::string_view& text) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
}

void check_order(VersionScheme scheme, std::string_view a, std::string_view b, std::string_view c) {
    const auto ab = compare_versions(scheme, a, b);
    const auto bc = compare_versions(scheme, b, c);
    LAW(ab.has_value() == (check_version(scheme, a) && check_version(scheme, b)));
    if (!ab || !bc) return;
    LAW(compare_versions(scheme, a, a).value() == 0);
    LAW((*ab < 0) == (compare_versions(scheme, b, a).value() > 0));
    LAW((*ab == 0) == (compare_versions(scheme, b, a).value() == 0));
    const auto ac = compare_versions(scheme, a, c).value();
    if (*ab <= 0 && *bc <= 0) LAW(ac <= 0);
    if (*ab >= 0 && *bc >= 0) LAW(ac >= 0);
    if (ac == 0) LAW((*ab == 0) == (*bc == 0));
}

}  // namespace

FUZZ(input) {
    std::string_view text = as_text(input);
    const std::string_view a = take_line(text);
    const std::string_view b = take_line(text);
    const std::string_view c = take_line(text);
    for (const VersionScheme scheme : {VersionScheme::Deb, VersionScheme::Apk, VersionScheme::Rpm,
                                       VersionScheme::Semver, VersionScheme::Numeric}) {
        check_order(scheme, a, b, c);
        const auto range = parse_version_range(scheme, a);
        if (!range) continue;
        LAW(to_string(*range) == a);
        LAW(range->contains(b).has_value() == check_version(scheme, b).has_value());
    }
}
