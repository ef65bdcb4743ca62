#include "cli/capsule.h"
#include "cli/clock.h"
#include "cli/command.h"
#include "cli/remembering_store.h"
#include "cli/transfer.h"
#include "cli/verify_first.h"
#include "registry-client/oci_archive.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

struct SaveArguments {
    VerifyFirst verify;
    RegistryFlags registry;
    FetchFlags fetch;
    std::string image;
    std::filesystem::path output;
    std::string platform;
    int valid_for = 0;  // days; 0: without an end
};

constexpr std::int64_t kDay = 86'400;

Capsule describe(const ImageTarget& from, const BlobDigest& image, const VerifiedFirst& verified,
                 const SaveArguments& options) {
    Capsule out;
    out.tool = BOLTSEAL_VERSION;
    out.image = image;
    if (from.registry != nullptr) out.name = from.where;
    out.tag = tag_of(from);
    out.created = now();
    if (options.valid_for > 0) {
        out.expires = Timestamp{out.created.seconds + options.valid_for * kDay};
    }
    out.verified = !options.verify.off;
    out.trust = verified.trust;
    out.policy_digest = verified.policy_digest;
    return out;
}

void report_saved(const SaveArguments& options, const Capsule& capsule, const Transferred& done,
                  Streams streams) {
    for (const std::string& why : done.copied.ignored) {
        streams.err << "left behind: " << without_controls(why) << '\n';
    }
    if (!options.verify.deliver.json) {
        streams.out << done.image << '\n';
        return;
    }
    Json json = Json::object({{"schema", "https://boltseal.dev/schema/save/v1"},
                              {"image", done.image},
                              {"verified", capsule.verified},
                              {"referrers", static_cast<std::uint64_t>(done.copied.referrers)},
                              {"bytes", done.bytes},
                              {"created", to_rfc3339(capsule.created)}});
    if (capsule.expires) json.set("expires", to_rfc3339(*capsule.expires));
    streams.out << to_pretty_json(json);
}

Result<void> save(ImageTarget& from, const BlobDigest& digest, VerifiedFirst verified,
                  const SaveArguments& options, HttpClient& http, Streams streams) {
    BOLTSEAL_TRY(const BlobDigest chosen, chosen_image(from, digest, options.platform));
    const Capsule capsule = describe(from, chosen, verified, options);
    BOLTSEAL_TRY(OciArchive archive, OciArchive::create(options.output));
    BOLTSEAL_CHECK(archive.add_member(kCapsuleMember, as_bytes(to_string(capsule))));
    ImageTarget to{"oci-archive:" + options.output.string(), capsule.tag,
                   std::make_unique<OciArchive>(std::move(archive))};
    TransferPlan plan{options.registry, options.fetch};
    plan.chunks = std::move(verified.chunks);
    if (options.verify.policy.file.empty() && !options.verify.off) {
        plan.chunk_signers = &options.verify.trust;
    }
    plan.referrers = true;
    plan.form = options.verify.deliver.json ? ProgressForm::Json : ProgressForm::People;
    plan.state = state_folder(options.verify.log.state);
    BOLTSEAL_TRY(const Transferred done, transfer(from, chosen, to, plan, http, streams));
    report_saved(options, capsule, done, streams);
    return {};
}

Result<void> run(const SaveArguments& options, Streams streams) {
    HttpClient http(http_options(options.registry, options.fetch));
    BOLTSEAL_TRY(ImageTarget from, open_image(options.image, options.registry, http));
    BOLTSEAL_CHECK(check_mirrors(options.fetch, from));
    from.store = std::make_unique<RememberingStore>(std::move(from.store));
    const ImageToHear target{from, from.store->resolve(from.selector), options.image};
    if (target.manifest) {
        ask_ahead(*from.store, target.manifest->descriptor.digest, options.verify);
    }
    auto verified = verify_first(target, options.verify, options.platform, http, streams);
    if (!target.manifest) return verified.error();
    const BlobDigest& digest = target.manifest->descriptor.digest;
    auto saved = verified ? save(from, digest, *std::move(verified), options, http, streams)
                          : Result<void>(verified.error());
    if (saved) return {};
    return transfer_error(std::move(saved).error(), pinned_name(from, digest));
}

}  // namespace

Action add_save(Command app) {
    auto options = std::make_shared<SaveArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd = app.add_subcommand(
        "save", "Verify an image, then put it and all that proves it into one file");
    add_verify_first_options(cmd, options->verify);
    add_no_verify_option(cmd, options->verify);
    options->verify.chunk_lists = true;
    add_registry_flags(cmd, options->registry);
    add_fetch_options(cmd, options->fetch);
    cmd.add_option("-o,--output", options->output, "The capsule to write")
        .required()
        .type_name("FILE");
    cmd.add_option("--platform", options->platform,
                   "Of an index, only the image for this platform, such as linux/arm64")
        .type_name("OS/ARCH");
    cmd.add_option("--valid-for", options->valid_for,
                   "After so many days 'load' refuses it; without it, never")
        .between(1, 36'500)
        .type_name("DAYS");
    cmd.add_option("image", options->image, "Image reference, OCI layout or archive").required();
    cmd.footer(
        "Prints the pinned reference. Exit status: 0 saved; 1 refused; 2 usage; "
        "3 undetermined; 4 integrity.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
