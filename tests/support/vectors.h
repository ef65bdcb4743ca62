// Published test vectors, read in place: see tests/vectors/README.md. Nothing of them is copied
// into the project, so a test that needs them is skipped, by name, where they are not.
#pragma once

#include "core/json.h"

#include <filesystem>
#include <vector>

namespace boltseal::test {

// The file or folder of that name below BOLTSEAL_VECTORS. Ends the test case as skipped if it is
// not there.
std::filesystem::path require_vectors(const std::string& name);

// A vector file as JSON. One that cannot be read fails the test: it must not pass for an empty one.
Json load_vector(const std::filesystem::path& file);

// All regular files below a folder, sorted, so that every run has the same order.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder);

}  // namespace boltseal::test
