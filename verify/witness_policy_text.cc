// The text form of a witness policy: c2sp.org/tlog-policy; specs/profile-witness.md
#include "core/encoding.h"
#include "verify/witness_policy_builder.h"

#include <algorithm>
#include <charconv>

namespace boltseal {

namespace {

constexpr std::size_t kMaxPolicyText = std::size_t{64} << 10;
constexpr std::string_view kNobody = "none";
constexpr std::string_view kBlank = " \t";
constexpr std::uint8_t kMlDsa44 = 0x06;

bool is_policy_byte(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
}

std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    while (true) {
        const std::size_t start = line.find_first_not_of(kBlank);
        if (start == std::string_view::npos) return words;
        line.remove_prefix(start);
        const std::size_t size = std::min(line.find_first_of(kBlank), line.size());
        words.emplace_back(line.substr(0, size));
        line.remove_prefix(size);
    }
}

bool is_url(const std::string& text) {
    return text.starts_with("https://") || text.starts_with("http://");
}

// A vkey of a kind that we know nothing about deserves a better word than "unknown type".
bool is_ml_dsa(std::string_view vkey) {
    const std::size_t second = vkey.find('+', std::min(vkey.find('+'), vkey.size() - 1) + 1);
    if (second == std::string_view::npos) return false;
    const auto bytes = parse_base64(vkey.substr(second + 1));
    return bytes && !bytes->empty() && bytes->front() == kMlDsa44;
}

Result<NoteKey> parse_key(const WitnessPolicyBuilder& builder, const std::string& vkey) {
    if (is_ml_dsa(vkey)) return builder.bad("ML-DSA-44 keys (type 06) are not supported");
    auto key = parse_vkey(vkey);
    if (!key) return builder.bad(key.error().message());
    return key;
}

Result<std::size_t> parse_threshold(const WitnessPolicyBuilder& builder, const std::string& word,
                                    std::size_t members) {
    if (word == "all") return members;
    if (word == "any") return std::size_t{1};
    std::size_t threshold = 0;
    const auto end = std::from_chars(word.data(), word.data() + word.size(), threshold);
    if (end.ec != std::errc() || std::to_string(threshold) != word) {
        return builder.bad(printable(word) + " is not 'all', 'any' or a number");
    }
    return threshold;
}

// Of a log or witness, where it may be asked: the last word, which need not be there.
Result<std::string> take_url(const WitnessPolicyBuilder& builder,
                             const std::vector<std::string>& words, std::size_t at) {
    if (words.size() == at) return std::string();
    if (words.size() > at + 1) return builder.bad("too many words");
    if (!is_url(words[at])) return builder.bad(printable(words[at]) + " is no URL");
    return words[at];
}

Result<void> take_definition(WitnessPolicyBuilder& builder, const std::vector<std::string>& words) {
    const std::string& keyword = words[0];
    const auto needs = [&](std::size_t count) -> Result<void> {
        if (words.size() >= count) return {};
        return builder.bad("'" + keyword + "' needs more words");
    };
    if (keyword == "log") {
        BOLTSEAL_CHECK(needs(2));
        BOLTSEAL_TRY(const std::string url, take_url(builder, words, 2));
        BOLTSEAL_TRY(NoteKey key, parse_key(builder, words[1]));
        return builder.add_log(std::move(key));
    }
    if (keyword == "witness") {
        BOLTSEAL_CHECK(needs(3));
        BOLTSEAL_TRY(std::string url, take_url(builder, words, 3));
        BOLTSEAL_TRY(NoteKey key, parse_key(builder, words[2]));
        return builder.add_witness({words[1], std::move(key), std::move(url)});
    }
    if (keyword == "group") {
        BOLTSEAL_CHECK(needs(4));
        std::vector<std::string> members(words.begin() + 3, words.end());
        BOLTSEAL_TRY(const std::size_t threshold,
                     parse_threshold(builder, words[2], members.size()));
        return builder.add_group({words[1], threshold, std::move(members)});
    }
    if (keyword == "quorum") {
        BOLTSEAL_CHECK(needs(2));
        if (words.size() > 2) return builder.bad("too many words");
        return builder.set_quorum(words[1]);
    }
    return builder.bad(printable(keyword) + " is no keyword");
}

}  // namespace

Result<WitnessPolicy> parse_witness_policy(Bytes text) {
    if (text.size() > kMaxPolicyText) return Error(Fault::Config, "larger than 64 KiB");
    if (!is_utf8(text)) return Error(Fault::Config, "not UTF-8");
    WitnessPolicyBuilder builder;
    std::string_view rest = as_text(text);
    while (!rest.empty()) {
        builder.next_line();
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (!std::ranges::all_of(line, is_policy_byte)) return builder.bad("a control character");
        const std::vector<std::string> words = words_of(line);
        if (words.empty() || words[0].starts_with('#')) continue;
        BOLTSEAL_CHECK(take_definition(builder, words));
    }
    return std::move(builder).finish();
}

std::string to_string(const WitnessPolicy& policy) {
    std::string text;
    for (const NoteKey& log : policy.logs()) text += "log " + to_vkey(log) + '\n';
    for (const Witness& witness : policy.witnesses()) {
        text += "witness " + witness.name + ' ' + to_vkey(witness.key) +
                (witness.url.empty() ? "" : ' ' + witness.url) + '\n';
    }
    for (const WitnessGroup& group : policy.groups()) {
        text += "group " + group.name + ' ' + std::to_string(group.threshold);
        for (const std::string& member : group.members) text += ' ' + member;
        text += '\n';
    }
    return text + "quorum " + (policy.asks_for_none() ? std::string(kNobody) : policy.quorum()) +
           '\n';
}

}  // namespace boltseal
