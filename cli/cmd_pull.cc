#include "cli/command.h"
#include "cli/remembering_store.h"
#include "cli/transfer.h"
#include "cli/verify_first.h"
#include "core/json.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

struct PullArguments {
    VerifyFirst verify;
    RegistryFlags registry;
    FetchFlags fetch;
    std::string image;
    std::string output;
    std::string platform;
    bool verify_only = false;
};

Json describe(const SourceReport& source) {
    Json troubles = Json::object({});
    for (const auto& [trouble, count] : source.troubles) {
        troubles.set(std::string(to_string(trouble)), count);
    }
    return Json::object(
        {{"name", source.name}, {"bytes", source.bytes}, {"troubles", std::move(troubles)}});
}

void report(const PullArguments& options, const ImageTarget& image, const Transferred& done,
            Streams streams) {
    const std::string name = pinned_name(image, done.copied.image.digest);
    const bool from_registry = image.registry != nullptr;
    if (!options.verify.deliver.json) {
        streams.out << name << '\n';
        return;
    }
    Json::Array sources;
    for (const SourceReport& source : done.fetched.sources) sources.push_back(describe(source));
    streams.out << to_pretty_json(
        Json::object({{"schema", "https://boltseal.dev/schema/pull/v1"},
                      {"image", name},
                      {"verified", !options.verify.off},
                      {"output", options.output},
                      {"bytes", done.bytes},
                      {"received", done.fetched.bytes + (from_registry ? done.copied.moved : 0)},
                      {"refetched", done.fetched.refetched},
                      {"retries", done.fetched.retries},
                      {"milliseconds", done.milliseconds},
                      {"sources", std::move(sources)},
                      {"here", to_json_value(done.fetched.shelves)}}));
}

Result<void> pull(ImageTarget& image, const BlobDigest& digest, VerifiedFirst verified,
                  const PullArguments& options, HttpClient& http, Streams streams) {
    TransferPlan plan{options.registry, options.fetch};
    // Chunk lists are signed by whoever signs images.
    plan.chunks = std::move(verified.chunks);
    const bool by_keys = options.verify.policy.file.empty() && !options.verify.off;
    if (by_keys) plan.chunk_signers = &options.verify.trust;
    plan.form = options.verify.deliver.json ? ProgressForm::Json : ProgressForm::People;
    plan.state = state_folder(options.verify.log.state);
    BOLTSEAL_TRY(const BlobDigest chosen, chosen_image(image, digest, options.platform));
    Transferred done;
    if (options.verify_only) {
        done.copied.image.digest = chosen;
    } else {
        BOLTSEAL_TRY(ImageTarget output, open_image(layout_or_archive(options.output),
                                                    options.registry, http, Create::Yes));
        BOLTSEAL_CHECK(check_destination(output, image, chosen, plan));
        BOLTSEAL_TRY(done, transfer(image, chosen, output, plan, http, streams));
    }
    report(options, image, done, streams);
    return {};
}

Result<void> check(const PullArguments& options) {
    if (options.verify_only && options.verify.off) {
        return Error(Fault::Config, "--verify-only and --no-verify leave nothing to do");
    }
    if (options.verify_only && !options.output.empty()) {
        return Error(Fault::Config, "--verify-only has no --output");
    }
    if (options.verify_only || !options.output.empty()) return {};
    return Error(Fault::Config, "--output is required")
        .with_hint("it says where to write to; or use --verify-only");
}

Result<void> run(const PullArguments& options, Streams streams) {
    BOLTSEAL_CHECK(check(options));
    HttpClient http(http_options(options.registry, options.fetch));
    BOLTSEAL_TRY(ImageTarget image, open_image(options.image, options.registry, http));
    BOLTSEAL_CHECK(check_mirrors(options.fetch, image));
    image.store = std::make_unique<RememberingStore>(std::move(image.store));
    const ImageToHear target{image, image.store->resolve(image.selector), options.image};
    if (target.manifest) {
        ask_ahead(*image.store, target.manifest->descriptor.digest, options.verify);
    }
    auto verified = verify_first(target, options.verify, options.platform, http, streams);
    if (!target.manifest) return verified.error();
    const BlobDigest& digest = target.manifest->descriptor.digest;
    auto pulled = verified ? pull(image, digest, *std::move(verified), options, http, streams)
                           : Result<void>(std::move(verified).error());
    if (pulled) return {};
    return transfer_error(std::move(pulled).error(), pinned_name(image, digest));
}

}  // namespace

Action add_pull(Command app) {
    auto options = std::make_shared<PullArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd =
        app.add_subcommand("pull", "Verify an image, then fetch it to where it will be used");
    add_verify_first_options(cmd, options->verify);
    add_no_verify_option(cmd, options->verify);
    options->verify.chunk_lists = true;
    cmd.add_flag("--verify-only", options->verify_only,
                 "Fetch nothing: print the pinned reference of what was verified");
    add_registry_flags(cmd, options->registry);
    add_fetch_options(cmd, options->fetch);
    cmd.add_option("-o,--output", options->output,
                   "Where to write to: a layout DIR[:TAG], oci-archive:FILE[:TAG] or "
                   "docker-archive:FILE[:NAME:TAG]")
        .type_name("OUTPUT");
    cmd.add_option("--platform", options->platform,
                   "Of an index, only the image for this platform, such as linux/arm64")
        .type_name("OS/ARCH");
    cmd.add_option("image", options->image, "Image reference").required();
    cmd.footer(
        "Prints the pinned reference. Exit status: 0 pulled; 1 refused; 2 usage; "
        "3 undetermined; 4 integrity.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
