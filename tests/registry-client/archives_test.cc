#include "core/file.h"
#include "registry-client/copy_referrers.h"
#include "registry-client/docker_archive_writer.h"
#include "registry-client/layer_decoder.h"
#include "registry-client/oci_layout.h"
#include "tests/check.h"
#include "tests/support/sample_image.h"
#include "tests/support/temp_folder.h"

#include <zlib.h>
#include <zstd.h>

using namespace boltseal;
using namespace boltseal::test;

namespace {

constexpr const char* kGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
constexpr const char* kZstd = "application/vnd.oci.image.layer.v1.tar+zstd";
constexpr const char* kConfig = "application/vnd.oci.image.config.v1+json";

std::string gzip(const std::string& text) {
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, text.size()) + 32, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(out.size() - stream.avail_out);
    deflateEnd(&stream);
    return out;
}

std::string zstd(const std::string& text) {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
    return out;
}

// Taken in pieces, as it would come.
Result<std::string> unpack(const char* type, const std::string& bytes, std::size_t piece) {
    BOLTSEAL_TRY(const auto decoder, decoder_for(type));
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        BOLTSEAL_CHECK(decoder->take(as_bytes(std::string_view(bytes).substr(at, piece)),
                                     [&](Bytes part) -> Result<void> {
                                         out += as_text(part);
                                         return {};
                                     }));
    }
    BOLTSEAL_CHECK(decoder->finish());
    return out;
}

LayoutStore make(const std::filesystem::path& folder) {
    auto store = LayoutStore::create(folder);
    REQUIRE_OK(store);
    return std::move(store).value();
}

std::string quoted(const std::string& text) {
    return "\"" + to_string(digest_of(as_bytes(text))) + "\"";
}

// An image whose config lists these tars as its layers.
ResolvedManifest put_real_image(ImageStore& store, const std::vector<Descriptor>& layers,
                                const std::string& diff_ids) {
    Manifest manifest;
    manifest.media_type = kOciManifest;
    manifest.config = put_text(
        store, R"({"os":"linux","architecture":"amd64","rootfs":{"diff_ids":[)" + diff_ids + "]}}",
        kConfig);
    manifest.layers = layers;
    const ResolvedManifest image = resolved(manifest);
    REQUIRE_OK(store.put_image(image, "v1"));
    return image;
}

Result<void> write_docker(ImageStore& from, const ResolvedManifest& image,
                          const std::filesystem::path& file) {
    BOLTSEAL_TRY(auto archive, DockerArchiveWriter::create(file, "registry.example/app:1.0"));
    BOLTSEAL_CHECK(copy_image(from, archive, image.descriptor.digest, ""));
    return archive.commit();
}

}  // namespace

