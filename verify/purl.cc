#include "verify/purl.h"

#include "core/bytes.h"
#include "verify/version_scheme.h"

#include <array>

namespace boltseal {

namespace {

constexpr std::size_t kMaxPurl = 4096;
constexpr std::string_view kPurlScheme = "pkg:";

Error bad_purl(const char* why) {
    return Error(Fault::Malformed, why);
}

int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

Result<std::string> decode(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        char c = text.front();
        text.remove_prefix(1);
        if (c == '%') {
            const int high = text.size() < 2 ? -1 : hex_value(text[0]);
            const int low = text.size() < 2 ? -1 : hex_value(text[1]);
            if (high < 0 || low < 0) return bad_purl("'%' without two hex digits");
            c = static_cast<char>(high * 16 + low);
            text.remove_prefix(2);
        }
        const auto byte = static_cast<std::uint8_t>(c);
        if (byte < ' ' || byte == 0x7F) return bad_purl("escaped control character");
        out += c;
    }
    if (!is_utf8(as_bytes(out))) return bad_purl("not UTF-8 when decoded");
    return out;
}

// A part between two '/' of namespace, name or subpath.
Result<std::string> decode_segment(std::string_view text) {
    BOLTSEAL_TRY(std::string segment, decode(text));
    if (segment.empty()) return bad_purl("empty segment");
    if (segment.find('/') != segment.npos) return bad_purl("escaped '/'");
    return segment;
}

Result<std::string> decode_segments(std::string_view text) {
    std::string out;
    if (text.empty()) return out;
    if (text.back() == '/') return bad_purl("empty segment");
    while (!text.empty()) {
        BOLTSEAL_TRY(const std::string segment, decode_segment(take_until(text, '/')));
        if (!out.empty()) out += '/';
        out += segment;
    }
    return out;
}

bool is_type(std::string_view text) {
    return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [](char c) {
        return is_digit(c) || is_letter(c) || c == '.' || c == '+' || c == '-';
    });
}

bool is_key(std::string_view text) {
    return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [](char c) {
        return is_digit(c) || is_letter(c) || c == '.' || c == '_' || c == '-';
    });
}

Result<void> parse_qualifiers(std::string_view text, Purl& purl) {
    if (text.ends_with('&')) return bad_purl("qualifier without a value");
    while (!text.empty()) {
        std::string_view item = take_until(text, '&');
        if (item.find('=') == item.npos) return bad_purl("qualifier without a value");
        const std::string_view key = take_until(item, '=');
        if (!is_key(key)) return bad_purl("qualifier with a name that is none");
        BOLTSEAL_TRY(std::string value, decode(item));
        if (!purl.qualifiers.emplace(to_lower(key), std::move(value)).second) {
            return bad_purl("qualifier is there twice");
        }
    }
    std::erase_if(purl.qualifiers, [](const auto& qualifier) { return qualifier.second.empty(); });
    return {};
}

// Where an '@' is not escaped, it is before the version, or begins one of npm's scopes.
Result<void> check_at_signs(std::string_view path) {
    for (std::size_t at = path.find('@'); at != path.npos; at = path.find('@', at + 1)) {
        if (at != 0 && path[at - 1] != '/') return bad_purl("'@' within a segment");
    }
    return {};
}

// Where an escaped '/' splits npm's "@scope%2Fname", as some writers have it.
std::size_t find_scope_end(const Purl& purl, std::string_view name) {
    if (purl.type != "npm") return name.npos;
    return std::min(name.find("%2F"), name.find("%2f"));
}

// Namespace, name and version: "a/b/name@version".
Result<void> parse_path(std::string_view path, Purl& purl) {
    const std::size_t slash = path.rfind('/');
    const std::size_t name_begin = slash == path.npos ? 0 : slash + 1;
    std::string_view name = path.substr(name_begin);
    std::string_view name_space = path.substr(0, slash == path.npos ? 0 : slash);
    if (slash == 0) return bad_purl("empty segment");

    const std::size_t at = name.rfind('@');
    const bool is_scope = at == 0 && find_scope_end(purl, name) != name.npos;
    if (at != name.npos && !is_scope) {
        if (at + 1 == name.size()) return bad_purl("version is empty");
        BOLTSEAL_TRY(purl.version, decode(name.substr(at + 1)));
        name = name.substr(0, at);
    }
    if (name.empty()) return bad_purl("name is empty");
    BOLTSEAL_CHECK(check_at_signs(path.substr(0, name_begin + name.size())));

    const std::size_t scope_end = find_scope_end(purl, name);
    if (name_space.empty() && scope_end != name.npos && scope_end > 0) {
        name_space = name.substr(0, scope_end);
        name = name.substr(scope_end + 3);
    }
    BOLTSEAL_TRY(purl.name_space, decode_segments(name_space));
    BOLTSEAL_TRY(purl.name, decode_segment(name));
    return {};
}

