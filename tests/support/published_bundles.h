// The published conformance cases, as a client of them would be run. Read in place from
// sigstore-bundles. github.com/sigstore/sigstore-conformance, docs/cli_protocol.md
#pragma once

#include "verify/verify_bundle.h"

#include <filesystem>
#include <string>
#include <vector>

namespace boltseal::test {

struct PublishedCase {
    std::string name;  // of its folder; one that must be refused ends in "_fail"
    std::string bundle;
    std::string artifact;
    Policy policy;
    bool has_key = true;  // the key file, where there is one, is a key

    Result<Verified> verify(bool with_file) const;
};

// All of them, in the order of their names. Skips the test where there are none.
std::vector<PublishedCase> published_cases();

std::string read_text(const std::filesystem::path& file);

}  // namespace boltseal::test
