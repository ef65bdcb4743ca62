#include "cli/hear_image.h"

#include "cli/clock.h"
#include "cli/evidence.h"

namespace boltseal {

std::optional<Setback> ask_logs(const Search& search, const Policy& policy,
                                const LogOptions& options, Transport& transport, Streams streams) {
    const Judgement judgement = search.conclude();
    if (!judgement.verified) return std::nullopt;
    auto held =
        observe_logs(judgement.verified->checkpoints, policy.root, options, transport, streams.err);
    if (held) return std::nullopt;
    return Setback{"log-history", with_next_step(std::move(held).error())};
}

Hearing hear_image(const ImageToHear& target, TrustMaterial trust, const Policy& policy,
                   const LogOptions& log, KeepEvidence keep, Transport& transport,
                   Streams streams) {
    Case record{{"image", target.named}, now(), std::move(trust)};
    if (!target.manifest) {
        return without_artifact(std::move(record), policy, with_next_step(target.manifest.error()));
    }
    const BlobDigest& digest = target.manifest->descriptor.digest;
    record.subject.name = pinned_name(target.image, digest);
    record.subject.digest = digest;
    Search search({digest, std::nullopt}, policy, record.time, keep);
    search_image(*target.image.store, digest, policy.predicate_type, search);
    record.setback = ask_logs(search, policy, log, transport, streams);
    return conclude(std::move(record), policy, search, std::nullopt);
}

}  // namespace boltseal
