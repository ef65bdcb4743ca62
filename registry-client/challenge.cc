#include "registry-client/challenge.h"

#include "core/bytes.h"
#include "net/transport.h"

#include <algorithm>
#include <optional>

namespace boltseal {

namespace {

constexpr std::size_t kMaxChallenge = 8192;

Error bad_challenge(const std::string& why) {
    return Error(Fault::Malformed, "challenge " + why);
}

// Reads the grammar of RFC 9110 section 11.6.1 from the front.
class ChallengeText {
public:
    explicit ChallengeText(std::string_view text) : rest_(text) {}

    bool empty() const { return rest_.empty(); }
    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool skip_space() {
        const std::size_t before = rest_.size();
        while (take(' ') || take('\t')) {
        }
        return rest_.size() != before;
    }
    void skip_commas() {
        do skip_space();
        while (take(','));
    }
    std::string_view token() {
        const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_token_char);
        const std::string_view out = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(out.size());
        return out;
    }
    // What is neither a comma nor white space: the token68 of Negotiate.
    void skip_token68() {
        rest_.remove_prefix(std::min(rest_.size(), rest_.find_first_of(", \t")));
    }
    Result<std::string> value() {
        if (!take('"')) {
            const std::string_view plain = token();
            if (plain.empty()) return bad_challenge("has a parameter without a value");
            return std::string(plain);
        }
        std::string out;
        while (!rest_.empty()) {
            if (take('"')) return out;
            if (take('\\') && rest_.empty()) break;
            out += rest_.front();
            rest_.remove_prefix(1);
        }
        return bad_challenge("has a quoted value without an end");
    }
    // "name =", or nothing, having read nothing, when the next thing is another scheme.
    std::optional<std::string> parameter_name() {
        const std::string_view before = rest_;
        const std::string_view name = token();
        skip_space();
        if (!name.empty() && take('=')) {
            skip_space();
            return to_lower(name);
        }
        rest_ = before;
        return std::nullopt;
    }

private:
    std::string_view rest_;
};

Result<void> read_parameters(ChallengeText& text, Challenge& out) {
    for (;;) {
        text.skip_commas();
        const auto name = text.parameter_name();
        if (!name) return {};
        BOLTSEAL_TRY(std::string value, text.value());
        if (!out.params.emplace(*name, std::move(value)).second) {
            return bad_challenge("has a parameter twice");
        }
    }
}

}  // namespace

Result<std::vector<Challenge>> parse_challenges(std::string_view value) {
    if (value.size() > kMaxChallenge) return bad_challenge("is longer than 8192 bytes");
    std::vector<Challenge> out;
    ChallengeText text(value);
    text.skip_commas();
    while (!text.empty()) {
        Challenge challenge;
        challenge.scheme = to_lower(text.token());
        if (challenge.scheme.empty()) return bad_challenge("has no scheme");
        const bool spaced = text.skip_space();
        if (challenge.scheme == "negotiate" || challenge.scheme == "ntlm") {
            if (spaced) text.skip_token68();
            text.skip_commas();
        } else {
            BOLTSEAL_CHECK(read_parameters(text, challenge));
        }
        out.push_back(std::move(challenge));
    }
    return out;
}

}  // namespace boltseal
