// From a statement or a file to a signature, and from a signature to a Sigstore bundle.
// github.com/secure-systems-lab/dsse, protocol.md v1.0.2; specs/profile-bundle.md
//
// A signature is verified before it is handed out, and a bundle is verified whole: what verify/
// would refuse is never written. Nothing here talks to a log: the caller submits the entry.
#pragma once

#include "sign/signer.h"
#include "verify/verify_bundle.h"

namespace boltseal {

// A log sees digests only. So an Ed25519 key signs with Ed25519ph for a log, and with plain
// Ed25519, which every verifier knows, otherwise. For other keys it makes no difference to the
// signature.
enum class ForLog { No, Yes };

struct SignedContent {
    PublicKey key;
    std::optional<Certificate> certificate;  // of the key, if it has one
    std::variant<MessageSignature, Envelope> content;
    std::optional<HashedRekord> entry;  // what the log is to be asked to take; with ForLog::Yes
};

// Malformed for a statement that verifiers would not parse (no subject, say).
Result<SignedContent> sign_statement(const Statement& statement, Signer& signer, ForLog log);

// A signature over the file itself; `artifact` is all of it.
Result<SignedContent> sign_artifact(Bytes artifact, Signer& signer, ForLog log);

// The raw signature, which is what time-stamping authorities stamp.
Bytes signature_of(const SignedContent& content);

// What others say of a signature.
struct Evidence {
    std::vector<LogEntry> entries;
    std::vector<Buffer> stamps;  // RFC 3161, DER
};

// The bundle, as text. Untrusted unless it holds for `artifact` under `root`: every entry proves,
// by another of its logs, that this very signature was logged; every stamp is by another of its
// authorities and over this very signature; and a certificate is by one of its authorities, valid
// at a time that is proved, and in a certificate transparency log where it names any.
Result<std::string> make_bundle(const SignedContent& content, Evidence evidence,
                                const Artifact& artifact, const TrustedRoot& root, Timestamp now);

}  // namespace boltseal
