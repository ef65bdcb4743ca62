// Policy files from disk, and how decisions by them are told. specs/policy.md
#pragma once

#include "core/json.h"
#include "verify/image_policy.h"

#include <filesystem>

namespace boltseal {

// The files that a policy names are looked for from its own folder. Problems of the policy come
// by line; the file itself may be Missing or Io.
Result<PolicyOrProblems> read_policy(const std::filesystem::path& path);

// The same where one problem is enough: Config.
Result<PolicyFile> load_policy_file(const std::filesystem::path& path);

// {"name", "version", "digest"}
Json describe_policy(const PolicyFile& policy);

}  // namespace boltseal
