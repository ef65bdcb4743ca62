// START HERE. The whole decision in one function: is this artifact signed as the policy asks?
//
// Offline, without state and without a clock of its own. Every part is bound to every other: the
// signature to the key, the statement to the artifact, the log entry to exactly this signature, the
// proof to a checkpoint that a log we know has signed.
#pragma once

#include "verify/identity.h"
#include "verify/policy.h"
#include "verify/sigstore_bundle.h"
#include "verify/statement.h"
#include "verify/timestamp.h"

namespace boltseal {

// What is verified: its digest, and its bytes where a signature scheme needs them (Ed25519).
struct Artifact {
    BlobDigest digest;
    std::optional<Bytes> bytes;
};

// One thing that was proved, in the order it was proved.
struct Check {
    std::string name;   // "signature", "subject", "log-entry", ...
    std::string proof;  // what was bound to what, in a sentence
};

// What was checked, also when the verdict is a refusal. The names of checks are specified in
// specs/verdicts.md.
struct Trace {
    std::vector<Check> checks;  // those that held
    std::string failed;         // the name of the one that did not; empty if all held

    void prove(std::string name, std::string proof) {
        checks.push_back({std::move(name), std::move(proof)});
    }
};

// Only verify_bundle makes one, and only of what it proved.
struct Verified {
    PublicKey key;  // a key of the policy, or the certificate's
    BlobDigest artifact;
    std::optional<Statement> statement = std::nullopt;  // for DSSE bundles
    std::vector<VerifiedCheckpoint> checkpoints = {};   // one for each log that proved it
    std::vector<std::uint64_t> log_indexes = {};        // beside them
    std::vector<std::vector<Cosigned>> cosigned = {};   // beside them: the witnesses asked for
    std::vector<Check> checks = {};
    std::optional<CertificateIdentity> identity = std::nullopt;  // who signed with a certificate
    std::vector<ProvedTime> times = {};                          // when the signature existed
    Deviations deviations = {};                                  // what was tolerated
};

// Untrusted if any check fails, malformed evidence included; the message names the first check that
// failed, what was expected and what was found. Config if the policy cannot pass anything.
Result<Verified> verify_bundle(Bytes bundle, const Artifact& artifact, const Policy& policy,
                               Timestamp now, Trace* trace = nullptr);

}  // namespace boltseal
