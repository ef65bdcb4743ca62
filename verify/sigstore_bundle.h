// Sigstore bundles: one file that carries a signature, who made it, and its proofs. Versions 0.1,
// 0.2 and 0.3 are read, 0.3 is written. Parsed, not checked: verify_bundle.h does that.
// github.com/sigstore/protobuf-specs, sigstore_bundle.proto; specs/profile-bundle.md
#pragma once

#include "verify/certificate.h"
#include "verify/envelope.h"
#include "verify/log_entry.h"

#include <optional>
#include <variant>

namespace boltseal {

inline constexpr std::string_view kBundleMediaType =
    "application/vnd.dev.sigstore.bundle.v0.3+json";

// What a bundle's media type begins with, whatever its version.
inline constexpr std::string_view kBundleTypePrefix = "application/vnd.dev.sigstore.bundle";

inline constexpr std::size_t kMaxBundle = std::size_t{32} << 20;  // bytes that are read of one

// A signature over the artifact itself.
struct MessageSignature {
    std::optional<BlobDigest> claimed_digest;  // must match, proves nothing
    Buffer signature;
};

enum class BundleVersion { V01, V02, V03 };

struct SigstoreBundle {
    std::string key_hint;  // of the key that signed, if there is no certificate; may be empty
    std::vector<LogEntry> log_entries;
    std::variant<MessageSignature, Envelope> content;
    std::optional<Certificate> certificate = std::nullopt;  // of who signed
    std::vector<Buffer> timestamps = {};                    // RFC 3161 responses, DER
    BundleVersion version = BundleVersion::V03;
    Deviations deviations = {};  // what was tolerated
};

// Limits: 32 MiB, 32 log entries, 32 timestamps, 16 certificates. Malformed for other versions, for
// what a version must or must not have, and for an entry or timestamp that is there twice.
Result<SigstoreBundle> parse_bundle(Bytes bytes);
std::string to_string(const SigstoreBundle& bundle);  // always version 0.3

}  // namespace boltseal
