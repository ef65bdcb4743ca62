// What a log has, or will have, about a bundle.
#pragma once

#include "verify/sigstore_bundle.h"

#include <vector>

namespace boltseal {

// The entry that records the bundle's signature: the one that a log has, if the bundle says, or
// else made from the signature and its certificate or the key among `keys` that made it. Untrusted
// if none of them has made it, Config if there is no key to try.
Result<HashedRekord> entry_of(const SigstoreBundle& bundle, const std::vector<PublicKey>& keys);

// The bundle's entry of this log, or nullptr. Untrusted if it is about another signature.
Result<const LogEntry*> find_log_entry(const SigstoreBundle& bundle, const LogId& log);

}  // namespace boltseal
