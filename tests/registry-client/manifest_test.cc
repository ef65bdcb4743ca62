#include "registry-client/manifest.h"

#include "tests/check.h"

using namespace boltseal;

namespace {

const std::string kHex = std::string(64, 'b');
const std::string kLayer =
    R"({"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:)" + kHex +
    R"(","size":7})";
const std::string kConfig =
    R"({"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:)" + kHex +
    R"(","size":5})";

// An image manifest with these members after schemaVersion.
std::string image(const std::string& more) {
    return R"({"schemaVersion":2,)" + more + R"("config":)" + kConfig + R"(,"layers":[)" + kLayer +
           "]}";
}

Result<Manifest> parse(const std::string& text, std::string_view type = kOciManifest) {
    return parse_manifest(as_bytes(text), type);
}

Descriptor child(const std::string& os, const std::string& arch, const std::string& variant,
                 char digit) {
    Descriptor out;
    out.media_type = kOciManifest;
    out.digest = parse_digest("sha256:" + std::string(64, digit)).value();
    out.platform = Platform{os, arch, variant, {}};
    return out;
}

}  // namespace

TEST_CASE("an image manifest is read, unknown members and all", "[manifest]") {
    const auto manifest =
        parse(image(R"("mediaType":"application/vnd.oci.image.manifest.v1+json","new":{"x":[1]},)"
                    R"("annotations":{"a":"b"},"artifactType":"application/x",)"
                    R"("subject":)" +
                    kLayer + ","));
    REQUIRE_OK(manifest);
    REQUIRE(manifest->config->size == 5);
    REQUIRE(manifest->layers.size() == 1);
    REQUIRE(manifest->subject->digest.hex() == kHex);
    REQUIRE(manifest->annotations.at("a") == "b");
    REQUIRE(artifact_type_of(*manifest) == "application/x");
    REQUIRE(artifact_type_of(*parse(image(""))) == "application/vnd.oci.image.config.v1+json");
}

TEST_CASE("the type may come from the header, the text, or the shape", "[manifest]") {
    REQUIRE(
        parse(image(""), "application/vnd.oci.image.manifest.v1+json; charset=utf-8")->media_type ==
        kOciManifest);
    REQUIRE(parse(image(""), "")->media_type == kOciManifest);
    REQUIRE(parse(R"({"schemaVersion":2,"manifests":[]})", "")->media_type == kOciIndex);
    REQUIRE(parse(R"({"schemaVersion":2,"manifests":[]})", kDockerList)->media_type == kDockerList);
}

TEST_CASE("a manifest of two types, or of none we know, is refused", "[manifest]") {
    struct Row {
        std::string text;
        std::string_view type;
        std::string why;
    };
    const std::string index = R"({"schemaVersion":2,"manifests":[]})";
    const auto row = GENERATE_COPY(values<Row>({
        {image(R"("manifests":[],)"), kOciManifest, "manifest has members of two types"},
        {image(R"("manifests":[],)"), kOciIndex, "manifest has members of two types"},
        {image(R"("fsLayers":[],)"), kOciManifest, "manifest has members of two types"},
        {image(""), kOciIndex, "index has the members of an image manifest"},
        {index, kOciManifest, "image manifest has the members of an index"},
        {image(R"("mediaType":"application/vnd.oci.image.index.v1+json",)"), kOciManifest,
         "mediaType 'application/vnd.oci.image.index.v1+json' came under the type "
         "'application/vnd.oci.image.manifest.v1+json'"},
        {image(""), "application/vnd.docker.distribution.manifest.v1+json",
         "unknown manifest type 'application/vnd.docker.distribution.manifest.v1+json'"},
        {image(""), "text/html", "unknown manifest type 'text/html'"},
        {R"({"schemaVersion":1,"manifests":[]})", kOciIndex, "schemaVersion is not 2"},
        {"[]", kOciIndex, "manifest is no object"},
    }));
    INFO(row.text);
    REQUIRE_REFUSED(parse(row.text, row.type), row.why);
}

