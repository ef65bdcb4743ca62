// Licence expressions: SPDX 2.3 annex D. Whether ids are on SPDX's list is not looked up.
#pragma once

#include "core/result.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace boltseal {

// One licence of an expression: "MIT", "Apache-2.0+", "GPL-2.0-only WITH Classpath-exception-2.0",
// "DocumentRef-a:LicenseRef-b".
struct Licence {
    std::string id;
    bool or_later = false;  // '+'
    std::string exception;  // may be empty
    bool operator==(const Licence&) const = default;
};
std::string to_string(const Licence& licence);

class LicenceExpression {
public:
    // Malformed for anything that annex D does not have, and beyond 16 KiB, 1024 licences or 32
    // parentheses in one another. AND, OR and WITH are in capitals; AND binds closer than OR.
    static Result<LicenceExpression> parse(std::string_view text);

    std::vector<Licence> licences() const;  // each as often as it is there

private:
    friend class AllowedLicences;
    enum class Kind { Licence, And, Or };
    struct Step {  // in postfix order
        Kind kind = Kind::Licence;
        Licence licence;
    };
    class Parser;
    std::vector<Step> steps_;
};

// What may be used. Ids are compared without regard to case, as annex D asks, but for LicenseRef-.
class AllowedLicences {
public:
    // Config if one of them is not one licence.
    static Result<AllowedLicences> from(const std::vector<std::string>& licences);

    // True if all that the expression asks for can be met with allowed licences alone: both sides
    // of AND, one of OR. "X+" is also met by X, which the licensee may choose, and "X WITH e" by X,
    // since exceptions only add permissions. Nothing else is derived: GPL-2.0-or-later is not met
    // by GPL-2.0-only.
    bool allow(const LicenceExpression& expression) const;

private:
    bool allow(const Licence& licence) const;
    std::set<std::string> keys_;
};

}  // namespace boltseal
