#include "cli/chunk_evidence.h"
#include "cli/clock.h"
#include "cli/command.h"
#include "cli/decide_image.h"
#include "cli/evidence.h"
#include "cli/fetch_options.h"
#include "cli/fetch_progress.h"
#include "cli/hear_image.h"
#include "cli/progress.h"
#include "cli/remembering_store.h"
#include "cli/trust_options.h"
#include "core/json.h"
#include "net/http_client.h"
#include "registry-client/oci_layout.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

struct Options {
    TrustOptions trust;
    LogOptions log;
    PolicyOptions policy;
    RegistryFlags registry;
    FetchFlags fetch;
    std::string image;
    std::string output;
    std::string platform;
    DeliverOptions deliver;
};

constexpr std::uint64_t kSmallBundle = std::uint64_t{1} << 20;
constexpr std::size_t kAhead = 8;

// The bundles that will be looked at, signature and chunk list, are asked for side by side.
void ask_ahead(ImageStore& store, const BlobDigest& digest, const std::string& type) {
    const auto referrers = store.referrers(digest);
    if (!referrers) return;
    std::vector<Descriptor> wanted;
    for (const Referrer& referrer : referrers->found) {
        const bool fits =
            claims_type(referrer, type.empty() ? std::string(kSignPredicateType) : type) ||
            claims_type(referrer, std::string(kChunkListType));
        if (!fits || referrer.manifest.layers.size() != 1 || wanted.size() == kAhead) continue;
        const Descriptor& bundle = referrer.manifest.layers.front();
        if (bundle.size <= kSmallBundle) wanted.push_back(bundle);
    }
    store.expect(wanted);
}

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

struct Pulled {
    Descriptor image;
    FetchReport fetched;
    double seconds = 0;
};

Json describe(const SourceReport& source) {
    Json troubles = Json::object({});
    for (const auto& [trouble, count] : source.troubles) {
        troubles.set(std::string(to_string(trouble)), count);
    }
    return Json::object(
        {{"name", source.name}, {"bytes", source.bytes}, {"troubles", std::move(troubles)}});
}

void report(const Options& options, const ImageTarget& image, const Pulled& pulled,
            Streams streams) {
    const std::string name = pinned_name(image, pulled.image.digest);
    if (!options.deliver.json) {
        streams.out << name << '\n';
        return;
    }
    Json::Array sources;
    for (const SourceReport& source : pulled.fetched.sources) sources.push_back(describe(source));
    streams.out << to_pretty_json(
        Json::object({{"schema", "https://boltseal.dev/schema/pull/v1"},
                      {"image", name},
                      {"output", options.output},
                      {"bytes", pulled.fetched.bytes + pulled.fetched.reused},
                      {"received", pulled.fetched.bytes},
                      {"refetched", pulled.fetched.refetched},
                      {"retries", pulled.fetched.retries},
                      {"milliseconds", static_cast<std::uint64_t>(pulled.seconds * 1000)},
                      {"sources", std::move(sources)}}));
}

// The tag that the image gets in the layout: the one that was asked for, or the one it had.
std::string local_tag(const ImageTarget& output, const ImageTarget& image) {
    if (!output.selector.empty() || parse_digest(image.selector)) return output.selector;
    return image.selector;
}

// Chunk lists are signed by whoever signs images. A policy file does not say who that is.
ChunkList chunk_lists_of(ImageStore& store, const ImageParts& parts, const Options& options) {
    if (!options.policy.file.empty()) return {};
    auto trust = read_trust(options.trust);
    if (!trust) return {};
    return find_chunk_lists(store, parts.manifests, *std::move(trust), now());
}

Result<FetchReport> fetch_parts(ImageTarget& image, const ImageParts& parts, LayoutStore& layout,
                                const Options& options, HttpClient& http, Streams streams) {
    const ChunkList chunks = chunk_lists_of(*image.store, parts, options);
    std::vector<BlobToFetch> wanted;
    for (const Descriptor& blob : parts.blobs) {
        const ChunkDigests* known = find_chunks(chunks, blob);
        wanted.push_back({blob, known ? std::optional(*known) : std::nullopt});
    }
    BOLTSEAL_TRY(const ImageSources sources,
                 ImageSources::open(*image.registry, options.fetch, options.registry, http));
    FetchPrinter printer(streams.err,
                         options.deliver.json ? ProgressForm::Json : ProgressForm::People);
    auto fetched = fetch_blobs(http, layout, std::move(wanted), sources.list(),
                               fetch_options(options.fetch), &printer);
    if (fetched) printer.summary(*fetched);
    return fetched;
}

Result<void> pull(ImageTarget& image, const BlobDigest& verified, const Options& options,
                  HttpClient& http, Streams streams) {
    const auto start = std::chrono::steady_clock::now();
    BlobDigest digest = verified;
    if (!options.platform.empty()) {
        BOLTSEAL_TRY(const Platform platform, parse_platform(options.platform));
        BOLTSEAL_TRY(const Descriptor chosen, find_platform(*image.store, verified, platform));
        digest = chosen.digest;
    }
    BOLTSEAL_TRY(const ImageParts parts, parts_of_image(*image.store, digest));
    BOLTSEAL_TRY(ImageTarget output,
                 open_image("oci:" + options.output, options.registry, http, Create::Yes));
    Pulled pulled;
    if (image.registry != nullptr) {
        auto& layout = dynamic_cast<LayoutStore&>(*output.store);
        BOLTSEAL_TRY(pulled.fetched, fetch_parts(image, parts, layout, options, http, streams));
    }
    // Manifests, and from a layout everything.
    std::uint64_t size = 0;
    for (const Descriptor& blob : parts.blobs) size += blob.size;
    if (image.registry == nullptr) pulled.fetched.reused = size;
    std::optional<Progress> progress;
    if (image.registry == nullptr) progress.emplace(streams.err, size);
    BOLTSEAL_TRY(pulled.image,
                 copy_image(*image.store, *output.store, digest, local_tag(output, image),
                            progress ? progress->callback() : CopyProgress()));
    const auto time = std::chrono::steady_clock::now() - start;
    pulled.seconds = std::chrono::duration<double>(time).count();
    report(options, image, pulled, streams);
    return {};
}

Result<void> run(const Options& options, Streams streams) {
    HttpClient http;
    BOLTSEAL_TRY(ImageTarget image, open_image(options.image, options.registry, http));
    if (image.registry == nullptr && !options.fetch.mirrors.empty()) {
        return Error(Fault::Config, "--mirror is for registries: an image layout has no mirrors");
    }
    image.store = std::make_unique<RememberingStore>(std::move(image.store));
    const ImageToHear target{image, image.store->resolve(image.selector), options.image};
    if (target.manifest && options.policy.file.empty()) {
        ask_ahead(*image.store, target.manifest->descriptor.digest, options.trust.type);
    }
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
    add_fetch_options(cmd, options->fetch);
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
