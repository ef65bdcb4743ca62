#include "verify/pattern.h"

#include <algorithm>
#include <charconv>

namespace boltseal {

namespace {

constexpr unsigned kMaxGroups = 32;   // in one another
constexpr unsigned kMaxRepeats = 64;  // in {n,m}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_punctuation(char c) {
    return c > ' ' && c < 0x7F && !is_digit(c) && !(c >= 'a' && c <= 'z') &&
           !(c >= 'A' && c <= 'Z');
}

void add_range(ByteSet& set, char first, char last) {
    for (unsigned c = static_cast<std::uint8_t>(first); c <= static_cast<std::uint8_t>(last); ++c) {
        set.set(c);
    }
}

// REQUIRES: set.any()
char lowest(const ByteSet& set) {
    unsigned byte = 0;
    while (!set[byte]) ++byte;
    return static_cast<char>(byte);
}

// What '\' and this letter stand for, or nothing.
std::optional<ByteSet> named_class(char letter) {
    ByteSet set;
    switch (letter) {
        case 'd':
        case 'D':
            add_range(set, '0', '9');
            break;
        case 'w':
        case 'W':
            add_range(set, '0', '9');
            add_range(set, 'a', 'z');
            add_range(set, 'A', 'Z');
            set.set('_');
            break;
        case 's':
        case 'S':
            for (const char c : {'\t', '\n', '\f', '\r', ' '})
                set.set(static_cast<std::uint8_t>(c));
            break;
        default:
            return std::nullopt;
    }
    return letter < 'a' ? ~set : set;
}

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    Result<NfaNode> parse() {
        if (next_is('^')) ++at_;
        BOLTSEAL_TRY(NfaNode node, choice(0));
        if (!at_end()) return bad("')' closes nothing");
        return node;
    }

private:
    bool at_end() const { return at_ == text_.size(); }
    bool next_is(char c) const { return !at_end() && text_[at_] == c; }
    bool skip(std::string_view what) {
        if (!text_.substr(at_).starts_with(what)) return false;
        at_ += what.size();
        return true;
    }
    Error bad(const std::string& why) const {
        return Error(Fault::Config, why + " at byte " + std::to_string(at_ + 1));
    }

    Result<NfaNode> choice(unsigned depth) {
        NfaNode node;
        node.kind = NfaNode::Kind::Choice;
        do {
            BOLTSEAL_TRY(NfaNode branch, sequence(depth));
            node.children.push_back(std::move(branch));
        } while (skip("|"));
        return node;
    }

    Result<NfaNode> sequence(unsigned depth) {
        NfaNode node;
        node.kind = NfaNode::Kind::Sequence;
        while (!at_end() && !next_is('|') && !next_is(')')) {
            if (text_.substr(at_) == "$") {
                ++at_;
                break;
            }
            BOLTSEAL_TRY(NfaNode item, atom(depth));
            BOLTSEAL_TRY(item, repeated(std::move(item)));
            node.children.push_back(std::move(item));
        }
        return node;
    }

    Result<NfaNode> atom(unsigned depth) {
        switch (text_[at_]) {
            case '(':
                return group(depth);
            case '[':
                return char_class();
            case '\\': {
                BOLTSEAL_TRY(const ByteSet set, escape());
                return NfaNode::of(set);
            }
            case '.':
                ++at_;
                return NfaNode::of(~ByteSet().set('\n'));
            case '^':
                return bad("'^' is not at the start");
            case '$':
                return bad("'$' is not at the end");
            case '*':
            case '+':
            case '?':
            case '{':
                return bad("nothing to repeat");
            case ']':
            case '}':
                return bad("bracket closes nothing");
            default:
                return NfaNode::of(character());
        }
    }

    // All bytes of the next character, so that what repeats it does not repeat the last one.
    std::string_view character() {
        std::size_t size = 1;
        const auto is_more = [](char c) { return (static_cast<std::uint8_t>(c) & 0xC0) == 0x80; };
        while (at_ + size < text_.size() && is_more(text_[at_ + size])) ++size;
        at_ += size;
        return text_.substr(at_ - size, size);
    }

