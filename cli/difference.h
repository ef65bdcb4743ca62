// Where two verdicts differ.
#pragma once

#include "core/json.h"

#include <optional>

namespace boltseal {

struct Difference {
    std::string where;  // a JSON pointer, RFC 6901
    std::string recorded;
    std::string computed;
};

// The first place in the order of `computed`. Sentences, which change from one version of the
// program to the next, are compared only if they are to be: proof, error, hint, expected, found.
enum class Sentences { Ignore, Compare };
std::optional<Difference> find_difference(const Json& recorded, const Json& computed,
                                          Sentences sentences);

}  // namespace boltseal
