// Many artifacts verified with their bundles, all as one policy asks, on all cores.
#pragma once

#include "cli/command.h"
#include "verify/policy.h"

#include <filesystem>
#include <string>

namespace boltseal {

struct BatchLine {
    std::string artifact;  // as load_artifact takes it
    std::filesystem::path bundle;
};

// Lines of an artifact, a tab and a bundle, each with its end. Config, naming the first line that
// is something else, or if there are none: a list that says nothing must not read as "verified".
Result<std::vector<BatchLine>> parse_batch(std::string_view list);

struct BatchOptions {
    std::string list;      // --batch: a file of such lines up to 64 MiB, or "-" for standard input
    std::size_t jobs = 0;  // --jobs: threads; 0 for as many as the machine runs at once
    bool json = false;
};

// Prints one line for each line of the list, in its order: the verdict, the artifact and its digest
// or what is wrong, with tabs between, or the verdict as JSON; and in the end to people how many
// there were of each. What is wrong with one line does not keep the others from being verified. The
// error is of the kind that asks most of whoever reads the exit status: Integrity, then Config,
// then Untrusted, then what could not be determined.
Result<void> verify_batch(const BatchOptions& options, const Policy& policy, Streams streams);

}  // namespace boltseal
