// Short names for predicate types, the same in options and policies.
#pragma once

#include "core/result.h"

#include <string>
#include <string_view>

namespace boltseal {

// "cyclonedx", "spdxjson", "slsaprovenance", "slsaprovenance1", "openvex", "vuln", "custom", as
// cosign calls them, "chunks" (specs/chunk-list.md), or a URI as it is; Config for anything else.
Result<std::string> parse_predicate_type(const std::string& name);

}  // namespace boltseal
