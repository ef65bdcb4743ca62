// What an entry of a log names, for those who look for it: digests, keys, and identities. Read from
// the body alone; what the body claims is not checked here (log_entry.h).
#pragma once

#include "core/digest.h"
#include "verify/key_hash.h"

#include <string>
#include <vector>

namespace boltseal {

struct EntryNames {
    std::string_view kind;  // "hashedrekord", "dsse"
    BlobDigest digest;      // what is signed; with "dsse", of the payload
    std::vector<KeyHash> keys;
    std::vector<std::string> identities;  // subject alternative names, as identity.h reads them
};

// Malformed unless the body is one of Rekor v2's, in its canonical form. A certificate that has an
// identity that cannot be read has none here.
Result<EntryNames> read_entry_names(Bytes body);

}  // namespace boltseal
