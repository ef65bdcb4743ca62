// A policy is written in TOML; what it has no use for is refused: core/toml.h.
#pragma once

#include "core/toml.h"

namespace boltseal {

using PolicyNode = TomlNode;
using PolicyProblem = TomlProblem;  // what a person has to mend in a policy, and where

}  // namespace boltseal
