#include "registry-client/copy_referrers.h"

#include "core/file.h"
#include "net/http_client.h"
#include "registry-client/oci_layout.h"
#include "registry-client/referrers.h"
#include "registry-client/registry_store.h"
#include "tests/check.h"
#include "tests/support/registry_process.h"
#include "tests/support/sample_image.h"
#include "tests/support/temp_folder.h"
#include "tests/support/vectors.h"

#include <algorithm>

using namespace boltseal;
using namespace boltseal::test;

namespace {

LayoutStore make(const std::filesystem::path& folder) {
    auto store = LayoutStore::create(folder);
    REQUIRE_OK(store);
    return std::move(store).value();
}

struct Repository {
    Repository(const std::string& host, const std::string& name)
        : client(http, host, name, {{}, {}, short_patience()}),
          store(client, {}, std::chrono::milliseconds{20}) {}
    HttpClient http;
    RegistryClient client;
    RegistryStore store;
};

Descriptor attach_to(ImageStore& store, const Descriptor& subject, const std::string& text) {
    const auto attached = attach(store, subject, attachment(text));
    REQUIRE_OK(attached);
    return *attached;
}

// The text of what refers to the manifest.
std::vector<std::string> referrers_of(ImageStore& store, const BlobDigest& subject) {
    const auto list = store.referrers(subject);
    REQUIRE_OK(list);
    std::vector<std::string> out;
    for (const Referrer& referrer : list->found) {
        out.push_back(text_of(store, referrer.manifest.layers.at(0)));
    }
    std::sort(out.begin(), out.end());
    return out;
}

// What cosign kept in a tag: a manifest with a layer for each signature.
Manifest older_manifest(ImageStore& store, const std::vector<std::string>& texts) {
    Manifest out;
    out.media_type = kOciManifest;
    out.config = put_text(store, "{}", "application/vnd.oci.image.config.v1+json");
    for (const std::string& text : texts) out.layers.push_back(put_text(store, text, "a/b"));
    return out;
}

using List = std::vector<std::string>;

}  // namespace

TEST_CASE("an image is copied with what refers to it, on every level", "[copy_referrers]") {
    TempFolder folder;
    LayoutStore from = make(folder / "from");
    const ResolvedManifest index = put_index(from, "v1");
    const BlobDigest& top = index.descriptor.digest;
    const Descriptor child = parse_manifest(index.bytes, kOciIndex)->manifests.at(1);
    const Descriptor sbom = attach_to(from, index.descriptor, "sbom of the index");
    attach_to(from, sbom, "signature of the sbom");
    attach_to(from, index.descriptor, "signature of the index");
    attach_to(from, child, "signature of one image");
    const std::string older = legacy_tag(child.digest, "sig");
    REQUIRE_OK(from.put_image(resolved(older_manifest(from, {"older"})), older));

    const RegistryProcess registry;
    Repository first(registry.host(), "team/first");
    const auto pushed = copy_with_referrers(from, first.store, top, "v2");
    REQUIRE_OK(pushed);
    REQUIRE(pushed->image.digest == top);
    REQUIRE(pushed->referrers == 5);
    REQUIRE(pushed->moved > 0);

    Repository second(registry.host(), "team/second");
    second.store.mount_from("team/first");
    REQUIRE_OK(copy_with_referrers(first.store, second.store, top, "v3"));
    LayoutStore to = make(folder / "to");
    REQUIRE_OK(copy_with_referrers(second.store, to, top, "v4"));

    for (ImageStore* store :
         {static_cast<ImageStore*>(&second.store), static_cast<ImageStore*>(&to)}) {
        REQUIRE(referrers_of(*store, top) == List{"sbom of the index", "signature of the index"});
        REQUIRE(referrers_of(*store, child.digest) == List{"signature of one image"});
        REQUIRE(referrers_of(*store, sbom.digest) == List{"signature of the sbom"});
        const auto tag = store->resolve(older);
        REQUIRE_OK(tag);
        REQUIRE(text_of(*store, parse_manifest(tag->bytes, kOciManifest)->layers.at(0)) == "older");
    }
    REQUIRE(to.resolve("v4")->descriptor.digest == top);

    const auto again = copy_with_referrers(from, second.store, top, "v3");
    REQUIRE_OK(again);
    REQUIRE(again->moved == 0);
    REQUIRE(again->referrers == 5);
}

