#include "cli/verify_first.h"

#include "cli/chunk_evidence.h"
#include "cli/evidence.h"
#include "registry-client/chunk_list.h"
#include "registry-client/copy.h"

#include <algorithm>
#include <ostream>

namespace boltseal {

namespace {

constexpr std::uint64_t kSmallBundle = std::uint64_t{1} << 20;
constexpr std::size_t kAhead = 8;

std::optional<Timestamp> newest_of(const Verified& verified) {
    std::optional<Timestamp> out;
    for (const ProvedTime& time : verified.times) out = std::max(out, std::optional(time.time));
    for (const auto& witnesses : verified.cosigned) {
        for (const Cosigned& one : witnesses) out = std::max(out, std::optional(one.time));
    }
    return out;
}

Result<VerifiedFirst> hear_first(const ImageToHear& target, const VerifyFirst& options,
                                 Transport& transport, Streams streams) {
    BOLTSEAL_TRY(TrustMaterial trust, read_trust(options.trust));
    BOLTSEAL_TRY(const Policy policy, make_policy(trust, kSignPredicateType));
    const Hearing hearing = hear_image(target, std::move(trust), policy, options.log,
                                       options.deliver.keep(), transport, streams);
    BOLTSEAL_CHECK(deliver(hearing, options.deliver, SayVerified::No, streams));
    streams.err << "verified " << hearing.record.subject.name << '\n';
    return VerifiedFirst{hearing.record.trust, {}, newest_of(*hearing.judgement.verified)};
}

// What moves for a platform must be what was judged for it.
Result<void> check_judged(ImageTarget& image, const BlobDigest& digest, const std::string& platform,
                          const Decision& decision) {
    if (platform.empty()) return {};
    BOLTSEAL_TRY(const Platform wanted, parse_platform(platform));
    BOLTSEAL_TRY(const Descriptor chosen, find_platform(*image.store, digest, wanted));
    for (const RuleOutcome& rule : decision.rules) {
        if (rule.manifest == chosen.digest || rule.manifest == digest) return {};
    }
    return Error(Fault::Untrusted,
                 "the policy has judged another image than that for " + printable(platform));
}

// The same by a policy file.
Result<VerifiedFirst> decide_first(const ImageToHear& target, const VerifyFirst& options,
                                   const std::string& platform, Transport& transport,
                                   Streams streams) {
    BOLTSEAL_CHECK(check_policy_alone(options.trust));
    if (!target.manifest) return with_next_step(target.manifest.error());
    const ResolvedManifest& manifest = *target.manifest;
    BOLTSEAL_TRY(const DecidedImage decided,
                 decide_image(target.image, manifest, options.policy, platform, options.log,
                              transport, streams.err));
    BOLTSEAL_CHECK(record_decision(decided, options.deliver, streams.err));
    streams.err << to_text(decided);
    BOLTSEAL_CHECK(conclude(decided));
    BOLTSEAL_CHECK(
        check_judged(target.image, manifest.descriptor.digest, platform, decided.decision));
    const Json policy = describe_policy(decided.policy);
    BOLTSEAL_TRY(const std::string* digest, policy.string_at("digest"));
    VerifiedFirst out{{}, *digest, {}};
    if (options.chunk_lists) {
        out.chunks = chunk_lists_of(
            statements_beside(decided.policy, decided.evidence, kChunkListType, decided.time));
    }
    return out;
}

Result<VerifiedFirst> say_unverified(const ImageToHear& target, const VerifyFirst& options,
                                     Streams streams) {
    if (names_somebody(options)) {
        return Error(Fault::Config, "--no-verify, and yet somebody is named who must have signed")
            .with_hint("leave out one of the two, and mind BOLTSEAL_PUBLIC_KEY");
    }
    if (!target.manifest) return with_next_step(target.manifest.error());
    streams.err << "boltseal: NOT VERIFIED, as --no-verify says: nobody vouches for "
                << pinned_name(target.image, target.manifest->descriptor.digest) << '\n';
    return VerifiedFirst{};
}

}  // namespace

void add_verify_first_options(Command command, VerifyFirst& options) {
    add_trust_options(command, options.trust, AcceptsType::Yes);
    add_log_options(command, options.log, LogUse::Follow);
    add_policy_options(command, options.policy);
    add_deliver_options(command, options.deliver, "Print JSON");
}

void add_no_verify_option(Command command, VerifyFirst& options) {
    command.add_flag("--no-verify", options.off,
                     "Verify nothing: whoever can write to where the image is decides what it is");
}

bool names_somebody(const VerifyFirst& options) {
    const TrustOptions& trust = options.trust;
    return !options.policy.file.empty() || !trust.keys.empty() || !trust.identity.empty() ||
           !trust.identity_regexp.empty() || !trust.issuer.empty() || !trust.issuer_regexp.empty();
}

void ask_ahead(ImageStore& store, const BlobDigest& digest, const VerifyFirst& options) {
    if (options.off || !options.policy.file.empty()) return;
    const auto referrers = store.referrers(digest);
    if (!referrers) return;
    const std::string type =
        options.trust.type.empty() ? std::string(kSignPredicateType) : options.trust.type;
    std::vector<Descriptor> wanted;
    for (const Referrer& referrer : referrers->found) {
        const bool fits =
            claims_type(referrer, type) || claims_type(referrer, std::string(kChunkListType));
        if (!fits || referrer.manifest.layers.size() != 1 || wanted.size() == kAhead) continue;
        const Descriptor& bundle = referrer.manifest.layers.front();
        if (bundle.size <= kSmallBundle) wanted.push_back(bundle);
    }
    store.expect(wanted);
}

Result<VerifiedFirst> verify_first(const ImageToHear& target, const VerifyFirst& options,
                                   const std::string& platform, Transport& transport,
                                   Streams streams) {
    if (options.off) return say_unverified(target, options, streams);
    return options.policy.file.empty()
               ? hear_first(target, options, transport, streams)
               : decide_first(target, options, platform, transport, streams);
}

}  // namespace boltseal