TEST_CASE("layers are unpacked by their type, in pieces of any size", "[archives]") {
    std::string text;
    for (int i = 0; i < 200'000; ++i) text += std::to_string(i);
    for (const std::size_t piece : {std::size_t{1} << 20, std::size_t{65'536}, std::size_t{777}}) {
        REQUIRE((unpack(kGzip, gzip(text), piece).value() == text));
        REQUIRE((unpack(kZstd, zstd(text), piece).value() == text));
        REQUIRE((unpack("application/vnd.oci.image.layer.v1.tar", text, piece).value() == text));
    }
    const std::string twice = gzip("one ") + gzip("two");
    REQUIRE(unpack(kGzip, twice, 1).value() == "one two");
    REQUIRE(unpack("application/vnd.docker.image.rootfs.diff.tar.gzip", twice, 99).value() ==
            "one two");
    REQUIRE(unpack(kZstd, zstd("one ") + zstd("two"), 3).value() == "one two");
    const std::string exact(std::size_t{256} << 10, 'x');  // just as much as is unpacked at once
    REQUIRE((unpack(kGzip, gzip(exact), 1 << 20).value() == exact));
    REQUIRE((unpack(kZstd, zstd(exact), 1 << 20).value() == exact));
}

TEST_CASE("what is no layer is not unpacked", "[archives]") {
    REQUIRE_REFUSED(unpack(kGzip, "text", 9), "layer is not gzip");
    REQUIRE_REFUSED(unpack(kGzip, gzip("text") + "more", 99), "layer is not gzip");
    REQUIRE_REFUSED(unpack(kGzip, gzip("text").substr(0, 20), 99),
                    "layer ends in the middle of its gzip");
    REQUIRE_REFUSED(unpack(kZstd, "text", 9), "layer is not zstd");
    REQUIRE_REFUSED(unpack(kZstd, zstd("text").substr(0, 10), 99),
                    "layer ends in the middle of its zstd");
    REQUIRE_REFUSED(unpack("application/vnd.oci.image.layer.v1.tar+br", "", 9),
                    "'application/vnd.oci.image.layer.v1.tar+br' is no layer that can be unpacked");
    REQUIRE_REFUSED(unpack("text/tar", "", 9), "'text/tar' is no layer that can be unpacked");
}

TEST_CASE("an image goes into an OCI archive with all that refers to it, and out", "[archives]") {
    TempFolder folder;
    LayoutStore from = make(folder / "from");
    const ResolvedManifest index = put_index(from, "v1");
    const BlobDigest& top = index.descriptor.digest;
    REQUIRE_OK(attach(from, index.descriptor, attachment("signature")));
    {
        auto archive = OciArchive::create(folder / "image.tar");
        REQUIRE_OK(archive);
        REQUIRE_OK(copy_with_referrers(from, *archive, top, "v2"));
        REQUIRE(archive->resolve("v2")->descriptor.digest == top);
        REQUIRE_FALSE(std::filesystem::exists(folder / "image.tar"));  // not before it is whole
        REQUIRE_OK(archive->commit());
    }
    auto archive = OciArchive::open(folder / "image.tar");
    REQUIRE_OK(archive);
    LayoutStore to = make(folder / "to");
    REQUIRE_OK(copy_with_referrers(*archive, to, archive->resolve("")->descriptor.digest, "v3"));
    REQUIRE(to.resolve("v3")->bytes == index.bytes);
    REQUIRE(to.referrers(top)->found.size() == 1);
}

TEST_CASE("the same image makes the same archive", "[archives]") {
    TempFolder folder;
    LayoutStore from = make(folder / "from");
    const ResolvedManifest image = put_image(from, "layer", "v1");
    for (const char* name : {"one.tar", "two.tar"}) {
        auto archive = OciArchive::create(folder / name);
        REQUIRE_OK(copy_image(from, *archive, image.descriptor.digest, "v1"));
        REQUIRE_OK(archive->commit());
    }
    REQUIRE(*read_file(folder / "one.tar", 1 << 20) == *read_file(folder / "two.tar", 1 << 20));
}

TEST_CASE("something is attached to an image in an archive", "[archives]") {
    TempFolder folder;
    auto archive = OciArchive::create(folder / "image.tar");
    const ResolvedManifest image = put_image(*archive, "layer", "v1");
    REQUIRE_OK(archive->add_member("note", as_bytes("kept")));
    REQUIRE_OK(archive->commit());

    auto again = OciArchive::open(folder / "image.tar");
    REQUIRE_OK(attach(*again, image.descriptor, attachment("signature")));
    REQUIRE(OciArchive::open(folder / "image.tar")->list()->size() == 1);  // as it was
    REQUIRE_OK(again->commit());
    REQUIRE_OK(again->commit());  // nothing more to do

    auto read = OciArchive::open(folder / "image.tar");
    REQUIRE_OK(read);
    REQUIRE(read->referrers(image.descriptor.digest)->found.size() == 1);
    REQUIRE(as_text(*read->read_member("note", 100)) == "kept");
    REQUIRE(text_of(*read, parse_manifest(image.bytes, kOciManifest)->layers[0]) == "layer");
}

TEST_CASE("an archive that was not finished leaves nothing behind", "[archives]") {
    TempFolder folder;
    {
        auto oci = OciArchive::create(folder / "oci.tar");
        put_image(*oci, "layer", "v1");
        auto docker = DockerArchiveWriter::create(folder / "docker.tar", "");
        REQUIRE_OK(docker);
    }
    REQUIRE(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a blob in an archive is proved when it is read and when it is written", "[archives]") {
    TempFolder folder;
    auto archive = OciArchive::create(folder / "image.tar");
    const Descriptor blob = describe(as_bytes("right"), "a/b");
    REQUIRE_REFUSED(archive->put_blob(blob, produce(as_bytes("wrong"))),
                    "archive '" + (folder / "image.tar").string() + "': '" +
                        to_string(blob.digest) + "' was asked for, the bytes are '" +
                        to_string(digest_of(as_bytes("wrong"))) + "'");
    REQUIRE_FALSE(archive->has_blob(blob.digest).value());
    put_text(*archive, "right", "a/b");
    REQUIRE_OK(archive->commit());
    auto bytes = read_file(folder / "image.tar", 1 << 20);
    const std::string text(as_text(*bytes));
    (*bytes)[text.find("right")] = 'b';
    REQUIRE_OK(write_file(folder / "image.tar", *bytes));
    auto damaged = OciArchive::open(folder / "image.tar");
    REQUIRE_OK(damaged);
    REQUIRE_FAULT(damaged->get_blob(blob, [](Bytes) { return Result<void>(); }), Fault::Integrity);
    REQUIRE_FAULT(damaged->put_blob(blob, produce(as_bytes("right"))), Fault::Integrity);
}

TEST_CASE("what is no archive of a layout is refused by its reason", "[archives]") {
    TempFolder folder;
    const auto path = folder / "image.tar";
    const std::string name = "archive '" + path.string() + "': ";
    REQUIRE_REFUSED(OciArchive::open(path), "there is no file '" + path.string() + "'");
    REQUIRE_OK(write_file(path, as_bytes("text")));
    REQUIRE_REFUSED(OciArchive::open(path), name + "tar archive: it ends too early");
    REQUIRE_REFUSED(OciArchive::open(folder.path()),
                    "'" + folder.path().string() + "' is no file, and no archive");
    auto archive = OciArchive::create(path);
    REQUIRE_OK(archive->commit());
    REQUIRE_REFUSED(OciArchive::open(path)->resolve(""), name + "there is no image");
    LayoutStore from = make(folder / "from");
    const std::string layer = gzip("tar");
    const ResolvedManifest image =
        put_real_image(from, {put_text(from, layer, kGzip)}, quoted("tar"));
    REQUIRE_OK(write_docker(from, image, path));
    REQUIRE_REFUSED(OciArchive::open(path), name + "'oci-layout' is not there");
}

TEST_CASE("an image goes into a Docker archive and out", "[archives]") {
    TempFolder folder;
    LayoutStore from = make(folder / "from");
    const std::vector<Descriptor> layers = {
        put_text(from, gzip("first tar"), kGzip), put_text(from, zstd("second tar"), kZstd),
        put_text(from, gzip("second tar"), kGzip),  // the same once more
    };
    const ResolvedManifest image = put_real_image(
        from, layers,
        quoted("first tar") + "," + quoted("second tar") + "," + quoted("second tar"));
    const auto path = folder / "docker.tar";
    REQUIRE_OK(write_docker(from, image, path));

    auto archive = DockerArchive::open(path, "registry.example/app:1.0");
    REQUIRE_OK(archive);
    const auto read = archive->resolve("");
    REQUIRE_OK(read);
    const auto manifest = parse_manifest(read->bytes, read->descriptor.media_type);
    REQUIRE(manifest->config->digest == parse_manifest(image.bytes, kOciManifest)->config->digest);
    REQUIRE(manifest->layers.size() == 3);
    REQUIRE(text_of(*archive, manifest->layers[0]) == "first tar");
    REQUIRE(text_of(*archive, manifest->layers[2]) == "second tar");
    REQUIRE(manifest->layers[0].media_type == "application/vnd.oci.image.layer.v1.tar");
    LayoutStore to = make(folder / "to");
    REQUIRE_OK(copy_image(*archive, to, read->descriptor.digest, "v1"));

    REQUIRE_OK(DockerArchive::open(path, ""));
    REQUIRE_REFUSED(DockerArchive::open(path, "other:1"),
                    "archive '" + path.string() + "': there is no image 'other:1'");
    REQUIRE_REFUSED(
        archive->put_image(image, "v2"),
        "archive '" + path.string() + "': a Docker archive has no place for more than its image");
}

TEST_CASE("layers that the config does not list make no Docker archive", "[archives]") {
    TempFolder folder;
    LayoutStore from = make(folder / "from");
    const ResolvedManifest image =
        put_real_image(from, {put_text(from, gzip("tar"), kGzip)}, quoted("other tar"));
    const auto path = folder / "docker.tar";
    REQUIRE_FAULT(write_docker(from, image, path), Fault::Integrity);
    REQUIRE_REFUSED(write_docker(from, image, path),
                    "the layers of the image are not those that its config lists");
    const ResolvedManifest index = put_index(from, "v2");
    REQUIRE_REFUSED(write_docker(from, index, path),
                    "a Docker archive holds one image, and this is an index of several");
    REQUIRE_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a Docker archive that is not what it says is refused by its reason", "[archives]") {
    TempFolder folder;
    const auto path = folder / "docker.tar";
    const std::string config = R"({"rootfs":{"diff_ids":[)" + quoted("tar") + "]}}";
    const auto open = [&](const std::string& manifest, const std::string& layer) {
        auto file = NewFile::create(path);
        TarWriter writer(file->fd());
        REQUIRE_OK(writer.add("manifest.json", as_bytes(manifest)));
        REQUIRE_OK(writer.add("config.json", as_bytes(config)));
        REQUIRE_OK(writer.add("layer.tar", as_bytes(layer)));
        REQUIRE_OK(writer.finish());
        REQUIRE_OK(std::move(*file).place());
        return DockerArchive::open(path, "");
    };
    const std::string one = R"({"Config":"config.json","Layers":["layer.tar"]})";
    const std::string name = "archive '" + path.string() + "': ";
    REQUIRE_OK(open("[" + one + "]", "tar"));
    REQUIRE_OK(open("[" + one + "]", gzip("tar")));
    const auto other = open("[" + one + "]", "rat");
    REQUIRE_FAULT(other, Fault::Integrity);
    REQUIRE_REFUSED(other, name + "layer 'layer.tar' is '" + to_string(digest_of(as_bytes("rat"))) +
                               "', and not '" + to_string(digest_of(as_bytes("tar"))) +
                               "' as the image says");
    REQUIRE_REFUSED(open("[" + one + "," + one + "]", "tar"),
                    name + "there are several images, and no name says which");
    REQUIRE_REFUSED(open("[]", "tar"), name + "there is no image");
    REQUIRE_REFUSED(open("{}", "tar"), name + "manifest.json: it is no list of images");
    REQUIRE_REFUSED(open(R"([{"Config":"config.json","Layers":["../a"]}])", "tar"),
                    name + "'../a' is not there");
    REQUIRE_REFUSED(open(R"([{"Config":"config.json","Layers":[]}])", "tar"),
                    name + "manifest.json names 0 layers, and the image has 1");
    REQUIRE_REFUSED(open(R"([{"Config":"config.json","Layers":[1]}])", "tar"),
                    name + "manifest.json: 'Layers' has an entry that is no string");
}
