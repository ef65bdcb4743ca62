#include "cli/artifact.h"
#include "cli/clock.h"
#include "cli/command.h"
#include "cli/decide_image.h"
#include "cli/evidence.h"
#include "cli/hear_image.h"
#include "cli/trust_options.h"
#include "net/http_client.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

struct VerifyArguments {
    TrustOptions trust;
    LogOptions log;
    PolicyOptions policy;
    std::string platform;
    RegistryFlags registry;
    DeliverOptions deliver;
    std::string target;
    std::filesystem::path bundle;
};

Result<void> run_image(ImageTarget image, const VerifyArguments& options, HttpClient& http,
                       Streams streams) {
    BOLTSEAL_TRY(TrustMaterial trust, read_trust(options.trust));
    BOLTSEAL_TRY(const Policy policy, make_policy(trust, kSignPredicateType));
    const ImageToHear target{image, image.store->resolve(image.selector), options.target};
    const Hearing hearing = hear_image(target, std::move(trust), policy, options.log,
                                       options.deliver.keep(), http, streams);
    auto delivered = deliver(hearing, options.deliver, SayVerified::Yes, streams);
    if (delivered || !target.manifest) return delivered;
    return std::move(delivered).error().context(hearing.record.subject.name);
}

Candidate read_bundle(const std::filesystem::path& file, const VerifyArguments& options) {
    auto bundle = load_bundle(bundle_path_for(file, options.bundle));
    if (bundle) return {*std::move(bundle)};
    const bool is_missing = bundle.error().fault() == Fault::Missing && options.bundle.empty();
    if (!is_missing) return {std::move(bundle).error()};
    return {std::move(bundle).error().with_hint("name the bundle with --bundle")};
}

// No decision was reached: told as every other verdict.
Error undecided(const VerifyArguments& options, const VerdictSubject& subject, std::string check,
                Error error, Streams streams) {
    const Judgement judgement{error, {{}, std::move(check)}, std::nullopt};
    streams.out << (options.deliver.json ? to_pretty_json(to_json(subject, judgement))
                                         : to_text(subject, judgement));
    return error;
}

// All that the image has to show, judged by a policy file.
Result<void> run_policy(ImageTarget image, const VerifyArguments& options, HttpClient& http,
                        Streams streams) {
    BOLTSEAL_CHECK(check_policy_alone(options.trust));
    auto manifest = image.store->resolve(image.selector);
    if (!manifest) {
        return undecided(options, {"image", options.target}, "artifact",
                         with_next_step(std::move(manifest).error()), streams);
    }
    const BlobDigest& digest = manifest->descriptor.digest;
    const VerdictSubject subject{"image", pinned_name(image, digest), digest};
    const auto decided = decide_image(image, *manifest, options.policy, options.platform,
                                      options.log, http, streams.err);
    if (!decided) {
        const bool is_config = decided.error().fault() == Fault::Config;
        return undecided(options, subject, is_config ? "policy" : "evidence",
                         with_next_step(decided.error()), streams);
    }
    auto recorded = record_decision(*decided, options.deliver, streams.err);
    if (!recorded) return std::move(recorded).error().context(subject.name);
    streams.out << (options.deliver.json ? to_pretty_json(to_json(*decided)) : to_text(*decided));
    auto held = conclude(*decided);
    if (held) return {};
    return std::move(held).error().context(subject.name);
}

Result<void> run_file(const FileTarget& file, const VerifyArguments& options, HttpClient& http,
                      Streams streams) {
    BOLTSEAL_TRY(TrustMaterial trust, read_trust(options.trust));
    BOLTSEAL_TRY(const Policy policy, make_policy(trust, ""));
    const std::string name = file.path.string();
    Case record{{"file", name}, now(), std::move(trust)};
    auto loaded = load_artifact(name);
    if (!loaded) {
        return deliver(without_artifact(std::move(record), policy, std::move(loaded).error()),
                       options.deliver, SayVerified::Yes, streams);
    }
    record.subject.digest = loaded->artifact.digest;
    Search search(loaded->artifact, policy, record.time, options.deliver.keep());
    search.consider(read_bundle(file.path, options));
    record.setback = ask_logs(search, policy, options.log, http, streams);
    auto delivered = deliver(conclude(std::move(record), policy, search, loaded->artifact),
                             options.deliver, SayVerified::Yes, streams);
    if (delivered) return delivered;
    return std::move(delivered).error().context(name);
}

Result<void> run(const VerifyArguments& options, Streams streams) {
    HttpClient http(http_options(options.registry));
    BOLTSEAL_TRY(Target target, open_target(options.target, options.registry, http));
    const bool by_policy = !options.policy.file.empty();
    if (!by_policy && !(options.policy.repository + options.platform).empty()) {
        return Error(Fault::Config, "--repository and --platform are for --policy");
    }
    if (const auto* file = std::get_if<FileTarget>(&target)) {
        if (by_policy) return Error(Fault::Config, "--policy is for images, and this is a file");
        return run_file(*file, options, http, streams);
    }
    if (!options.bundle.empty()) {
        return Error(Fault::Config, "--bundle is for files: an image's signature is beside it");
    }
    if (by_policy) {
        return run_policy(std::get<ImageTarget>(std::move(target)), options, http, streams);
    }
    return run_image(std::get<ImageTarget>(std::move(target)), options, http, streams);
}

}  // namespace

Action add_verify(Command app) {
    auto options = std::make_shared<VerifyArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd = app.add_subcommand("verify", "Verify the signature of an image or a file");
    add_trust_options(cmd, options->trust, AcceptsType::Yes);
    add_log_options(cmd, options->log, LogUse::Follow);
    add_policy_options(cmd, options->policy);
    cmd.add_option("--platform", options->platform,
                   "With --policy: the platform of an index that will run")
        .type_name("OS/ARCH");
    add_registry_flags(cmd, options->registry);
    cmd.add_option("--bundle", options->bundle,
                   "For a file: its bundle (default: FILE.sigstore.json)")
        .type_name("FILE");
    add_deliver_options(cmd, options->deliver, "Print the verdict as JSON");
    cmd.add_option("target", options->target, "Image reference, OCI layout, archive or file")
        .required();
    cmd.footer("Exit status: 0 verified; 1 refused; 2 usage; 3 undetermined; 4 integrity.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
