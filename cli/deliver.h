// The end of every verification: the transcript is written, and the verdict is said.
#pragma once

#include "cli/case.h"
#include "cli/command.h"

#include <filesystem>

namespace boltseal {

struct DeliverOptions {
    std::filesystem::path transcript;  // --transcript; none if empty
    bool json = false;                 // --json

    KeepEvidence keep() const { return transcript.empty() ? KeepEvidence::No : KeepEvidence::Yes; }
};
void add_deliver_options(Command command, DeliverOptions& options, const char* json_help);

// A verification that was carried out.
struct Hearing {
    Case record;
    const Policy& policy;
    Judgement judgement;
    bool artifact_was_there = false;  // and not only its digest
    bool evidence_kept = true;        // all of it is in `record`
};

// Nothing could be judged.
Hearing without_artifact(Case record, const Policy& policy, Error why);

// Takes the evidence over from the search, and undoes its verdict if there was a setback.
Hearing conclude(Case record, const Policy& policy, const Search& search, const Artifact& artifact);

// Writes the transcript, if one is asked for, and then prints the verdict: "verified" only if
// `say_verified` is set. Returns the error of the verdict. What is verified and cannot be recorded
// as asked is Io, and not said to be verified; a refusal stays one.
enum class SayVerified { No, Yes };
Result<void> deliver(const Hearing& hearing, const DeliverOptions& options,
                     SayVerified say_verified, Streams streams);

}  // namespace boltseal
