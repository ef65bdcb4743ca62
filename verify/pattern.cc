#include "verify/pattern.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxPattern = 1024;

Error bad_pattern(std::string_view text, const std::string& why) {
    return Error(Fault::Config, "pattern " + printable(text) + ": " + why);
}

Result<void> check_text(std::string_view text) {
    if (text.empty()) return Error(Fault::Config, "pattern is empty");
    if (text.size() > kMaxPattern) return bad_pattern(text, "longer than 1024 bytes");
    if (!is_utf8(as_bytes(text))) return bad_pattern(text, "not UTF-8");
    return {};
}

Result<NfaNode> parse_glob(std::string_view text) {
    const ByteSet any = ByteSet().set();
    const ByteSet no_slash = ByteSet(any).reset('/');
    NfaNode node;
    node.kind = NfaNode::Kind::Sequence;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i).starts_with("**")) {
            ++i;
            node.children.push_back(NfaNode::repeat(NfaNode::of(any), 0, NfaNode::kUnbounded));
        } else if (text[i] == '*') {
            node.children.push_back(NfaNode::repeat(NfaNode::of(no_slash), 0, NfaNode::kUnbounded));
        } else if (text[i] == '?') {
            node.children.push_back(NfaNode::of(no_slash));
        } else {
            if (text[i] == '\\' && ++i == text.size()) return bad_pattern(text, "ends in '\\'");
            node.children.push_back(NfaNode::of(text.substr(i, 1)));
        }
    }
    return node;
}

// See the header. With one byte only, which texts are met is decided for all of them at once.
bool names_nobody(const Nfa& nfa) {
    constexpr std::string_view kProbes = "abcdefghijklmnopqrstuvwxyz0123456789";
    return std::ranges::all_of(as_bytes(kProbes),
                               [&](std::uint8_t byte) { return nfa.accepts_run_of(byte); });
}

}  // namespace

Pattern Pattern::exactly(std::string text) {
    Pattern pattern;
    pattern.text_ = std::move(text);
    return pattern;
}

Result<Pattern> Pattern::glob(std::string_view text) {
    BOLTSEAL_CHECK(check_text(text));
    BOLTSEAL_TRY(const NfaNode node, parse_glob(text));
    return compile(text, node);
}

Result<Pattern> Pattern::regex(std::string_view text) {
    BOLTSEAL_CHECK(check_text(text));
    const auto node = parse_regex(text);
    if (!node) return bad_pattern(text, node.error().message());
    return compile(text, *node);
}

Result<Pattern> Pattern::compile(std::string_view text, const NfaNode& node) {
    auto nfa = Nfa::compile(node);
    if (!nfa) return bad_pattern(text, nfa.error().message());
    if (names_nobody(*nfa)) {
        return bad_pattern(text, "matches whatever there is, and so names nobody");
    }
    Pattern pattern;
    pattern.text_ = text;
    pattern.nfa_ = *std::move(nfa);
    return pattern;
}

bool Pattern::matches(std::string_view text) const {
    if (text.empty()) return false;
    return nfa_ ? nfa_->accepts(text) : text == text_;
}

}  // namespace boltseal
