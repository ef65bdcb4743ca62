#include "cli/command.h"
#include "cli/remembering_store.h"
#include "cli/transfer.h"
#include "cli/verify_first.h"
#include "core/json.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

struct CopyArguments {
    VerifyFirst verify;
    RegistryFlags registry;
    FetchFlags fetch;
    std::string from;
    std::string to;
    std::string platform;
    bool no_referrers = false;
};

// What is there, and whether it was verified.
void report(const CopyArguments& options, const std::string& source, const Transferred& done,
            Streams streams) {
    for (const std::string& why : done.copied.ignored) {
        streams.err << "left behind: " << without_controls(why) << '\n';
    }
    if (!options.no_referrers) {
        streams.err << "copied with " << done.copied.referrers << " that refer to it\n";
    }
    if (!options.verify.deliver.json) {
        streams.out << done.image << '\n';
        return;
    }
    streams.out << to_pretty_json(
        Json::object({{"schema", "https://boltseal.dev/schema/copy/v1"},
                      {"source", source},
                      {"image", done.image},
                      {"verified", names_somebody(options.verify)},
                      {"referrers", static_cast<std::uint64_t>(done.copied.referrers)},
                      {"bytes", done.bytes},
                      {"moved", done.fetched.bytes + done.copied.moved},
                      {"here", to_json_value(done.fetched.shelves)},
                      {"milliseconds", done.milliseconds}}));
}

// Who names somebody wants it verified; so does who sets any other condition.
bool wants_verifying(const VerifyFirst& verify) {
    TrustOptions from_environment;  // which alone says nothing about this image
    from_environment.log_keys = verify.trust.log_keys;
    from_environment.trusted_root = verify.trust.trusted_root;
    return names_somebody(verify) || verify.trust != from_environment;
}

Result<void> copy(ImageTarget& from, const BlobDigest& digest, const CopyArguments& options,
                  HttpClient& http, Streams streams) {
    BOLTSEAL_TRY(const BlobDigest chosen, chosen_image(from, digest, options.platform));
    HttpClient other(http_options(options.registry));  // one sends while the other receives
    BOLTSEAL_TRY(ImageTarget to, open_image(options.to, options.registry, other, Create::Yes));
    TransferPlan plan{options.registry, options.fetch};
    const bool by_keys = options.verify.policy.file.empty() && names_somebody(options.verify);
    if (by_keys) plan.chunk_signers = &options.verify.trust;
    plan.referrers = !options.no_referrers;
    plan.form = options.verify.deliver.json ? ProgressForm::Json : ProgressForm::People;
    plan.state = state_folder(options.verify.log.state);
    BOLTSEAL_CHECK(check_destination(to, from, chosen, plan));
    BOLTSEAL_TRY(const Transferred done, transfer(from, chosen, to, plan, http, streams));
    report(options, pinned_name(from, chosen), done, streams);
    return {};
}

Result<void> run(const CopyArguments& options, Streams streams) {
    HttpClient http(http_options(options.registry, options.fetch));
    BOLTSEAL_TRY(ImageTarget from, open_image(options.from, options.registry, http));
    BOLTSEAL_CHECK(check_mirrors(options.fetch, from));
    from.store = std::make_unique<RememberingStore>(std::move(from.store));
    const ImageToHear target{from, from.store->resolve(from.selector), options.from};
    if (wants_verifying(options.verify)) {
        if (target.manifest) {
            ask_ahead(*from.store, target.manifest->descriptor.digest, options.verify);
        }
        auto verified = verify_first(target, options.verify, options.platform, http, streams);
        if (!verified && !target.manifest) return std::move(verified).error();
        if (!verified) {
            return transfer_error(std::move(verified).error(),
                                  pinned_name(from, target.manifest->descriptor.digest));
        }
    } else {
        streams.err << "not verified: neither --key, an identity nor --policy was given\n";
    }
    if (!target.manifest) return target.manifest.error();
    const BlobDigest& digest = target.manifest->descriptor.digest;
    auto copied = copy(from, digest, options, http, streams);
    if (copied) return {};
    return transfer_error(std::move(copied).error(), pinned_name(from, digest));
}

}  // namespace

Action add_copy(Command app) {
    auto options = std::make_shared<CopyArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd = app.add_subcommand("copy", "Copy an image with all that refers to it");
    add_verify_first_options(cmd, options->verify);
    add_registry_flags(cmd, options->registry);
    add_fetch_options(cmd, options->fetch);
    cmd.add_option("--platform", options->platform,
                   "Of an index, only the image for this platform, such as linux/arm64")
        .type_name("OS/ARCH");
    cmd.add_flag("--no-referrers", options->no_referrers,
                 "Leave behind signatures, attestations and whatever else refers to the image");
    cmd.add_option("source", options->from, "Image to copy").required().type_name("SRC");
    cmd.add_option("destination", options->to, "Where to copy it").required().type_name("DST");
    cmd.footer(
        "SRC and DST are image references, oci:DIR[:TAG], oci-archive:FILE[:TAG] or "
        "docker-archive:FILE[:NAME:TAG]. Prints the pinned reference. Exit status: 0 copied; "
        "1 refused; 2 usage; 3 undetermined; 4 integrity.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