TEST_CASE("what refers to the image at the destination alone stays", "[copy_referrers]") {
    TempFolder folder;
    LayoutStore from = make(folder / "from");
    const ResolvedManifest image = put_image(from, "layer", "v1");
    attach_to(from, image.descriptor, "theirs");
    const RegistryProcess registry;
    Repository to(registry.host(), "team/app");
    put_image(to.store, "layer", "v1");
    attach_to(to.store, image.descriptor, "ours");
    REQUIRE_OK(copy_with_referrers(from, to.store, image.descriptor.digest, "v1"));
    REQUIRE(referrers_of(to.store, image.descriptor.digest) == List{"ours", "theirs"});
}

TEST_CASE("an older tag is replaced by one that holds as much", "[copy_referrers]") {
    TempFolder folder;
    LayoutStore from = make(folder / "from");
    LayoutStore to = make(folder / "to");
    const ResolvedManifest image = put_image(from, "layer", "v1");
    const std::string tag = legacy_tag(image.descriptor.digest, "att");
    REQUIRE_OK(from.put_image(resolved(older_manifest(from, {"one", "two"})), tag));
    REQUIRE_OK(to.put_image(resolved(older_manifest(to, {"one"})), tag));
    REQUIRE_OK(copy_with_referrers(from, to, image.descriptor.digest, "v1"));
    REQUIRE(to.resolve(tag)->descriptor == from.resolve(tag)->descriptor);

    REQUIRE_OK(to.put_image(resolved(older_manifest(to, {"three"})), tag));
    const auto refused = copy_with_referrers(from, to, image.descriptor.digest, "v1");
    REQUIRE_FAULT(refused, Fault::Declined);
    REQUIRE_REFUSED(refused, "tag '" + tag +
                                 "' is at the destination, and holds something that the source "
                                 "does not have");
}

TEST_CASE("referrers of referrers end somewhere", "[copy_referrers]") {
    TempFolder folder;
    LayoutStore from = make(folder / "from");
    const ResolvedManifest image = put_image(from, "layer", "v1");
    Descriptor subject = image.descriptor;
    for (int i = 0; i < kMaxReferrerDepth; ++i) {
        subject = attach_to(from, subject, "level " + std::to_string(i));
    }
    LayoutStore to = make(folder / "to");
    REQUIRE_OK(copy_with_referrers(from, to, image.descriptor.digest, "v1"));
    attach_to(from, subject, "one more");
    LayoutStore other = make(folder / "other");
    REQUIRE_REFUSED(copy_with_referrers(from, other, image.descriptor.digest, "v1"),
                    "referrers refer to one another more than 8 deep");
    REQUIRE_FAULT(other.resolve("v1"), Fault::Missing);  // no name for what is not complete
}

TEST_CASE("a referrer that is damaged is no reason to leave it behind", "[copy_referrers]") {
    TempFolder folder;
    const RegistryProcess registry;
    Repository from(registry.host(), "team/from");
    const ResolvedManifest image = put_image(from.store, "layer", "v1");
    attach_to(from.store, image.descriptor, "signature");
    const BlobDigest blob = digest_of(as_bytes("signature"));
    REQUIRE_OK(write_file(registry.blob_path(blob.hex()), as_bytes("Signature")));
    LayoutStore to = make(folder / "to");
    REQUIRE_FAULT(copy_with_referrers(from.store, to, image.descriptor.digest, "v1"),
                  Fault::Integrity);
    REQUIRE_FAULT(to.resolve("v1"), Fault::Missing);
}

TEST_CASE("what cosign attached is copied as it is", "[copy_referrers]") {
    auto from = LayoutStore::open(require_vectors("cosign/layout"));
    REQUIRE_OK(from);
    TempFolder folder;
    LayoutStore to = make(folder / "to");
    const BlobDigest top = from->resolve("multi")->descriptor.digest;
    const auto copied = copy_with_referrers(*from, to, top, "multi");
    REQUIRE_OK(copied);
    REQUIRE(copied->referrers > 0);
    REQUIRE(to.referrers(top)->found.size() == from->referrers(top)->found.size());
}
