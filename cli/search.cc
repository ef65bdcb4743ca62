#include "cli/search.h"

#include "verify/simple_signing.h"

namespace boltseal {

namespace {

Judgement failed_search(Error error, std::string check) {
    return {std::move(error), {{}, std::move(check)}, std::nullopt};
}

std::size_t size_of(const Candidate& candidate) {
    if (const auto* bundle = std::get_if<Buffer>(&candidate.content)) return bundle->size();
    if (const auto* older = std::get_if<SimpleSigning>(&candidate.content)) {
        return older->payload.size() + older->signature.size();
    }
    return 0;
}

Error nothing_found(const Policy& policy) {
    if (policy.predicate_type == kSignPredicateType) {
        return Error(Fault::Untrusted, "not signed")
            .with_hint("'boltseal tree' shows what is attached; a tag may have been moved");
    }
    return Error(Fault::Untrusted, "no attestation of type '" + policy.predicate_type + "'")
        .with_hint("'boltseal tree' shows what is attached");
}

}  // namespace

Search::Search(const Artifact& artifact, const Policy& policy, Timestamp now, KeepEvidence keep)
    : artifact_(artifact), policy_(policy), now_(now) {
    if (keep == KeepEvidence::Yes) kept_.emplace();
    auto fine = check_policy(policy, now);
    if (!fine) hopeless_ = failed_search(std::move(fine).error(), "policy");
}

void Search::consider(Candidate candidate) {
    if (is_over()) return;
    Judgement judgement = judge(candidate);
    // What is honest about being something else would only hide why the others do not hold.
    const bool says_little = candidate.other_type && !judgement.verified &&
                             judgement.verified.error().fault() == Fault::Untrusted;
    keep(std::move(candidate));
    if (!says_little) note(std::move(judgement));
}

Judgement Search::judge(const Candidate& candidate) const {
    if (const auto* error = std::get_if<Error>(&candidate.content)) {
        return failed_search(*error, "evidence");
    }
    Trace trace;
    if (const auto* bundle = std::get_if<Buffer>(&candidate.content)) {
        auto verified = verify_bundle(*bundle, artifact_, policy_, now_, &trace);
        return {std::move(verified), std::move(trace), digest_of(*bundle)};
    }
    const auto& [payload, signature] = std::get<SimpleSigning>(candidate.content);
    auto verified =
        verify_simple_signing(payload, signature, artifact_.digest, policy_, now_, &trace);
    return {std::move(verified), std::move(trace), digest_of(payload)};
}

void Search::note(Judgement judgement) {
    if (judgement.verified) {
        proved_ = std::move(judgement);
    } else if (judgement.verified.error().fault() != Fault::Untrusted) {
        if (!unreadable_) unreadable_ = std::move(judgement);
    } else {
        ++refused_;
        if (!closest_ || judgement.trace.checks.size() > closest_->trace.checks.size()) {
            closest_ = std::move(judgement);
        }
    }
}

void Search::keep(Candidate candidate) {
    if (!kept_) return;
    kept_bytes_ += size_of(candidate);
    if (kept_bytes_ > kMaxEvidence) {
        kept_.reset();
    } else {
        kept_->push_back(std::move(candidate));
    }
}

Judgement Search::conclude() const {
    if (proved_) return *proved_;
    if (hopeless_) return *hopeless_;
    // A reader that could not read everything does not know that nothing holds.
    if (unreadable_) return *unreadable_;
    if (!closest_) return failed_search(nothing_found(policy_), "evidence");
    if (refused_ == 1) return *closest_;
    Judgement judgement = *closest_;
    judgement.verified =
        Error(closest_->verified.error())
            .context("none of " + std::to_string(refused_) + " signatures holds; the closest");
    return judgement;
}

std::optional<std::vector<Candidate>> Search::evidence() const {
    return kept_;
}

}  // namespace boltseal
