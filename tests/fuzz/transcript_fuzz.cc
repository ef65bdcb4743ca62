// A transcript has one spelling, what is shown of it is plain text, and it cannot bring a verdict:
// "verified" takes a key, and evidence.
#include "cli/transcript.h"
#include "tests/fuzz/fuzz.h"

using namespace boltseal;

FUZZ(input) {
    const auto transcript = parse_transcript(input);
    if (!transcript) return;
    LAW(to_string(*transcript) == as_text(input));
    const Case& record = transcript->record;
    for (const char c : record.subject.name) LAW(static_cast<unsigned char>(c) >= 0x20);
    const auto policy = make_policy(record.trust, default_type(record.subject));
    if (!policy) return;
    const Judgement judgement = judge(record, *policy);
    if (!judgement.verified) return;
    LAW(!record.evidence.empty() && record.subject.digest && !record.setback);
    LAW(!policy->keys.empty() || !policy->identities.empty());
}
