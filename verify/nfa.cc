#include "verify/nfa.h"

#include <utility>

namespace boltseal {

NfaNode NfaNode::of(const ByteSet& set) {
    NfaNode node;
    node.kind = Kind::OneOf;
    node.bytes = set;
    return node;
}

NfaNode NfaNode::of(std::string_view literal) {
    NfaNode node;
    node.kind = Kind::Sequence;
    for (const std::uint8_t byte : as_bytes(literal)) {
        node.children.push_back(of(ByteSet().set(byte)));
    }
    return node;
}

NfaNode NfaNode::repeat(NfaNode child, unsigned min, unsigned max) {
    NfaNode node;
    node.kind = Kind::Repeat;
    node.children.push_back(std::move(child));
    node.min = min;
    node.max = max;
    return node;
}

// Builds from the back: each node is told which state follows it, and says which one it begins
// with. Every node costs at least one state, so that the limit on states also bounds the time that
// repetitions of repetitions take.
class Nfa::Compiler {
public:
    Compiler() : states_(1) {}

    Result<Index> add(const NfaNode& node, Index next) {
        switch (node.kind) {
            case NfaNode::Kind::Empty:
                break;
            case NfaNode::Kind::OneOf:
                return push({true, node.bytes, next, kAccept});
            case NfaNode::Kind::Sequence:
                return add_sequence(node, next);
            case NfaNode::Kind::Choice:
                return add_choice(node, next);
            case NfaNode::Kind::Repeat:
                return add_repeat(node, next);
        }
        return push(fork(next, next));
    }

    std::vector<State> take() { return std::move(states_); }

private:
    static State fork(Index next, Index other) { return {false, {}, next, other}; }

    Result<Index> push(const State& state) {
        if (states_.size() == kMaxStates) {
            return Error(Fault::Config,
                         "takes more than " + std::to_string(kMaxStates) + " states");
        }
        states_.push_back(state);
        return static_cast<Index>(states_.size() - 1);
    }

    Result<Index> add_sequence(const NfaNode& node, Index next) {
        BOLTSEAL_TRY(Index start, push(fork(next, next)));
        for (auto child = node.children.rbegin(); child != node.children.rend(); ++child) {
            BOLTSEAL_TRY(start, add(*child, start));
        }
        return start;
    }

    Result<Index> add_choice(const NfaNode& node, Index next) {
        if (node.children.empty()) return push({true, {}, next, kAccept});  // none of nothing
        BOLTSEAL_TRY(Index start, add(node.children.back(), next));
        for (std::size_t i = node.children.size() - 1; i-- > 0;) {
            BOLTSEAL_TRY(const Index branch, add(node.children[i], next));
            BOLTSEAL_TRY(start, push(fork(branch, start)));
        }
        return start;
    }

    // x{2,4} is xx(x(x)?)?, and x{2,} is xxx*.
    Result<Index> add_repeat(const NfaNode& node, Index next) {
        const NfaNode& child = node.children.front();
        BOLTSEAL_TRY(Index start, push(fork(next, next)));
        if (node.max == NfaNode::kUnbounded) {
            const Index loop = start;
            BOLTSEAL_TRY(const Index again, add(child, loop));
            states_[loop].other = again;
        } else {
            for (unsigned i = node.min; i < node.max; ++i) {
                BOLTSEAL_TRY(const Index once, add(child, start));
                BOLTSEAL_TRY(start, push(fork(once, next)));
            }
        }
        for (unsigned i = 0; i < node.min; ++i) {
            BOLTSEAL_TRY(start, add(child, start));
        }
        return start;
    }

    std::vector<State> states_;
};

// The states the machine is in, but for those that only lead on.
class Nfa::Active {
public:
    explicit Active(const std::vector<State>& states) : states_(&states), seen_(states.size()) {}

    void add(Index first) {
        todo_.push_back(first);
        while (!todo_.empty()) {
            const Index index = todo_.back();
            todo_.pop_back();
            if (seen_[index]) continue;
            seen_[index] = true;
            reached_.push_back(index);
            const State& state = (*states_)[index];
            if (index == kAccept || state.reads) continue;
            todo_.push_back(state.next);
            todo_.push_back(state.other);
        }
    }

    void clear() {
        for (const Index index : reached_) seen_[index] = false;
        reached_.clear();
    }

    bool has(Index index) const { return seen_[index]; }
    const std::vector<Index>& reached() const { return reached_; }

private:
    const std::vector<State>* states_;
    std::vector<bool> seen_;
    std::vector<Index> reached_;
    std::vector<Index> todo_;
};

Result<Nfa> Nfa::compile(const NfaNode& node) {
    Compiler compiler;
    Nfa nfa;
    BOLTSEAL_TRY(nfa.start_, compiler.add(node, kAccept));
    nfa.states_ = compiler.take();
    return nfa;
}

bool Nfa::accepts(std::string_view text) const {
    Active now(states_);
    Active then(states_);
    now.add(start_);
    for (const std::uint8_t byte : as_bytes(text)) {
        then.clear();
        for (const Index index : now.reached()) {
            const State& state = states_[index];
            if (index != kAccept && state.reads && state.set[byte]) then.add(state.next);
        }
        if (then.reached().empty()) return false;
        std::swap(now, then);
    }
    return now.has(kAccept);
}

// With only one byte to read, what can be reached needs no texts to be tried: `later` collects
// every state that some run of one or more of them leads to.
bool Nfa::accepts_run_of(std::uint8_t byte) const {
    Active first(states_);
    Active later(states_);
    first.add(start_);
    const auto step = [&](Index index) {
        const State& state = states_[index];
        if (index != kAccept && state.reads && state.set[byte]) later.add(state.next);
    };
    for (const Index index : first.reached()) step(index);
    for (std::size_t i = 0; i < later.reached().size(); ++i) step(later.reached()[i]);
    return later.has(kAccept);
}

}  // namespace boltseal
