#include "cli/decide_image.h"

#include "cli/clock.h"
#include "cli/decision_transcript.h"
#include "cli/image_evidence.h"

namespace boltseal {

namespace {

// What scopes are compared with.
Result<std::string> repository_of(const ImageTarget& image, const PolicyOptions& options) {
    const bool is_layout = image.registry == nullptr;  // or an archive
    if (!is_layout && options.repository.empty()) return image.where;
    if (!is_layout) {
        return Error(Fault::Config, "--repository is for image layouts: this image has one");
    }
    if (!options.repository.empty()) return options.repository;
    return Error(Fault::Config, "an image layout has no repository to find the policy by")
        .with_hint("name the one that the image is from, or for, with --repository");
}

}  // namespace

void add_policy_options(Command command, PolicyOptions& options) {
    command
        .add_option("--policy", options.file,
                    "Policy file (TOML) that says whom to believe and what the image must show")
        .type_name("FILE");
    command
        .add_option("--repository", options.repository,
                    "For an image layout: the repository that the policy knows the image by")
        .type_name("NAME");
}

Result<void> check_policy_alone(const TrustOptions& trust) {
    if (trust == TrustOptions()) return {};
    return Error(Fault::Config, "with --policy the policy alone says whom to believe")
        .with_hint(
            "leave out the other options for that, and the variables that stand for them: "
            "BOLTSEAL_PUBLIC_KEY, BOLTSEAL_LOG_KEY, BOLTSEAL_TRUSTED_ROOT");
}

Result<DecidedImage> decide_image(ImageTarget& image, const ResolvedManifest& manifest,
                                  const PolicyOptions& options, const std::string& platform,
                                  const LogOptions& log, Transport& transport, std::ostream& err) {
    BOLTSEAL_TRY(LoadedPolicy loaded, load_policy_file(options.file));
    BOLTSEAL_TRY(const std::string repository, repository_of(image, options));
    ImageEvidence evidence;
    evidence.repository = repository;
    evidence.image.digest = manifest.descriptor.digest;
    const ImagePolicy* policy = find_policy(loaded.policy, repository);
    if (policy) {
        BOLTSEAL_TRY(evidence,
                     collect_evidence(*image.store, manifest, *policy, {repository, platform}));
    }
    const Timestamp time = now();
    Decision decision = decide(loaded.policy, evidence, time);
    std::optional<Setback> setback;
    if (policy) {
        auto held = observe_logs(decision.checkpoints, policy->evidence.root, log, transport, err);
        if (!held) setback = Setback{"log-history", std::move(held).error()};
    }
    return DecidedImage{pinned_name(image, manifest.descriptor.digest),
                        time,
                        std::move(loaded.source),
                        std::move(loaded.policy),
                        std::move(evidence),
                        std::move(decision),
                        std::move(setback)};
}

Result<void> record_decision(const DecidedImage& decided, const DeliverOptions& options,
                             std::ostream& err) {
    if (options.transcript.empty()) return {};
    auto saved = save_decision_transcript(options.transcript, decided);
    if (saved || (!decided.setback && decided.decision.verdict == Verdict::Allowed)) return saved;
    err << "boltseal: " << saved.error().message() << '\n';
    return {};
}

}  // namespace boltseal
