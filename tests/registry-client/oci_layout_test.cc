#include "registry-client/oci_layout.h"

#include "core/file.h"
#include "registry-client/referrers.h"
#include "tests/check.h"
#include "tests/support/sample_image.h"
#include "tests/support/temp_folder.h"
#include "tests/support/vectors.h"

#include <thread>

using namespace boltseal;
using namespace boltseal::test;

namespace {

LayoutStore make(const std::filesystem::path& folder) {
    auto store = LayoutStore::create(folder);
    REQUIRE_OK(store);
    return std::move(store).value();
}

std::filesystem::path blob_path(const TempFolder& folder, const BlobDigest& digest) {
    return folder / ("blobs/sha256/" + digest.hex());
}

std::string named(const TempFolder& folder) {
    return "image layout '" + folder.path().string() + "': ";
}

std::size_t files_in(const std::filesystem::path& folder) {
    return files_below(folder).size();
}

}  // namespace

TEST_CASE("an image goes into a layout and comes out of it", "[layout]") {
    TempFolder folder;
    LayoutStore store = make(folder.path());
    const ResolvedManifest image = put_image(store, "the layer", "v1");
    const auto reopened = LayoutStore::open(folder.path());
    REQUIRE_OK(reopened);
    REQUIRE(store.resolve("v1")->bytes == image.bytes);
    REQUIRE(store.resolve("")->descriptor == image.descriptor);
    REQUIRE(store.resolve(to_string(image.descriptor.digest))->descriptor == image.descriptor);
    const auto manifest = parse_manifest(image.bytes, kOciManifest);
    REQUIRE(text_of(store, manifest->layers.at(0)) == "the layer");
    REQUIRE(store.has_blob(manifest->layers[0].digest).value());
    REQUIRE_FALSE(store.has_blob(digest_of(as_bytes("none"))).value());
    REQUIRE_REFUSED(store.resolve("v2"), named(folder) + "there is no tag 'v2'");
    REQUIRE(files_in(folder.path()) == 5);  // nothing temporary is left
}

TEST_CASE("a tag moves, and what it left stays", "[layout]") {
    TempFolder folder;
    LayoutStore store = make(folder.path());
    const auto first = put_image(store, "one", "v");
    const auto second = put_image(store, "two", "v");
    put_image(store, "two", "v");
    REQUIRE(store.resolve("v")->descriptor == second.descriptor);
    REQUIRE(store.list()->size() == 2);
    REQUIRE_OK(store.resolve(to_string(first.descriptor.digest)));
    REQUIRE_REFUSED(store.resolve(""),
                    named(folder) + "there are several images, and no tag says which");
}

TEST_CASE("writers of one layout at the same time lose nothing", "[layout]") {
    TempFolder folder;
    make(folder.path());
    std::vector<std::thread> writers;
    std::vector<int> ok(8, 0);
    for (std::size_t i = 0; i < ok.size(); ++i) {
        writers.emplace_back([&, i] {
            auto mine = LayoutStore::open(folder.path());
            if (!mine) return;
            Manifest index;
            index.media_type = kOciIndex;
            index.annotations = {{"n", std::to_string(i)}};
            ok[i] = mine->put_image(resolved(index), "t" + std::to_string(i)) ? 1 : 0;
        });
    }
    for (std::thread& writer : writers) writer.join();
    REQUIRE(ok == std::vector<int>(8, 1));
    REQUIRE(make(folder.path()).list()->size() == 8);
}

TEST_CASE("damage on disk is found, and mended by putting the blob again", "[layout]") {
    TempFolder folder;
    LayoutStore store = make(folder.path());
    const Descriptor blob = put_text(store, "right", "a/b");
    const auto nowhere = [](Bytes) { return Result<void>(); };
    REQUIRE_OK(write_file(blob_path(folder, blob.digest), as_bytes("wrong")));
    REQUIRE_REFUSED(store.get_blob(blob, nowhere), named(folder) + "'" + to_string(blob.digest) +
                                                       "' was asked for, the bytes are '" +
                                                       to_string(digest_of(as_bytes("wrong"))) +
                                                       "'");
    REQUIRE_OK(write_file(blob_path(folder, blob.digest), as_bytes("right and more")));
    REQUIRE_REFUSED(store.get_blob(blob, nowhere),
                    named(folder) + "'" + to_string(blob.digest) + "' has 14 bytes instead of 5");
    put_text(store, "right", "a/b");
    REQUIRE(text_of(store, blob) == "right");
    const auto image = put_image(store, "layer", "v");
    REQUIRE_OK(write_file(blob_path(folder, image.descriptor.digest), as_bytes("{}")));
    REQUIRE_FAULT(store.resolve("v"), Fault::Integrity);
}

