#include "cli/capsule.h"
#include "cli/clock.h"
#include "cli/command.h"
#include "cli/transfer.h"
#include "cli/verify_first.h"
#include "registry-client/oci_archive.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

struct LoadArguments {
    VerifyFirst verify;
    RegistryFlags registry;
    FetchFlags fetch;
    std::filesystem::path file;
    std::string to;
    std::string platform;
    bool no_referrers = false;
    int max_age = -1;  // days; -1: any
};

struct OpenCapsule {
    Capsule capsule;
    ImageTarget image;  // the one that the capsule is about
};

Result<OpenCapsule> open_capsule(const std::filesystem::path& file) {
    BOLTSEAL_TRY(OciArchive archive, OciArchive::open(file));
    auto text = archive.read_member(kCapsuleMember, kMaxCapsule);
    if (!text && text.error().fault() == Fault::Missing) {
        return std::move(text).error().with_hint(
            "this is an archive and no capsule: 'boltseal copy' takes it as oci-archive:FILE");
    }
    if (!text) return std::move(text).error();
    BOLTSEAL_TRY(Capsule capsule, parse_capsule(*text));
    ImageTarget image{"oci-archive:" + file.string(), to_string(capsule.image),
                      std::make_unique<OciArchive>(std::move(archive))};
    return OpenCapsule{std::move(capsule), std::move(image)};
}

// What the capsule says, which nobody vouches for, and what is known of it.
void show(const Capsule& capsule, const VerifiedFirst& verified, const Freshness& freshness,
          Streams streams) {
    std::ostream& err = streams.err;
    err << "capsule of " << (capsule.name.empty() ? "an image" : without_controls(capsule.name))
        << (capsule.tag.empty() ? "" : ":" + without_controls(capsule.tag)) << ", made at "
        << to_rfc3339(capsule.created) << ", "
        << (capsule.expires ? "expires at " + to_rfc3339(*capsule.expires) : "without an end")
        << ": by its own word\n";
    err << compare_trust(capsule, verified.trust) << '\n';
    if (freshness.newest_proved) {
        err << "the newest time that is proved: " << to_rfc3339(*freshness.newest_proved) << '\n';
    }
}

void report(const LoadArguments& options, const Capsule& capsule, const Transferred& done,
            Streams streams) {
    if (!options.verify.deliver.json) {
        streams.out << done.image << '\n';
        return;
    }
    Json json = Json::object({{"schema", "https://boltseal.dev/schema/load/v1"},
                              {"image", done.image},
                              {"name", without_controls(capsule.name)},
                              {"verified", !options.verify.off},
                              {"referrers", static_cast<std::uint64_t>(done.copied.referrers)},
                              {"bytes", done.bytes},
                              {"moved", done.copied.moved},
                              {"created", to_rfc3339(capsule.created)}});
    if (capsule.expires) json.set("expires", to_rfc3339(*capsule.expires));
    streams.out << to_pretty_json(json);
}

// The loader's own keys decide first; then whether it is fresh; and only then anything is written.
Result<void> load(OpenCapsule& opened, const ImageToHear& target, const LoadArguments& options,
                  HttpClient& http, Streams streams) {
    BOLTSEAL_TRY(const VerifiedFirst verified,
                 verify_first(target, options.verify, options.platform, http, streams));
    Freshness freshness{std::nullopt, verified.newest_proved, now()};
    if (options.max_age >= 0) freshness.max_age = std::chrono::hours(24 * options.max_age);
    show(opened.capsule, verified, freshness, streams);
    BOLTSEAL_CHECK(check_freshness(opened.capsule, freshness));
    TransferPlan plan{options.registry, options.fetch};
    plan.referrers = !options.no_referrers;
    BOLTSEAL_TRY(const BlobDigest digest,
                 chosen_image(opened.image, opened.capsule.image, options.platform));
    BOLTSEAL_TRY(ImageTarget to, open_image(options.to, options.registry, http, Create::Yes));
    BOLTSEAL_CHECK(check_destination(to, opened.image, digest, plan));
    if (to.selector.empty() && to.registry == nullptr) to.selector = opened.capsule.tag;
    BOLTSEAL_TRY(const Transferred done, transfer(opened.image, digest, to, plan, http, streams));
    report(options, opened.capsule, done, streams);
    return {};
}

Result<void> run(const LoadArguments& options, Streams streams) {
    HttpClient http(http_options(options.registry));
    BOLTSEAL_TRY(OpenCapsule opened, open_capsule(options.file));
    const ImageToHear target{opened.image, opened.image.store->resolve(opened.image.selector),
                             options.file.string()};
    auto loaded = load(opened, target, options, http, streams);
    if (loaded) return {};
    return transfer_error(std::move(loaded).error(),
                          pinned_name(opened.image, opened.capsule.image));
}

}  // namespace

Action add_load(Command app) {
    auto options = std::make_shared<LoadArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd =
        app.add_subcommand("load", "Verify a capsule, then put its image where it will be used");
    add_verify_first_options(cmd, options->verify);
    add_no_verify_option(cmd, options->verify);
    add_registry_flags(cmd, options->registry, RegistryUse::Write);
    cmd.add_option("--max-age", options->max_age,
                   "Refuse a capsule that was made more than so many days ago")
        .between(0, 36'500)
        .type_name("DAYS");
    cmd.add_option("--platform", options->platform,
                   "Of an index, only the image for this platform, such as linux/arm64")
        .type_name("OS/ARCH");
    cmd.add_flag("--no-referrers", options->no_referrers,
                 "Leave behind signatures, attestations and whatever else refers to the image");
    cmd.add_option("file", options->file, "Capsule, as 'save' writes it").required();
    cmd.add_option("destination", options->to, "Where to put the image")
        .required()
        .type_name("DST");
    cmd.footer(
        "DST is an image reference, oci:DIR[:TAG], oci-archive:FILE[:TAG] or "
        "docker-archive:FILE[:NAME:TAG]. Prints the pinned reference. Exit status: 0 loaded; "
        "1 refused; 2 usage; 3 undetermined; 4 integrity.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
