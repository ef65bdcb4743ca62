#include "transparency/lookup.h"

#include "core/encoding.h"

#include <algorithm>
#include <cassert>

namespace boltseal {

namespace {

constexpr std::size_t kMaxIdentity = 512;
constexpr std::size_t kMaxLookupPath = 1024;
constexpr std::string_view kKey = "key/";
constexpr std::string_view kIdentity = "identity/";
constexpr std::string_view kSubject = "subject/";

Error bad_lookup_path() {
    return Error(Fault::Malformed, "not what entries are looked up by");
}

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= kMaxIdentity && is_utf8(as_bytes(name));
}

Result<Lookup> parse_digest_path(std::string_view path, Lookup::By by) {
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) return bad_lookup_path();
    const auto algorithm = parse_hash_algorithm(path.substr(0, slash));
    auto value = parse_hex(path.substr(slash + 1));
    if (!algorithm || !value || value->size() != digest_size(*algorithm)) return bad_lookup_path();
    return Lookup{by, *algorithm, *std::move(value)};
}

Result<Lookup> parse_key_path(std::string_view path) {
    auto value = parse_hex(path);
    if (!value || value->size() != KeyHash::kSize) return bad_lookup_path();
    return Lookup{Lookup::By::Key, HashAlgorithm::Sha256, *std::move(value)};
}

Result<Lookup> parse_identity_path(std::string_view path) {
    const auto value = parse_base64url(path);
    if (!value || !is_name(as_text(*value))) return bad_lookup_path();
    return Lookup{Lookup::By::Identity, HashAlgorithm::Sha256, *value};
}

std::string digest_path(const Lookup& lookup) {
    return std::string(to_string(lookup.algorithm)) + "/" + to_hex(lookup.value);
}

}  // namespace

Lookup by_digest(const BlobDigest& digest) {
    return {Lookup::By::Digest, digest.algorithm(), to_buffer(digest.bytes())};
}

Lookup by_subject(const BlobDigest& digest) {
    return {Lookup::By::Subject, digest.algorithm(), to_buffer(digest.bytes())};
}

Lookup by_key(const KeyHash& key) {
    return {Lookup::By::Key, HashAlgorithm::Sha256, to_buffer(key.bytes())};
}

Result<Lookup> by_identity(std::string_view name) {
    if (is_name(name)) return Lookup{Lookup::By::Identity, HashAlgorithm::Sha256, to_buffer(name)};
    return Error(Fault::Config, "an identity is 1 to 512 bytes of UTF-8");
}

Result<Lookup> parse_lookup(std::string_view path) {
    if (path.size() > kMaxLookupPath) return bad_lookup_path();
    if (path.starts_with(kKey)) return parse_key_path(path.substr(kKey.size()));
    if (path.starts_with(kIdentity)) return parse_identity_path(path.substr(kIdentity.size()));
    if (!path.starts_with(kSubject)) return parse_digest_path(path, Lookup::By::Digest);
    return parse_digest_path(path.substr(kSubject.size()), Lookup::By::Subject);
}

std::string to_path(const Lookup& lookup) {
    switch (lookup.by) {
        case Lookup::By::Digest:
            return digest_path(lookup);
        case Lookup::By::Key:
            return std::string(kKey) + to_hex(lookup.value);
        case Lookup::By::Identity:
            return std::string(kIdentity) + to_base64url(lookup.value);
        case Lookup::By::Subject:
            break;
    }
    return std::string(kSubject) + digest_path(lookup);
}

std::string to_string(const Lookup& lookup) {
    switch (lookup.by) {
        case Lookup::By::Digest:
        case Lookup::By::Subject: {
            const std::string what = lookup.by == Lookup::By::Digest ? "digest " : "subject ";
            return what + std::string(to_string(lookup.algorithm)) + ":" + to_hex(lookup.value);
        }
        case Lookup::By::Key:
            return "key " + to_hex(lookup.value);
        case Lookup::By::Identity:
            break;
    }
    return "identity " + printable(as_text(lookup.value), kMaxIdentity);
}

std::vector<Lookup> lookups_of(const EntryNames& names) {
    std::vector<Lookup> lookups{by_digest(names.digest)};
    const auto add = [&](Lookup lookup) {
        if (std::ranges::find(lookups, lookup) == lookups.end())
            lookups.push_back(std::move(lookup));
    };
    for (const KeyHash& key : names.keys) add(by_key(key));
    for (const std::string& name : names.identities) {
        if (auto lookup = by_identity(name)) add(*std::move(lookup));
    }
    return lookups;
}

Result<void> check_named(const EntryNames& names, const Lookup& lookup) {
    assert(lookup.by != Lookup::By::Subject);
    const std::vector<Lookup> all = lookups_of(names);
    if (std::ranges::find(all, lookup) != all.end()) return {};
    return Error(Fault::Untrusted, "the entry does not name " + to_string(lookup));
}

LookupKey key_of(const Lookup& lookup) {
    constexpr std::string_view kDomain = "boltseal lookup 1\n";
    const std::uint8_t kind[] = {static_cast<std::uint8_t>(lookup.by)};
    return LookupKey(sha256({as_bytes(kDomain), kind, lookup.value}));
}

std::vector<LookupKey> keys_of_entry(Bytes body) {
    std::vector<LookupKey> keys;
    const auto names = read_entry_names(body);
    if (!names) return keys;
    for (const Lookup& lookup : lookups_of(*names)) keys.push_back(key_of(lookup));
    return keys;
}

}  // namespace boltseal
