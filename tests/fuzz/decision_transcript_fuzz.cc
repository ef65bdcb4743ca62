// A transcript of a decision has one spelling, what is shown of it is plain text, and it cannot
// bring a decision: "allowed" takes a policy that is about the image.
#include "cli/decision_transcript.h"
#include "tests/fuzz/fuzz.h"

using namespace boltseal;

FUZZ(input) {
    const auto transcript = parse_decision_transcript(input);
    if (!transcript) return;
    LAW(to_string(*transcript) == as_text(input));
    for (const char c : transcript->name) LAW(static_cast<unsigned char>(c) >= 0x20);
    const auto decided = replay(*transcript);
    if (!decided || decided->decision.verdict != Verdict::Allowed) return;
    LAW(find_policy(decided->policy, decided->evidence.repository) != nullptr);
    LAW(!decided->decision.rules.empty());
    LAW(conclude(*decided).has_value() == !decided->setback.has_value());
}