TEST_CASE("what is not the blob is not kept", "[layout]") {
    TempFolder folder;
    LayoutStore store = make(folder.path());
    const Descriptor blob = describe(as_bytes("right"), "a/b");
    const auto put = [&](const std::string& text) {
        return store.put_blob(blob, produce(as_bytes(text)));
    };
    const std::string name = named(folder) + "'" + to_string(blob.digest) + "' ";
    REQUIRE_REFUSED(put("wrong"), name + "was asked for, the bytes are '" +
                                      to_string(digest_of(as_bytes("wrong"))) + "'");
    REQUIRE_REFUSED(put("righ"), name + "has 4 bytes instead of 5");
    REQUIRE_REFUSED(put("right!"), name + "has more bytes than its descriptor says");
    REQUIRE(files_in(folder.path()) == 2);
}

TEST_CASE("no symbolic link leads out of a layout", "[layout]") {
    TempFolder folder;
    LayoutStore store = make(folder.path());
    const Descriptor blob = put_text(store, "right", "a/b");
    const auto path = blob_path(folder, blob.digest);
    std::filesystem::rename(path, folder / "outside");
    std::filesystem::create_symlink(folder / "outside", path);
    REQUIRE_REFUSED(store.get_blob(blob, [](Bytes) { return Result<void>(); }),
                    named(folder) + "'" + blob.digest.hex() + "' is a symbolic link");
    std::filesystem::rename(folder / "blobs", folder / "real");
    std::filesystem::create_symlink(folder / "real", folder / "blobs");
    REQUIRE_REFUSED(store.has_blob(blob.digest), named(folder) + "'blobs' is no folder");
    std::filesystem::rename(folder / "index.json", folder / "index");
    std::filesystem::create_symlink(folder / "index", folder / "index.json");
    REQUIRE_REFUSED(store.list(), named(folder) + "'index.json' is a symbolic link");
}

TEST_CASE("a folder that is no layout is not taken for one", "[layout]") {
    TempFolder folder;
    REQUIRE_REFUSED(LayoutStore::open(folder.path()), named(folder) + "'oci-layout' is not there");
    REQUIRE_REFUSED(LayoutStore::open(folder / "none"),
                    "'" + (folder / "none").string() + "' is no folder");
    REQUIRE_OK(write_file(folder / "oci-layout", as_bytes(R"({"imageLayoutVersion":"9.0.0"})")));
    REQUIRE_REFUSED(LayoutStore::open(folder.path()),
                    named(folder) + "unknown image layout version '9.0.0'");
}

TEST_CASE("what is attached in a layout is found there", "[layout]") {
    TempFolder folder;
    LayoutStore store = make(folder.path());
    const auto image = put_image(store, "layer", "v");
    const auto other = put_image(store, "other", "w");
    const auto made = attach(store, image.descriptor, attachment("bundle"));
    REQUIRE_OK(made);
    REQUIRE_OK(attach(store, other.descriptor, attachment("bundle")));
    const auto list = store.referrers(image.descriptor.digest);
    REQUIRE_OK(list);
    REQUIRE(list->found.size() == 1);
    REQUIRE(list->found[0].descriptor == *made);
}

TEST_CASE("a layout that cosign wrote is read, signatures and all", "[layout]") {
    auto store = LayoutStore::open(require_vectors("cosign/layout"));
    REQUIRE_OK(store);
    const auto index = store->resolve("multi");
    REQUIRE_OK(index);
    REQUIRE(index->descriptor.media_type == kOciIndex);
    const auto on_index = store->referrers(index->descriptor.digest);
    REQUIRE_OK(on_index);
    REQUIRE(on_index->found.size() == 1);
    const Referrer& bundle = on_index->found[0];
    REQUIRE(bundle.descriptor.artifact_type == "application/vnd.dev.sigstore.bundle.v0.3+json");
    REQUIRE(bundle.descriptor.annotations.at("dev.sigstore.bundle.predicateType") ==
            "https://sigstore.dev/cosign/sign/v1");
    REQUIRE(text_of(*store, bundle.manifest.layers.at(0)).starts_with(R"({"mediaType":)"));

    const auto amd64 = store->resolve("amd64");
    REQUIRE_OK(amd64);
    REQUIRE(amd64->descriptor.media_type == kDockerManifest);
    REQUIRE(store->referrers(amd64->descriptor.digest)->found.size() == 1);
    const auto legacy = store->resolve(legacy_tag(amd64->descriptor.digest, "sig"));
    REQUIRE_OK(legacy);
    REQUIRE(parse_manifest(legacy->bytes, kOciManifest)->layers.at(0).media_type ==
            "application/vnd.dev.cosign.simplesigning.v1+json");
    REQUIRE(store->referrers(store->resolve("arm64")->descriptor.digest)->found.empty());
}
