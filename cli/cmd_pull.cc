#include "cli/command.h"
#include "cli/decide_image.h"
#include "cli/evidence.h"
#include "cli/hear_image.h"
#include "cli/progress.h"
#include "cli/trust_options.h"
#include "core/json.h"
#include "net/http_client.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

struct Options {
    TrustOptions trust;
    LogOptions log;
    PolicyOptions policy;
    RegistryFlags registry;
    std::string image;
    std::string output;
    std::string platform;
    DeliverOptions deliver;
};

// What holds on the digest before anything of the image moves. A refusal is a verdict and printed
// as one; "verified" is only where the work begins.
Result<void> verify_first(const ImageToHear& target, const Options& options, Transport& transport,
                          Streams streams) {
    BOLTSEAL_TRY(TrustMaterial trust, read_trust(options.trust));
    BOLTSEAL_TRY(const Policy policy, make_policy(trust, kSignPredicateType));
    const Hearing hearing = hear_image(target, std::move(trust), policy, options.log,
                                       options.deliver.keep(), transport, streams);
    BOLTSEAL_CHECK(deliver(hearing, options.deliver, SayVerified::No, streams));
    streams.err << "verified " << hearing.record.subject.name << '\n';
    return {};
}

// What is pulled for a platform must be what was judged for it.
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
Result<void> decide_first(const ImageToHear& target, const Options& options, Transport& transport,
                          Streams streams) {
    BOLTSEAL_CHECK(check_policy_alone(options.trust));
    if (!target.manifest) return with_next_step(target.manifest.error());
    const ResolvedManifest& manifest = *target.manifest;
    BOLTSEAL_TRY(const DecidedImage decided,
                 decide_image(target.image, manifest, options.policy, options.platform, options.log,
                              transport, streams.err));
    BOLTSEAL_CHECK(record_decision(decided, options.deliver, streams.err));
    streams.err << to_text(decided);
    BOLTSEAL_CHECK(conclude(decided));
    return check_judged(target.image, manifest.descriptor.digest, options.platform,
                        decided.decision);
}

void report(const Options& options, const ImageTarget& image, const Descriptor& pulled,
            std::uint64_t bytes, Streams streams) {
    const std::string name = pinned_name(image, pulled.digest);
    if (!options.deliver.json) {
        streams.out << name << '\n';
        return;
    }
    streams.out << to_pretty_json(Json::object({{"schema", "https://boltseal.dev/schema/pull/v1"},
                                                {"image", name},
                                                {"output", options.output},
                                                {"bytes", bytes}}));
}

// The tag that the image gets in the layout: the one that was asked for, or the one it had.
std::string local_tag(const ImageTarget& output, const ImageTarget& image) {
    if (!output.selector.empty() || parse_digest(image.selector)) return output.selector;
    return image.selector;
}

Result<void> pull(ImageTarget& image, const BlobDigest& verified, const Options& options,
                  Transport& transport, Streams streams) {
    BlobDigest digest = verified;
    if (!options.platform.empty()) {
        BOLTSEAL_TRY(const Platform platform, parse_platform(options.platform));
        BOLTSEAL_TRY(const Descriptor chosen, find_platform(*image.store, verified, platform));
        digest = chosen.digest;
    }
    BOLTSEAL_TRY(const std::uint64_t size, image_size(*image.store, digest));
    BOLTSEAL_TRY(ImageTarget output,
                 open_image("oci:" + options.output, options.registry, transport, Create::Yes));
    Progress progress(streams.err, size);
    BOLTSEAL_TRY(const Descriptor pulled,
                 copy_image(*image.store, *output.store, digest, local_tag(output, image),
                            progress.callback()));
    report(options, image, pulled, progress.done(), streams);
    return {};
}

Result<void> run(const Options& options, Streams streams) {
    HttpClient http;
    BOLTSEAL_TRY(ImageTarget image, open_image(options.image, options.registry, http));
    const ImageToHear target{image, image.store->resolve(image.selector), options.image};
    auto pulled = options.policy.file.empty() ? verify_first(target, options, http, streams)
                                              : decide_first(target, options, http, streams);
    if (!target.manifest) return pulled;
    const BlobDigest& digest = target.manifest->descriptor.digest;
    if (pulled) pulled = pull(image, digest, options, http, streams);
    if (pulled) return {};
    Error error = std::move(pulled).error().context(pinned_name(image, digest));
    if (error.fault() != Fault::Integrity || !error.hint().empty()) return error;
    return std::move(error).with_hint(
        "the image was altered or damaged where it is kept or on its way; nothing was put under "
        "its name");
}

}  // namespace

Action add_pull(Command app) {
    auto options = std::make_shared<Options>();  // CLI11 keeps pointers into it until parse
    auto cmd = app.add_subcommand("pull", "Verify an image, then fetch it into an OCI layout");
    add_trust_options(cmd, options->trust, AcceptsType::Yes);
    add_log_options(cmd, options->log, LogUse::Follow);
    add_policy_options(cmd, options->policy);
    add_registry_flags(cmd, options->registry);
    cmd.add_option("-o,--output", options->output,
                   "OCI image layout to write to, made if it is not there")
        .required()
        .type_name("DIR[:TAG]");
    cmd.add_option("--platform", options->platform,
                   "Of an index, only the image for this platform, such as linux/arm64")
        .type_name("OS/ARCH");
    add_deliver_options(cmd, options->deliver, "Print JSON");
    cmd.add_option("image", options->image, "Image reference").required();
    cmd.footer(
        "Prints the pinned reference. Exit status: 0 pulled; 1 refused; 2 usage; "
        "3 undetermined; 4 integrity.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
