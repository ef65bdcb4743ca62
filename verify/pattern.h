// Text that must be met exactly, or by a pattern that is anchored at both ends. Matching takes time
// in proportion to pattern and text; there are no groups and no backtracking.
#pragma once

#include "core/bytes.h"

#include <vector>

namespace boltseal {

class Pattern {
public:
    Pattern() = default;  // matches nothing
    static Pattern exactly(std::string text);

    // '*' stands for any characters but '/', '**' for any at all, '?' for one that is not '/';
    // everything else for itself, '\' takes the next one literally. Config for a pattern that
    // matches everything, is empty or longer than 1024 bytes.
    static Result<Pattern> glob(std::string_view text);

    // The regular expressions that cosign's users know, in the part that needs no backtracking:
    // literals, '.', classes, groups, '|', '*', '+', '?', '{n,m}', and '^' and '$' at the ends,
    // which are implied. Config for anything else, and as in glob().
    static Result<Pattern> regex(std::string_view text);

    bool matches(std::string_view text) const;
    const std::string& text() const { return text_; }  // as it was written

private:
    std::string text_;
};

}  // namespace boltseal
