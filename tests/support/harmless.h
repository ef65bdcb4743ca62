// Why a changed bundle may verify all the same: an argument that does not ask the verifier. Both
// texts are taken apart, and whatever differs must be something that nobody vouches for, or
// evidence left out of which enough is left.
#pragma once

#include "verify/verify_bundle.h"

#include <set>
#include <string>

namespace boltseal::test {

// The names of all that differs, each of which specs/malleability.md explains; "spelling" if every
// value that is read is the same. Fails, with what is protected and differs, if there is any.
Result<std::set<std::string>> check_harmless(const std::string& original,
                                             const std::string& changed, const Policy& policy);

}  // namespace boltseal::test
