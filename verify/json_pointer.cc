#include "verify/json_pointer.h"

#include <charconv>

namespace boltseal {

namespace {

constexpr std::size_t kMaxBytes = 1024;
constexpr std::size_t kMaxTokens = 32;
constexpr std::string_view kWildcard = "*";

// RFC 6901 section 4: "~1" is '/', "~0" is '~', and no other '~' is there.
std::optional<std::string> unescape(std::string_view token) {
    std::string text;
    for (std::size_t i = 0; i < token.size(); ++i) {
        if (token[i] != '~') {
            text += token[i];
            continue;
        }
        ++i;
        if (i == token.size() || (token[i] != '0' && token[i] != '1')) return std::nullopt;
        text += token[i] == '0' ? '~' : '/';
    }
    return text;
}

// RFC 6901 section 4: digits without a leading zero; "-" is the item after the last, never there.
const Json* item_at(const Json::Array& items, const std::string& token) {
    if (token.size() > 1 && token.front() == '0') return nullptr;
    std::size_t index = 0;
    const char* const end = token.data() + token.size();
    const auto [rest, error] = std::from_chars(token.data(), end, index);
    if (error != std::errc() || rest != end || index >= items.size()) return nullptr;
    return &items[index];
}

const Json* child_at(const Json& json, const std::string& token) {
    const Json::Array* items = json.as_array();
    return items ? item_at(*items, token) : json.find(token);
}

std::vector<const Json*> children_of(const Json& json) {
    std::vector<const Json*> children;
    if (const Json::Array* items = json.as_array()) {
        for (const Json& item : *items) children.push_back(&item);
    } else if (const Json::Object* members = json.as_object()) {
        for (const Json::Member& member : *members) children.push_back(&member.second);
    }
    return children;
}

}  // namespace

Result<JsonPointer> JsonPointer::parse(std::string_view text) {
    const auto bad = [&](const std::string& why) {
        return Error(Fault::Config, "pointer " + printable(text) + ": " + why);
    };
    if (text.size() > kMaxBytes) return bad("longer than 1024 bytes");
    if (!is_utf8(as_bytes(text))) return bad("not UTF-8");
    if (!text.empty() && text.front() != '/') return bad("does not begin with '/'");
    JsonPointer pointer;
    pointer.text_ = text;
    for (std::string_view rest = text; !rest.empty();) {
        if (pointer.tokens_.size() == kMaxTokens) return bad("more than 32 tokens");
        rest.remove_prefix(1);
        auto token = unescape(rest.substr(0, rest.find('/')));
        if (!token) return bad("'~' is followed by neither 0 nor 1");
        if (*token == kWildcard) {
            if (pointer.has_wildcard_) return bad("more than one '*'");
            pointer.has_wildcard_ = true;
        }
        pointer.tokens_.push_back(*std::move(token));
        rest.remove_prefix(std::min(rest.find('/'), rest.size()));
    }
    return pointer;
}

std::vector<const Json*> JsonPointer::find_all(const Json& document) const {
    std::vector<const Json*> found{&document};
    for (const std::string& token : tokens_) {
        if (token == kWildcard) {
            found = children_of(*found.front());  // it was one: there is no second wildcard
        } else {
            for (const Json*& json : found) json = child_at(*json, token);
            std::erase(found, nullptr);
        }
        if (found.empty()) break;
    }
    return found;
}

}  // namespace boltseal
