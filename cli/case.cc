#include "cli/case.h"

namespace boltseal {

std::string_view default_type(const VerdictSubject& subject) {
    return subject.kind == "image" ? kSignPredicateType : std::string_view();
}

Judgement judge(const Case& record, const Policy& policy, std::optional<Bytes> artifact) {
    if (!record.subject.digest) {
        const Error missing(Fault::Missing, "the artifact is not known");
        return {record.setback ? record.setback->error : missing, {{}, "artifact"}, std::nullopt};
    }
    Search search({*record.subject.digest, artifact}, policy, record.time, KeepEvidence::No);
    for (const Candidate& candidate : record.evidence) search.consider(candidate);
    return with_setback(search.conclude(), record.setback);
}

Judgement with_setback(Judgement judgement, const std::optional<Setback>& setback) {
    if (!setback || !judgement.verified) return judgement;
    judgement.verified = setback->error;
    judgement.trace.failed = setback->check;
    return judgement;
}

}  // namespace boltseal
