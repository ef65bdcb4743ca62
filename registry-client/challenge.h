// What a registry asks for when it refuses: WWW-Authenticate, RFC 9110 section 11.6.1.
#pragma once

#include "core/result.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace boltseal {

struct Challenge {
    std::string scheme;                         // lower case
    std::map<std::string, std::string> params;  // names in lower case
    bool operator==(const Challenge&) const = default;
};

// One WWW-Authenticate value may hold several challenges.
Result<std::vector<Challenge>> parse_challenges(std::string_view value);

}  // namespace boltseal
