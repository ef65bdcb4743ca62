// The bundles of one manifest, verified: which of them hold, and by whom they are signed. What the
// rules of a policy look at is here, and nothing else.
#pragma once

#include "verify/image_policy.h"
#include "verify/verify_bundle.h"

namespace boltseal {

// A bundle that verify_bundle has proved to be by signers of the policy and about this manifest.
struct ProvedBundle {
    BlobDigest evidence;  // SHA-256 of the bundle
    Verified verified;
    std::vector<std::string> signers;  // the names in [trust] that fit who signed it
    std::string who;                   // who that is: equal for two bundles by one signer
    std::optional<Timestamp> proved;   // the earliest proved time
    const std::string& predicate_type() const { return verified.statement->predicate_type; }
    const Json& predicate() const { return verified.statement->predicate; }
};

struct RefusedBundle {
    BlobDigest evidence;
    std::string claimed_type;  // of the predicate; empty if it cannot be read
    std::string why;
};

struct ProvedEvidence {
    BlobDigest manifest;
    std::string platform;
    std::vector<ProvedBundle> proved;
    std::vector<RefusedBundle> refused;
    std::string incomplete;  // why there may be more; empty if this is all
};

ProvedEvidence prove_evidence(const ImagePolicy& policy, const ManifestEvidence& found,
                              Timestamp now);

// Those alone that are of this type, whether or not a rule asks for it.
std::vector<ProvedBundle> prove_type(const ImagePolicy& policy, const ManifestEvidence& found,
                                     std::string_view type, Timestamp now);

// How many of these signers have signed one of the bundles each: no signer counts for two names,
// and no name for two signers.
std::size_t count_signers(const SignerRule& rule, const std::vector<const ProvedBundle*>& bundles);

// True if one of the rule's signers has signed it.
bool is_by(const ProvedBundle& bundle, const SignerRule& rule);

}  // namespace boltseal
