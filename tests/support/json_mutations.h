// A JSON text with one thing changed, for every thing and in every way there is.
#pragma once

#include "core/json.h"

#include <string>
#include <vector>

namespace boltseal::test {

struct JsonMutation {
    std::string what;  // "verificationMaterial.tlogEntries[0].logIndex: another value"
    std::string text;
};

// For each member and item: removed, null, empty, of another type, another value of its type,
// twice, renamed, and in the place of its neighbour; for each object: with one more member.
std::vector<JsonMutation> json_mutations(const std::string& json);

}  // namespace boltseal::test
