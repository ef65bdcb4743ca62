// Entries of kind "dsse" 0.0.2: the digest of an envelope's payload, and the envelope's signatures.
// Rekor v2 wrote them until 2026-06, and clients that still send whole envelopes expect them back.
// github.com/sigstore/rekor-tiles, api/proto/rekor/v2/dsse.proto; specs/profile-rekor.md
#pragma once

#include "verify/entry_body.h"

namespace boltseal {

inline constexpr std::string_view kDsseKind = "dsse";

struct DsseEntry {
    BlobDigest payload;                      // SHA-256
    std::vector<EntrySignature> signatures;  // 1 to 10, ascending by their bytes, none twice
};

// Malformed unless it is as said above.
Result<Buffer> encode_dsse_entry(const DsseEntry& entry);
// Accepts only what encode_dsse_entry prints. The signatures are not checked: they are over the
// envelope's pre-authentication encoding, which the entry does not have.
Result<DsseEntry> parse_dsse_entry(Bytes body);

}  // namespace boltseal