    Result<NfaNode> group(unsigned depth) {
        if (depth == kMaxGroups) return bad("more than 32 groups in one another");
        skip("(");
        if (!skip("?:") && next_is('?')) return bad("'(?' with anything but ':' is not understood");
        BOLTSEAL_TRY(NfaNode node, choice(depth + 1));
        if (!skip(")")) return bad("group is not closed");
        return node;
    }

    Result<ByteSet> escape() {
        if (at_ + 1 == text_.size()) return bad("'\\' escapes nothing");
        const char c = text_[at_ + 1];
        const auto named = named_class(c);
        if (!named && !is_punctuation(c)) return bad("escape is not understood");
        at_ += 2;
        return named ? *named : ByteSet().set(static_cast<std::uint8_t>(c));
    }

    Result<NfaNode> char_class() {
        const std::size_t open = at_;
        skip("[");
        const bool negated = skip("^");
        ByteSet set;
        for (bool first = true; !next_is(']'); first = false) {
            if (at_end()) {
                at_ = open;
                return bad("class is not closed");
            }
            if (next_is('-') && !first && text_.substr(at_ + 1, 1) != "]") {
                return bad("'-' is neither first, last nor between two characters");
            }
            BOLTSEAL_TRY(const ByteSet item, class_item());
            set |= item;
        }
        if (set.none()) return bad("class is empty");
        skip("]");
        return NfaNode::of(negated ? ~set : set);
    }

    // One byte, an escape, or a range of bytes.
    Result<ByteSet> class_item() {
        BOLTSEAL_TRY(ByteSet set, class_end());
        if (!next_is('-') || text_.substr(at_ + 1, 1) == "]") return set;
        ++at_;
        if (at_end()) return bad("range has no end");
        BOLTSEAL_TRY(const ByteSet last, class_end());
        if (set.count() != 1 || last.count() != 1) return bad("range is not of two characters");
        if (lowest(set) > lowest(last)) return bad("range ends before it begins");
        add_range(set, lowest(set), lowest(last));
        return set;
    }

    Result<ByteSet> class_end() {
        const char c = text_[at_];
        if (c == '\\') return escape();
        if (c == '[') return bad("'[' in a class is not escaped");
        if (static_cast<std::uint8_t>(c) >= 0x80) return bad("class has a character beyond ASCII");
        ++at_;
        return ByteSet().set(static_cast<std::uint8_t>(c));
    }

    Result<NfaNode> repeated(NfaNode item) {
        if (at_end()) return item;
        unsigned min = 0;
        unsigned max = NfaNode::kUnbounded;
        if (next_is('{')) {
            BOLTSEAL_CHECK(counts(min, max));
        } else if (skip("+")) {
            min = 1;
        } else if (skip("?")) {
            max = 1;
        } else if (!skip("*")) {
            return item;
        }
        if (next_is('*') || next_is('+') || next_is('?') || next_is('{')) {
            return bad("repetition is repeated or not greedy");
        }
        return NfaNode::repeat(std::move(item), min, max);
    }

    Result<void> counts(unsigned& min, unsigned& max) {
        skip("{");
        BOLTSEAL_TRY(min, count());
        max = min;
        if (skip(",")) {
            max = NfaNode::kUnbounded;
            if (!next_is('}')) {
                BOLTSEAL_TRY(max, count());
            }
        }
        if (!next_is('}')) return bad("'{' begins no repetition");
        if (max == 0 || min > max) return bad("repetition has no count to choose from");
        skip("}");
        return {};
    }

    Result<unsigned> count() {
        unsigned value = 0;
        const char* const end = text_.data() + text_.size();
        const auto [rest, error] = std::from_chars(text_.data() + at_, end, value);
        if (rest == text_.data() + at_) return bad("'{' begins no repetition");
        if (error != std::errc() || value > kMaxRepeats) return bad("repetition is above 64");
        at_ = static_cast<std::size_t>(rest - text_.data());
        return value;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

Result<NfaNode> parse_regex(std::string_view text) {
    return Parser(text).parse();
}

}  // namespace boltseal