TEST_CASE("a broken part is refused by its name", "[manifest]") {
    const auto with_layer = [](const std::string& layer) {
        return R"({"schemaVersion":2,"config":)" + kConfig + R"(,"layers":[)" + layer + "]}";
    };
    const std::string digest = R"("digest":"sha256:)" + kHex + R"(")";
    const std::string type = R"("mediaType":"a/b")";
    struct Row {
        std::string layer;
        std::string why;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"1", "layers[0]: descriptor is no object"},
        {"{" + type + R"(,"digest":"sha384:)" + std::string(96, 'a') + R"(","size":1})",
         "layers[0]: digest is neither sha256 nor sha512"},
        {"{" + type + "," + digest + R"(,"size":9223372036854775808})",
         "layers[0]: member 'size' is no size"},
        {R"({"mediaType":"ab",)" + digest + R"(,"size":1})",
         "layers[0]: member 'mediaType' is no media type"},
        {"{" + type + "," + digest + R"(,"size":1,"annotations":{"a":1}})",
         "layers[0]: annotation 'a' is no string"},
        {"{" + type + "," + digest + R"(,"size":1,"annotations":[]})",
         "layers[0]: member 'annotations' is no object"},
    }));
    INFO(row.layer);
    REQUIRE_REFUSED(parse(with_layer(row.layer)), row.why);
    REQUIRE_FAULT(parse(with_layer("{" + type + R"(,"digest":"sha256:../..","size":1})")),
                  Fault::Malformed);
    REQUIRE_FAULT(parse(with_layer("{" + type + "," + digest + R"(,"size":-1})")),
                  Fault::Malformed);
    REQUIRE_FAULT(parse(R"({"schemaVersion":2,"layers":[]})"), Fault::Malformed);
}

TEST_CASE("sizes and counts have limits", "[manifest]") {
    REQUIRE_REFUSED(parse(std::string(kMaxManifest + 1, ' ')), "manifest is larger than 4 MiB");
    std::string layers = kLayer;
    for (int i = 0; i < 4096; ++i) layers += "," + kLayer;
    REQUIRE_REFUSED(
        parse(R"({"schemaVersion":2,"config":)" + kConfig + R"(,"layers":[)" + layers + "]}"),
        "member 'layers' has more than 4096 entries");
}

TEST_CASE("what we print is what we read", "[manifest]") {
    Manifest manifest;
    manifest.media_type = kOciManifest;
    manifest.artifact_type = "application/vnd.dev.sigstore.bundle.v0.3+json";
    manifest.config = empty_config();
    manifest.layers = {describe(as_bytes("bundle"), manifest.artifact_type)};
    manifest.subject = describe(as_bytes("subject"), kOciIndex);
    manifest.annotations = {{"z", "1"}, {"a", "2"}};
    REQUIRE(parse(to_json(manifest)).value() == manifest);
    REQUIRE(to_string(manifest.config->digest) ==
            "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");

    Manifest index;
    index.media_type = kOciIndex;
    index.manifests = {child("linux", "arm", "v7", '1')};
    index.manifests[0].artifact_type = "a/b";
    index.manifests[0].annotations = {{"k", "v"}};
    REQUIRE(parse(to_json(index), kOciIndex).value() == index);
}

TEST_CASE("one platform of an index is chosen, or none", "[manifest]") {
    Manifest index;
    index.manifests = {child("linux", "amd64", "", '1'), child("linux", "arm64", "v8", '2'),
                       child("linux", "arm", "v6", '3'), child("linux", "arm", "v7", '4'),
                       child("unknown", "unknown", "", '5')};
    const auto chosen = [&](const char* platform) {
        return select_platform(index, parse_platform(platform).value());
    };
    REQUIRE(chosen("linux/amd64")->digest.hex().front() == '1');
    REQUIRE(chosen("linux/arm64")->digest.hex().front() == '2');
    REQUIRE(chosen("linux/arm/v7")->digest.hex().front() == '4');
    REQUIRE_REFUSED(chosen("linux/arm"), "index has several manifests for 'linux/arm'");
    REQUIRE_REFUSED(chosen("windows/amd64"), "index has no manifest for 'windows/amd64'");
    for (const char* bad : {"", "linux", "linux/", "/amd64", "a/b/c/d"}) {
        REQUIRE_REFUSED(parse_platform(bad),
                        "platform " + printable(bad) + " is not os/architecture");
    }
}

TEST_CASE("content is what its descriptor says, or it is nothing", "[manifest]") {
    const Descriptor blob = describe(as_bytes("abc"), "a/b");
    REQUIRE_OK(check_content(as_bytes("abc"), blob));
    REQUIRE_REFUSED(check_content(as_bytes("abcd"), blob),
                    "'" + to_string(blob.digest) + "' has 4 bytes instead of 3");
    REQUIRE_FAULT(check_content(as_bytes("abd"), blob), Fault::Integrity);
}
