// Everything that a verdict depends on, and the one way from there to the verdict: that of a live
// run, and of one that is replayed from a transcript (transcript.h). Offline.
#pragma once

#include "cli/trust_material.h"
#include "cli/verdict.h"

namespace boltseal {

// What kept a verdict from being reached, or undid it, outside of the evidence: the artifact could
// not be read, or a log showed another history.
struct Setback {
    std::string check;  // "artifact" or "log-history"
    Error error;
};

// But for the bytes of the artifact, which only some signatures need (plain Ed25519 over a file).
struct Case {
    VerdictSubject subject;
    Timestamp time;
    TrustMaterial trust;
    std::vector<Candidate> evidence = {};  // in the order in which it was considered
    std::optional<Setback> setback = std::nullopt;
};

// What is asked for where no --type is given: an image's signature, or one over the file itself.
std::string_view default_type(const VerdictSubject& subject);

// `policy` is what make_policy makes of the case's trust.
Judgement judge(const Case& record, const Policy& policy, std::optional<Bytes> artifact);

// A setback undoes what was proved; it does not speak where something else is refused already.
Judgement with_setback(Judgement judgement, const std::optional<Setback>& setback);

}  // namespace boltseal
