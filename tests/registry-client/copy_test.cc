#include "registry-client/copy.h"

#include "core/file.h"
#include "net/http_client.h"
#include "registry-client/oci_layout.h"
#include "registry-client/registry_store.h"
#include "tests/check.h"
#include "tests/support/registry_process.h"
#include "tests/support/sample_image.h"
#include "tests/support/temp_folder.h"
#include "tests/support/vectors.h"

#include <map>

using namespace boltseal;
using namespace boltseal::test;

namespace {

struct Registry {
    RegistryProcess process;
    HttpClient http;
    RegistryClient client{http, process.host(), "team/app", {{}, {}, short_patience()}};
    RegistryStore store{client, {}, std::chrono::milliseconds{20}};
};

LayoutStore make(const std::filesystem::path& folder) {
    auto store = LayoutStore::create(folder);
    REQUIRE_OK(store);
    return std::move(store).value();
}

void require_all_there(ImageStore& store, const std::string& tag) {
    const auto top = store.resolve(tag);
    REQUIRE_OK(top);
    const auto index = parse_manifest(top->bytes, top->descriptor.media_type);
    for (const Descriptor& child : index->manifests) {
        const auto got = store.get_manifest(child.digest);
        REQUIRE_OK(got);
        const auto manifest = parse_manifest(got->bytes, child.media_type);
        REQUIRE(text_of(store, *manifest->config) == "{}");
        REQUIRE(text_of(store, manifest->layers.at(0)) ==
                "layer of " + child.platform->architecture);
    }
}

}  // namespace

TEST_CASE("an index with all its images goes from layout to registry and back", "[copy]") {
    TempFolder folder;
    LayoutStore from = make(folder / "from");
    const auto index = put_index(from, "v1");
    Registry registry;
    std::map<std::string, std::uint64_t> moved;
    const auto pushed = copy_image(from, registry.store, index.descriptor.digest, "v2",
                                   [&](const Descriptor& blob, std::uint64_t bytes) {
                                       REQUIRE(bytes <= blob.size);
                                       moved[to_string(blob.digest)] = bytes;
                                   });
    REQUIRE_OK(pushed);
    REQUIRE(pushed->digest == index.descriptor.digest);
    REQUIRE(moved.size() == 3);  // two layers, and the config they share
    require_all_there(registry.store, "v2");

    LayoutStore to = make(folder / "to");
    REQUIRE_OK(copy_image(registry.store, to, index.descriptor.digest, "v3"));
    require_all_there(to, "v3");
    REQUIRE(to.list()->size() == 1);
}

TEST_CASE("one platform is copied alone", "[copy]") {
    TempFolder folder;
    LayoutStore from = make(folder / "from");
    const auto index = put_index(from, "v1");
    LayoutStore to = make(folder / "to");
    const auto arm = find_platform(from, index.descriptor.digest, {"linux", "arm64", {}, {}});
    REQUIRE_OK(arm);
    REQUIRE_OK(copy_image(from, to, arm->digest, "v"));
    const auto manifest = parse_manifest(to.resolve("v")->bytes, kOciManifest);
    REQUIRE(text_of(to, manifest->layers.at(0)) == "layer of arm64");
    REQUIRE_FALSE(to.has_blob(index.descriptor.digest).value());
    REQUIRE_REFUSED(find_platform(from, index.descriptor.digest, {"plan9", "amd64", {}, {}}),
                    "index has no manifest for 'plan9/amd64'");
}

TEST_CASE("an image without an index says itself what it is for", "[copy]") {
    TempFolder folder;
    LayoutStore store = make(folder / "from");
    Manifest manifest;
    manifest.media_type = kOciManifest;
    manifest.config = put_text(store, R"({"os":"linux","architecture":"amd64"})",
                               "application/vnd.oci.image.config.v1+json");
    const ResolvedManifest image = resolved(manifest);
    REQUIRE_OK(store.put_image(image, "v1"));
    const BlobDigest& digest = image.descriptor.digest;
    REQUIRE(find_platform(store, digest, {"linux", "amd64", {}, {}})->digest == digest);
    REQUIRE_REFUSED(find_platform(store, digest, {"linux", "arm64", {}, {}}),
                    "the image is for 'linux/amd64', not for 'linux/arm64'");
    REQUIRE_REFUSED(find_platform(store, digest, {"linux", "amd64", "v3", {}}),
                    "the image is for 'linux/amd64', not for 'linux/amd64/v3'");
}

TEST_CASE("an image that is damaged on the way gets no name", "[copy]") {
    TempFolder folder;
    Registry registry;
    const auto image = put_image(registry.store, "the layer", "v1");
    const auto layer = parse_manifest(image.bytes, kOciManifest)->layers.at(0);
    REQUIRE_OK(write_file(registry.process.blob_path(layer.digest.hex()), as_bytes("the lie..")));
    LayoutStore to = make(folder / "to");
    REQUIRE_FAULT(copy_image(registry.store, to, image.descriptor.digest, "v1"), Fault::Integrity);
    REQUIRE(to.list()->empty());
    REQUIRE_FALSE(to.has_blob(layer.digest).value());
    REQUIRE_FALSE(to.has_blob(image.descriptor.digest).value());
}

TEST_CASE("what cosign signed is copied with its signatures and found at the other end", "[copy]") {
    auto from = LayoutStore::open(require_vectors("cosign/layout"));
    REQUIRE_OK(from);
    Registry registry;
    const auto top = from->resolve("multi");
    REQUIRE_OK(copy_image(*from, registry.store, top->descriptor.digest, "multi"));
    const auto referrers = from->referrers(top->descriptor.digest);
    REQUIRE(referrers->found.size() == 1);
    REQUIRE_OK(copy_image(*from, registry.store, referrers->found[0].descriptor.digest, ""));
    const auto found = registry.store.referrers(top->descriptor.digest);
    REQUIRE_OK(found);
    REQUIRE(found->found.size() == 1);
    REQUIRE(found->found[0].bytes == referrers->found[0].bytes);
}
