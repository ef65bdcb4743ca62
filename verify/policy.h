// Who may sign what, and which logs must have seen it. Structs only; nothing is implied.
#pragma once

#include "core/time.h"
#include "verify/note.h"

#include <optional>

namespace boltseal {

struct Policy {
    std::vector<PublicKey> keys;  // any one of them must have signed; none means nothing passes
    std::vector<NoteKey> logs;    // logs we know
    // How many different logs must prove the entry. 0 asks for none, and is what the unsafe flags
    // say; an entry by a log we know is checked all the same.
    std::size_t log_threshold = 1;
    std::optional<Timestamp> expires;  // past this moment the policy passes nothing
    std::string predicate_type;  // of the statement, exactly; empty for artifacts signed directly
};

// Config if the policy cannot pass anything, or has expired at `now`.
Result<void> check_policy(const Policy& policy, Timestamp now);

}  // namespace boltseal