// PURL-TYPES.rst: where two spellings are the same package.
void fold_case(Purl& purl) {
    constexpr std::array<std::string_view, 12> kFolded = {"alpm", "apk",    "bitbucket", "composer",
                                                          "deb",  "github", "gitlab",    "golang",
                                                          "hex",  "npm",    "oci",       "pypi"};
    const bool folded = std::ranges::find(kFolded, purl.type) != kFolded.end();
    if (folded || purl.type == "rpm") purl.name_space = to_lower(purl.name_space);
    if (folded) purl.name = to_lower(purl.name);
    if (purl.type == "pypi") std::ranges::replace(purl.name, '_', '-');
}

Result<Purl> parse(std::string_view text) {
    if (text.size() > kMaxPurl) return bad_purl("longer than 4096 bytes");
    if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; })) {
        return bad_purl("byte that is not printable ASCII");
    }
    if (!text.starts_with(kPurlScheme)) return bad_purl("does not begin with 'pkg:'");
    text.remove_prefix(kPurlScheme.size());
    std::string_view before_subpath = take_until(text, '#');
    Purl purl;
    BOLTSEAL_TRY(purl.subpath, decode_segments(text));
    std::string_view path = take_until(before_subpath, '?');
    BOLTSEAL_CHECK(parse_qualifiers(before_subpath, purl));
    const std::string_view type = take_until(path, '/');
    if (!is_type(type)) return bad_purl("type is none");
    purl.type = to_lower(type);
    BOLTSEAL_CHECK(parse_path(path, purl));
    fold_case(purl);
    return purl;
}

std::string encode(std::string_view text, std::string_view unescaped = ":") {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (is_digit(c) || is_letter(c) || std::string_view("-._~").find(c) != text.npos ||
            unescaped.find(c) != unescaped.npos) {
            out += c;
        } else {
            const auto byte = static_cast<std::uint8_t>(c);
            out += '%';
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        }
    }
    return out;
}

}  // namespace

Result<Purl> parse_purl(std::string_view text) {
    auto purl = parse(text);
    if (!purl) return std::move(purl).error().context("purl " + printable(text));
    return purl;
}

std::string to_string(const Purl& purl) {
    std::string text = std::string(kPurlScheme) + purl.type + '/';
    if (!purl.name_space.empty()) text += encode(purl.name_space, ":/") + '/';
    text += encode(purl.name);
    if (!purl.version.empty()) text += '@' + encode(purl.version);
    char separator = '?';
    for (const auto& [key, value] : purl.qualifiers) {
        text += separator + key + '=' + encode(value);
        separator = '&';
    }
    if (!purl.subpath.empty()) text += '#' + encode(purl.subpath, ":/");
    return text;
}

bool same_package(const Purl& a, const Purl& b) {
    return a.type == b.type && a.name_space == b.name_space && a.name == b.name;
}

std::optional<VersionScheme> version_scheme(const Purl& purl) {
    if (purl.type == "deb") return VersionScheme::Deb;
    if (purl.type == "apk") return VersionScheme::Apk;
    if (purl.type == "rpm") return VersionScheme::Rpm;
    const bool is_semver = purl.type == "cargo" || purl.type == "golang" || purl.type == "npm";
    return is_semver ? std::optional(VersionScheme::Semver) : std::nullopt;
}

std::string full_version(const Purl& purl) {
    const auto epoch = purl.qualifiers.find("epoch");
    const bool has_epochs = purl.type == "deb" || purl.type == "rpm";
    const bool is_apart =
        epoch != purl.qualifiers.end() && purl.version.find(':') == std::string::npos;
    if (!has_epochs || !is_apart || purl.version.empty()) return purl.version;
    return epoch->second + ':' + purl.version;
}

}  // namespace boltseal
