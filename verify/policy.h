// What one bundle must show: who may have signed, which logs and authorities are believed, and how
// many of each must vouch. Structs only; nothing is implied, and everything that is asked for must
// hold. What an image needs as a whole is policy_file.h.
#pragma once

#include "core/time.h"
#include "verify/pattern.h"
#include "verify/trusted_root.h"
#include "verify/witness_policy.h"

#include <map>
#include <optional>

namespace boltseal {

// A key that may sign. With a window, every proved time must lie in it, and one must be proved.
struct TrustedKey {
    PublicKey key;
    TimeRange valid_for;
    TrustedKey(PublicKey k, TimeRange range = {})  // NOLINT: a key alone is always valid
        : key(std::move(k)), valid_for(range) {}
};

// A certificate that may sign: what it must say, all of it. Fulcio's extensions by their names in
// identity.h, each exactly this value.
struct TrustedIdentity {
    Pattern name;    // one of the certificate's subject alternative names
    Pattern issuer;  // the OIDC issuer
    std::map<std::string, std::string> extensions;
};

struct Policy {
    // Any one of these must have signed; none means nothing passes.
    std::vector<TrustedKey> keys;
    std::vector<TrustedIdentity> identities;
    TrustedRoot root;
    // How many different logs must prove the entry. 0 asks for none, and is what the unsafe flags
    // say; an entry by a log we know is checked all the same.
    std::size_t log_threshold = 1;
    // Who must have cosigned the checkpoint of every log that proves the entry; nobody by default.
    WitnessPolicy witnesses;
    std::size_t timestamp_threshold = 0;  // different time-stamping authorities
    std::size_t sct_threshold = 1;  // different certificate transparency logs; certificates only
    // A Rekor v1 log's promise counts as its proof, as in the oldest bundles (v0.1), which have no
    // more. Only for them.
    bool accept_promise_alone = false;
    bool strict = false;  // what the formats tolerate and signers do not write is refused
    std::optional<Timestamp> expires;  // past this moment the policy passes nothing
    std::string predicate_type;  // of the statement, exactly; empty for artifacts signed directly
    bool any_predicate_type = false;  // both, and any type: says no more than that it was signed
};

// Config if the policy cannot pass anything, or has expired at `now`.
Result<void> check_policy(const Policy& policy, Timestamp now);

}  // namespace boltseal
