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
    std::variant<MessageSignature, Envelope> content;
    std::optional<HashedRekord> entry;  // what the log is to be asked to take; with ForLog::Yes
};

// Malformed for a statement that verifiers would not parse (no subject, say).
Result<SignedContent> sign_statement(const Statement& statement, Signer& signer, ForLog log);

// A signature over the file itself; `artifact` is all of it.
Result<SignedContent> sign_artifact(Bytes artifact, Signer& signer, ForLog log);

// The raw signature, which is what time-stamping authorities stamp.
Bytes signature_of(const SignedContent& content);

struct Stamps {
    std::vector<Buffer> responses;  // RFC 3161, DER
    std::vector<CertificateAuthority> authorities;
};

// The bundle, as text. Untrusted unless it holds for `artifact`, every one of `entries` proves, by
// one of `logs`, that this very signature was logged, and every stamp is by another of its
// authorities and over this very signature.
Result<std::string> make_bundle(const SignedContent& content, std::vector<LogEntry> entries,
                                const Artifact& artifact, const std::vector<NoteKey>& logs,
                                Timestamp now, const Stamps& stamps = {});

}  // namespace boltseal
