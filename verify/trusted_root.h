// Sigstore's trusted_root.json: the logs, authorities and time-stamping authorities that are
// believed, each within its time. github.com/sigstore/protobuf-specs, sigstore_trustroot.proto
#pragma once

#include "verify/note.h"
#include "verify/signature.h"
#include "verify/x509_chain.h"

namespace boltseal {

// A transparency log, as one that signs checkpoints and entries.
struct TrustedLog {
    NoteKey key;  // its name is the host of the log's address
    LogId id;     // how entries name it
    TimeRange valid_for;
    std::string operator_name;  // may be empty

    TrustedLog(NoteKey note_key);  // NOLINT: a log that is known by its vkey alone is always valid
    TrustedLog(NoteKey note_key, LogId log_id, TimeRange range, std::string run_by);
    // What counts once towards a threshold: whoever runs it.
    const std::string& who() const { return operator_name.empty() ? key.name : operator_name; }
};

// A certificate transparency log, RFC 6962.
struct CtLog {
    std::string url;
    LogId id;  // SHA-256 of the key's SubjectPublicKeyInfo
    PublicKey key;
    SignatureAlgorithm algorithm;
    TimeRange valid_for;
    std::string operator_name;
};

struct TrustedRoot {
    std::vector<TrustedLog> logs;
    std::vector<CertificateAuthority> certificate_authorities;
    std::vector<CtLog> ct_logs;
    std::vector<CertificateAuthority> timestamp_authorities;
};

// Limits: 4 MiB, 64 of each kind. Versions 0.1 (both spellings) and 0.2. A log without a start of
// validity refuses the whole root. Logs with keys of kinds we do not know are left out: nothing can
// be proved by them. Keys and certificates are decoded when a log or an authority is first asked
// about.
Result<TrustedRoot> parse_trusted_root(Bytes bytes);

// Malformed if a certificate of an authority cannot be read, or a key is no point of its curve.
Result<void> check_trusted_root(const TrustedRoot& root);

}  // namespace boltseal
