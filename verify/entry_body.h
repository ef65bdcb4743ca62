// What the bodies of Rekor v2's entries have in common: JSON in its canonical form (RFC 8785), with
// one spec in it, of digests and of signatures. Kinds: log_entry.h, dsse_entry.h.
#pragma once

#include "core/json.h"
#include "verify/signature.h"

namespace boltseal {

inline constexpr std::string_view kRekorV2Version = "0.0.2";

struct EntrySignature {
    Buffer signature;
    PublicKey key;
    SignatureAlgorithm algorithm;
    Buffer certificate;  // DER; empty when the entry names the bare key
    bool operator==(const EntrySignature&) const = default;
};

// {"apiVersion":"0.0.2","kind":...,"spec":{<member>:<spec>}}. Malformed above 65,535 bytes, which
// is what an entry bundle can hold.
Result<Buffer> encode_entry_body(std::string_view kind, std::string_view member, Json spec);
// The spec. Whether the body is canonical is told by encoding what was read again.
Result<Json> parse_entry_body(Bytes body, std::string_view kind, std::string_view member);

// {"algorithm":"SHA2_256","digest":"<base64>"}
Json print_entry_digest(const BlobDigest& digest);
Result<BlobDigest> parse_entry_digest(const Json& json);

// {"content":"<base64>","verifier":{"keyDetails":"...","publicKey":{"rawBytes":"<base64>"}}}
Result<Json> print_entry_signature(const EntrySignature& signature);
Result<EntrySignature> parse_entry_signature(const Json& json);

}  // namespace boltseal
