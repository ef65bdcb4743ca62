#include "verify/spdx_licence.h"

#include "core/bytes.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxExpression = std::size_t{16} << 10;
constexpr std::size_t kMaxLicences = 1024;
constexpr unsigned kMaxExpressionDepth = 32;
constexpr std::string_view kLicenceRef = "LicenseRef-";
constexpr std::string_view kDocumentRef = "DocumentRef-";

bool is_id_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '.';
}

bool is_id(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_id_character);
}

bool is_reference(std::string_view text) {
    if (text.starts_with(kDocumentRef)) {
        const std::size_t colon = text.find(':');
        if (colon == text.npos ||
            !is_id(text.substr(kDocumentRef.size(), colon - kDocumentRef.size())))
            return false;
        text.remove_prefix(colon + 1);
    }
    return text.starts_with(kLicenceRef) && is_id(text.substr(kLicenceRef.size()));
}

bool is_operator(std::string_view text) {
    return text == "AND" || text == "OR" || text == "WITH";
}

// Equal for licences that are the same one.
std::string key_of(const Licence& licence) {
    Licence key = licence;
    if (!is_reference(key.id)) key.id = to_lower(key.id);
    key.exception = to_lower(key.exception);
    return to_string(key);
}

}  // namespace

std::string to_string(const Licence& licence) {
    return licence.id + (licence.or_later ? "+" : "") +
           (licence.exception.empty() ? "" : " WITH " + licence.exception);
}

// Annex D.2 from the weakest operator to the strongest, each rule a function that leaves its steps
// behind in postfix order.
class LicenceExpression::Parser {
public:
    explicit Parser(std::string_view text) : rest_(text) { advance(); }

    Result<std::vector<Step>> parse() {
        BOLTSEAL_CHECK(either(0));
        if (!word_.empty()) return unexpected();
        return std::move(steps_);
    }

private:
    static Error bad(const std::string& why) { return Error(Fault::Malformed, why); }

    Error unexpected() const {
        return word_.empty() ? bad("ends too early") : bad(printable(word_) + " is not expected");
    }

    // The next word is a parenthesis or all up to the next space or parenthesis; empty at the end.
    void advance() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
        std::size_t size = std::min(rest_.find_first_of(" ()"), rest_.size());
        if (size == 0 && !rest_.empty()) size = 1;
        word_ = rest_.substr(0, size);
        rest_.remove_prefix(size);
    }

    bool skip(std::string_view word) {
        if (word_ != word) return false;
        advance();
        return true;
    }

    Result<void> either(unsigned depth) {
        BOLTSEAL_CHECK(both(depth));
        while (skip("OR")) {
            BOLTSEAL_CHECK(both(depth));
            steps_.push_back({Kind::Or, {}});
        }
        return {};
    }

    Result<void> both(unsigned depth) {
        BOLTSEAL_CHECK(one(depth));
        while (skip("AND")) {
            BOLTSEAL_CHECK(one(depth));
            steps_.push_back({Kind::And, {}});
        }
        return {};
    }

    Result<void> one(unsigned depth) {
        if (!skip("(")) return licence();
        if (depth == kMaxExpressionDepth) return bad("more than 32 parentheses in one another");
        BOLTSEAL_CHECK(either(depth + 1));
        if (!skip(")")) return unexpected();
        return {};
    }

    Result<void> licence() {
        if (word_.empty() || is_operator(word_)) return unexpected();
        if (++licences_ > kMaxLicences) return bad("more than 1024 licences");
        Licence licence{std::string(word_), false, {}};
        if (!is_reference(word_)) {
            licence.or_later = word_.ends_with('+');
            if (licence.or_later) licence.id.pop_back();
            const bool is_bad_reference =
                word_.starts_with(kLicenceRef) || word_.starts_with(kDocumentRef);
            if (is_bad_reference || !is_id(licence.id)) return unexpected();
        }
        advance();
        if (skip("WITH")) {
            if (!is_id(word_) || is_operator(word_)) return unexpected();
            licence.exception = word_;
            advance();
        }
        steps_.push_back({Kind::Licence, std::move(licence)});
        return {};
    }

    std::string_view rest_;
    std::string_view word_;
    std::size_t licences_ = 0;
    std::vector<Step> steps_;
};

Result<LicenceExpression> LicenceExpression::parse(std::string_view text) {
    const auto bad = [&](const std::string& why) {
        return Error(Fault::Malformed, "licence expression " + printable(text) + ": " + why);
    };
    if (text.size() > kMaxExpression) return bad("longer than 16384 bytes");
    auto steps = Parser(text).parse();
    if (!steps) return bad(steps.error().message());
    LicenceExpression expression;
    expression.steps_ = *std::move(steps);
    return expression;
}

std::vector<Licence> LicenceExpression::licences() const {
    std::vector<Licence> all;
    for (const Step& step : steps_) {
        if (step.kind == Kind::Licence) all.push_back(step.licence);
    }
    return all;
}

Result<AllowedLicences> AllowedLicences::from(const std::vector<std::string>& licences) {
    AllowedLicences allowed;
    for (const std::string& text : licences) {
        auto expression = LicenceExpression::parse(text);
        if (!expression) return std::move(expression).error().as(Fault::Config);
        const std::vector<Licence> all = expression->licences();
        if (all.size() != 1) {
            return Error(Fault::Config, "licence " + printable(text) + " is not one licence");
        }
        allowed.keys_.insert(key_of(all.front()));
    }
    return allowed;
}

bool AllowedLicences::allow(const Licence& licence) const {
    Licence plain = licence;
    plain.exception.clear();
    Licence exact = licence;
    exact.or_later = false;
    Licence bare = plain;
    bare.or_later = false;
    return keys_.contains(key_of(licence)) || keys_.contains(key_of(plain)) ||
           keys_.contains(key_of(exact)) || keys_.contains(key_of(bare));
}

bool AllowedLicences::allow(const LicenceExpression& expression) const {
    std::vector<bool> stack;
    for (const LicenceExpression::Step& step : expression.steps_) {
        if (step.kind == LicenceExpression::Kind::Licence) {
            stack.push_back(allow(step.licence));
            continue;
        }
        const bool right = stack.back();
        stack.pop_back();
        const bool left = stack.back();
        stack.back() = step.kind == LicenceExpression::Kind::And ? left && right : left || right;
    }
    return !stack.empty() && stack.back();
}

}  // namespace boltseal
