// What entries of a log are looked up by, as a question: in paths, and as the key of an index.
// specs/log-api.md#look-ups
#pragma once

#include "verify/entry_names.h"

namespace boltseal {

struct Lookup {
    enum class By {
        Digest,    // what is signed
        Key,       // the SHA-256 of its SubjectPublicKeyInfo
        Identity,  // a subject alternative name of the certificate
        Subject,   // a digest that a statement is about
    };
    By by = By::Digest;
    HashAlgorithm algorithm = HashAlgorithm::Sha256;  // of a digest or subject
    Buffer value;                                     // digest, hash of the key, or name
    bool operator==(const Lookup&) const = default;
};

Lookup by_digest(const BlobDigest& digest);
Lookup by_key(const KeyHash& key);
Lookup by_subject(const BlobDigest& digest);
// Config for a name that is empty, longer than 512 bytes, or no UTF-8.
Result<Lookup> by_identity(std::string_view name);

// "sha256/<hex>", "key/<hex>", "identity/<base64url>", "subject/sha256/<hex>": one spelling only.
Result<Lookup> parse_lookup(std::string_view path);
std::string to_path(const Lookup& lookup);

// "digest sha256:...", "key ...", "identity 'a@example.com'": for people.
std::string to_string(const Lookup& lookup);

// Everything that these names are found by, each once.
std::vector<Lookup> lookups_of(const EntryNames& names);

// Untrusted unless the entry names what is looked up. REQUIRES: not by subject
Result<void> check_named(const EntryNames& names, const Lookup& lookup);

// What stands in an index for it. The value is hashed with its kind: one kind cannot be taken for
// another, and all are of one length.
using LookupKey = Hash256<struct LookupTag>;
LookupKey key_of(const Lookup& lookup);

// Of everything that an entry names. None of an entry whose kind is not known.
std::vector<LookupKey> keys_of_entry(Bytes body);

}  // namespace boltseal
