// A machine that reads bytes and is in many states at once: what a pattern is compiled to. Running
// it takes time in proportion to states and bytes, whatever both are (Thompson's construction).
#pragma once

#include "core/bytes.h"

#include <bitset>
#include <vector>

namespace boltseal {

using ByteSet = std::bitset<256>;

// A regular expression as a tree. Built by the readers of the pattern languages.
struct NfaNode {
    enum class Kind { Empty, OneOf, Sequence, Choice, Repeat };
    static constexpr unsigned kUnbounded = ~0U;

    Kind kind = Kind::Empty;
    ByteSet bytes;                  // OneOf: one byte of these
    std::vector<NfaNode> children;  // Sequence, Choice: any number; Repeat: one
    unsigned min = 0;               // Repeat: from so often
    unsigned max = kUnbounded;      // to so often

    static NfaNode of(const ByteSet& set);
    static NfaNode of(std::string_view literal);  // a Sequence of one byte each
    static NfaNode repeat(NfaNode child, unsigned min, unsigned max);
};

class Nfa {
public:
    static constexpr std::size_t kMaxStates = 8192;

    // Config if that takes more than kMaxStates states.
    static Result<Nfa> compile(const NfaNode& node);

    bool accepts(std::string_view text) const;  // all of it, from its first byte to its last

    // Whether some text of one or more bytes, all of them this one, is accepted.
    bool accepts_run_of(std::uint8_t byte) const;

private:
    using Index = std::uint16_t;
    static constexpr Index kAccept = 0;  // the state that nothing leads on from
    struct State {
        bool reads = false;  // a byte of set, to next; otherwise goes on unread, to next and other
        ByteSet set;
        Index next = kAccept;
        Index other = kAccept;
    };
    class Compiler;
    class Active;

    std::vector<State> states_;
    Index start_ = kAccept;
};

}  // namespace boltseal
