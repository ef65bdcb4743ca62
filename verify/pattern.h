// Text that must be met exactly, or by a pattern that is anchored at both ends. Matching takes time
// in proportion to pattern and text; there are no groups and no backtracking. Characters are bytes:
// '.', '?' and classes stand for one byte each, of which a character beyond ASCII has several.
//
// The empty text is met by nothing, so that what is absent cannot pass for what was asked for.
//
// A pattern that names nobody is refused: one that is met, for every letter from a to z and every
// digit, by some text of nothing but that letter or digit. That holds for '*', '.+', '(.*)',
// '.{8,}', 'x|.*', '[^/]+' and '\w+', and fails as soon as any one character is asked for, as in
// '*@example.com' or 'v[0-9]+'.
#pragma once

#include "verify/nfa.h"

#include <optional>

namespace boltseal {

class Pattern {
public:
    Pattern() = default;  // matches nothing
    static Pattern exactly(std::string text);

    // '*' stands for any characters but '/', '**' for any at all, '?' for one that is not '/';
    // everything else for itself, '\' takes the next one literally. Config for a pattern that
    // names nobody, is empty, not UTF-8 or longer than 1024 bytes.
    static Result<Pattern> glob(std::string_view text);

    // The regular expressions that cosign's users know, in the part that needs no backtracking:
    // literals, '.' (not for a line feed), classes as [a-z0-9_-] and [^/], \d \w \s \D \W \S, '\'
    // before punctuation, groups ( ) and (?: ), '|', '*', '+', '?', '{n}', '{n,}' and '{n,m}' up to
    // 64, and '^' at the very start and '$' at the very end, which are implied. Config with the
    // place for anything else, for more than 8192 states or 32 groups in one another, and as in
    // glob().
    static Result<Pattern> regex(std::string_view text);

    bool matches(std::string_view text) const;
    const std::string& text() const { return text_; }  // as it was written

private:
    static Result<Pattern> compile(std::string_view text, const NfaNode& node);

    std::string text_;
    std::optional<Nfa> nfa_;  // none: the text itself
};

// Reads the text of Pattern::regex. Config with the place.
Result<NfaNode> parse_regex(std::string_view text);

}  // namespace boltseal
