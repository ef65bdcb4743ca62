// Policy files from disk, and how decisions by them are told. specs/policy.md
#pragma once

#include "core/json.h"
#include "verify/image_policy.h"

#include <filesystem>
#include <map>

namespace boltseal {

// The files that a policy names are looked for from its own folder. Problems of the policy come
// by line; the file itself may be Missing or Io.
Result<PolicyOrProblems> read_policy(const std::filesystem::path& path);

// A policy as it was read: its text, and the files that it names.
struct PolicySource {
    std::string text;
    std::map<std::string, Buffer> files;
};

struct LoadedPolicy {
    PolicyFile policy;
    PolicySource source;
};

// The same where one problem is enough: Config.
Result<LoadedPolicy> load_policy_file(const std::filesystem::path& path);

// The same again, from what was read then. Config; a file that is not there is a problem.
Result<PolicyFile> parse_policy_source(const PolicySource& source);

// {"name", "version", "digest"}
Json describe_policy(const PolicyFile& policy);

}  // namespace boltseal
