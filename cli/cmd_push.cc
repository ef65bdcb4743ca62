#include "cli/command.h"
#include "cli/progress.h"
#include "cli/target.h"
#include "core/json.h"
#include "net/http_client.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

struct PushArguments {
    RegistryFlags registry;
    std::string layout;
    std::string image;
    bool json = false;
};

Result<void> run(const PushArguments& options, Streams streams) {
    HttpClient http(http_options(options.registry));
    BOLTSEAL_TRY(ImageTarget from,
                 open_image(layout_or_archive(options.layout), options.registry, http));
    BOLTSEAL_TRY(ImageTarget to, open_image(options.image, options.registry, http));
    BOLTSEAL_TRY(const ResolvedManifest manifest, from.store->resolve(from.selector));
    const BlobDigest& digest = manifest.descriptor.digest;
    if (parse_digest(to.selector)) {
        return Error(Fault::Config, "an image is pushed to a tag, not to a digest");
    }
    BOLTSEAL_TRY(const std::uint64_t size, image_size(*from.store, digest));
    Progress progress(streams.err, size);
    BOLTSEAL_TRY(const Descriptor pushed,
                 copy_image(*from.store, *to.store, digest, to.selector, progress.callback()));
    BOLTSEAL_CHECK(to.store->commit());
    const std::string name = pinned_name(to, pushed.digest);
    if (options.json) {
        streams.out << to_pretty_json(
            Json::object({{"schema", "https://boltseal.dev/schema/push/v1"}, {"image", name}}));
    } else {
        streams.out << name << '\n';
    }
    return {};
}

}  // namespace

Action add_push(Command app) {
    auto options = std::make_shared<PushArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd =
        app.add_subcommand("push", "Push an image from an OCI layout or archive to a registry");
    add_registry_flags(cmd, options->registry, RegistryUse::Write);
    cmd.add_flag("--json", options->json, "Print JSON");
    cmd.add_option("layout", options->layout,
                   "OCI image layout, oci-archive:FILE[:TAG] or docker-archive:FILE[:NAME:TAG]")
        .required()
        .type_name("DIR[:TAG]");
    cmd.add_option("image", options->image, "Image reference to push to").required();
    cmd.footer(
        "Prints the pinned reference. Signatures stay where they are: sign what was pushed, or use "
        "'copy'. "
        "Exit status: 0 pushed; 2 usage; 3 undetermined; 4 integrity.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
