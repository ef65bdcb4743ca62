// Sigstore bundles v0.3 that are signed with a key: one file that carries a signature and its
// proofs. github.com/sigstore/protobuf-specs, sigstore_bundle.proto; specs/profile-bundle.md
#pragma once

#include "verify/envelope.h"
#include "verify/log_entry.h"

#include <optional>
#include <variant>

namespace boltseal {

inline constexpr std::string_view kBundleMediaType =
    "application/vnd.dev.sigstore.bundle.v0.3+json";

// A signature over the artifact itself.
struct MessageSignature {
    std::optional<BlobDigest> claimed_digest;  // must match, proves nothing
    Buffer signature;
};

struct SigstoreBundle {
    std::string key_hint;  // may be empty
    std::vector<LogEntry> log_entries;
    std::variant<MessageSignature, Envelope> content;
};

// Limits: 32 MiB, 32 log entries. Malformed for certificates, timestamps and other versions, which
// are not read yet, and for every unknown member.
Result<SigstoreBundle> parse_bundle(Bytes bytes);
std::string to_string(const SigstoreBundle& bundle);

}  // namespace boltseal
