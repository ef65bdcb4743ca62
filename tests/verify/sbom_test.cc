#include "verify/sbom.h"

#include "tests/check.h"
#include "tests/support/vectors.h"

using namespace boltseal;

namespace {

constexpr std::string_view kCycloneDx = "https://cyclonedx.org/bom";
constexpr std::string_view kSpdx = "https://spdx.dev/Document";

Result<Sbom> read(std::string_view type, const std::string& text) {
    const auto json = parse_json(text, {.max_depth = 200});
    REQUIRE_OK(json);
    return read_sbom(type, *json);
}

// A CycloneDX document with these members besides the header.
Result<Sbom> cyclonedx(const std::string& members) {
    return read(kCycloneDx, R"({"bomFormat":"CycloneDX","specVersion":"1.6",)" + members + "}");
}

Result<Sbom> spdx(const std::string& members) {
    return read(kSpdx, R"({"spdxVersion":"SPDX-2.3",)" + members + "}");
}

// The shape that trivy and syft give to packages of an image.
const std::string kImageComponents = R"("metadata":{"component":{"type":"container",
  "name":"reg.example/app:1","purl":"pkg:oci/app@sha256:bb"}},
 "components":[
  {"type":"operating-system","name":"Debian","version":"12.8"},
  {"type":"library","name":"zlib1g","version":"1:1.2.13.dfsg-1",
   "purl":"pkg:deb/debian/zlib1g@1.2.13.dfsg-1?arch=amd64&distro=debian-12.8&epoch=1",
   "licenses":[{"license":{"id":"Zlib"}},{"license":{"name":"other words"}}]},
  {"type":"application","name":"package-lock.json","components":[
   {"type":"library","group":"@babel","name":"core","version":"7.0.0",
    "purl":"pkg:npm/%40babel/core@7.0.0","licenses":[{"expression":"MIT OR ISC"}]}]},
  {"type":"file","name":"/etc/passwd"},
  {"type":"library","name":"plain"}])";

std::vector<std::string> names(const Sbom& sbom) {
    std::vector<std::string> all;
    for (const SbomPackage& package : sbom.packages) all.push_back(package.name);
    return all;
}

}  // namespace

TEST_CASE("predicate types say which format it is", "[sbom]") {
    for (const char* suffix : {"", "/v1.4", "/1.6", "/v3"}) {
        CAPTURE(suffix);
        REQUIRE(sbom_format(std::string(kCycloneDx) + suffix) == SbomFormat::CycloneDx);
        REQUIRE(sbom_format(std::string(kSpdx) + suffix) == SbomFormat::Spdx);
    }
    for (const char* suffix :
         {"/", "/v", "/v1.", "/v1..4", "/v1.4/", "/vx", "x", "v1.4", "/1.4-x"}) {
        CAPTURE(suffix);
        REQUIRE(sbom_format(std::string(kCycloneDx) + suffix) == std::nullopt);
        REQUIRE(sbom_format(std::string(kSpdx) + suffix) == std::nullopt);
    }
    REQUIRE(sbom_format("") == std::nullopt);
    REQUIRE_REFUSED(read("https://openvex.dev/ns", "{}"),
                    "sbom: predicate type 'https://openvex.dev/ns' is no SBOM");
    REQUIRE_REFUSED(read(kSpdx, "[]"), "sbom: not an object");
}

TEST_CASE("the SBOM that another program signed is read", "[sbom]") {
    const auto file = test::require_vectors("cosign/sbom.cdx.json");
    const auto sbom = read_sbom(kCycloneDx, test::load_vector(file));
    REQUIRE_OK(sbom);
    REQUIRE(sbom->format == SbomFormat::CycloneDx);
    REQUIRE(sbom->version == "1.6");
    REQUIRE(sbom->os == std::vector<OsRelease>{{"debian", "12"}});
    REQUIRE(sbom->packages.size() == 1);
    REQUIRE(sbom->packages[0].name == "busybox-static");
    REQUIRE(sbom->packages[0].version == "1:1.35.0-4+deb12u1+b1");
    REQUIRE(sbom->packages[0].scheme == VersionScheme::Deb);
    REQUIRE(sbom->bases.empty());
}

TEST_CASE("CycloneDX components become packages", "[sbom]") {
    const auto sbom = cyclonedx(kImageComponents);
    REQUIRE_OK(sbom);
    REQUIRE(sbom->os == std::vector<OsRelease>{{"debian", "12.8"}});
    REQUIRE(names(*sbom) ==
            std::vector<std::string>{"zlib1g", "package-lock.json", "core", "plain"});
    REQUIRE(sbom->bases.empty());

    const SbomPackage& zlib = sbom->packages[0];
    REQUIRE(zlib.version == "1:1.2.13.dfsg-1");
    REQUIRE(zlib.scheme == VersionScheme::Deb);
    REQUIRE(zlib.purl->name == "zlib1g");
    REQUIRE(zlib.place == "/components/1");
    REQUIRE(zlib.licences == std::vector<LicenceClaim>{{LicenceClaim::Kind::Id, "Zlib"},
                                                       {LicenceClaim::Kind::Name, "other words"}});
    const SbomPackage& core = sbom->packages[2];
    REQUIRE(core.place == "/components/2/components/0");
    REQUIRE(core.scheme == VersionScheme::Semver);
    REQUIRE(core.licences ==
            std::vector<LicenceClaim>{{LicenceClaim::Kind::Expression, "MIT OR ISC"}});
    const SbomPackage& plain = sbom->packages[3];
    REQUIRE(plain.version.empty());
    REQUIRE_FALSE(plain.purl);
    REQUIRE_FALSE(plain.scheme);
    REQUIRE(plain.licences.empty());
}

TEST_CASE("all versions of CycloneDX from 1.4 to 1.7 are read", "[sbom]") {
    for (const std::string version : {"1.4", "1.5", "1.6", "1.7"}) {
        const auto sbom =
            read(kCycloneDx, R"({"bomFormat":"CycloneDX","specVersion":")" + version + "\"}");
        REQUIRE_OK(sbom);
        REQUIRE(sbom->version == version);
        REQUIRE(sbom->packages.empty());
    }
}

TEST_CASE("what the SBOM is about can hold components, or be an operating system", "[sbom]") {
    const auto image = cyclonedx(R"("metadata":{"component":{"type":"container","name":"a",
        "components":[{"type":"library","name":"inside"}]}})");
    REQUIRE_OK(image);
    REQUIRE(names(*image) == std::vector<std::string>{"inside"});
    REQUIRE(image->packages[0].place == "/metadata/component/components/0");
    const auto tree =
        cyclonedx(R"("metadata":{"component":{"type":"operating-system","name":"alpine",
        "version":"3.20","components":[{"type":"library","name":"inside"}]}})");
    REQUIRE_OK(tree);
    REQUIRE(tree->os == std::vector<OsRelease>{{"alpine", "3.20"}});
    REQUIRE(names(*tree) == std::vector<std::string>{"inside"});
}

TEST_CASE("without an operating system, the purls say which", "[sbom]") {
    struct Row {
        std::string purl;
        std::vector<OsRelease> os;
    };
    const auto row = GENERATE(values<Row>({
        {"pkg:deb/debian/a@1?distro=debian-12.8", {{"debian", "12.8"}}},
        {"pkg:apk/alpine/a@1?distro=3.10.2", {{"alpine", "3.10.2"}}},
        {"pkg:apk/alpine/a@1?distro=alpine-3.19.1", {{"alpine", "3.19.1"}}},
        {"pkg:rpm/redhat/a@1?distro=rhel-9.2", {{"rhel", "9.2"}}},
        {"pkg:rpm/opensuse/a@1?distro=opensuse-leap-15.5", {{"opensuse-leap", "15.5"}}},
        {"pkg:rpm/opensuse/a@1?distro=opensuse-tumbleweed", {{"opensuse", "opensuse-tumbleweed"}}},
        {"pkg:deb/debian/a@1?distro=jessie", {{"debian", "jessie"}}},
        {"pkg:deb/debian/a@1?distro=-12", {{"debian", "-12"}}},
        {"pkg:deb/debian/a@1?distro=debian-", {{"debian", "debian-"}}},
        {"pkg:deb/debian/a@1", {}},
        {"pkg:npm/a@1?distro=debian-12", {}},
    }));
    CAPTURE(row.purl);
    const auto sbom =
        cyclonedx(R"("components":[{"type":"library","name":"a","purl":")" + row.purl +
                  R"("},{"type":"library","name":"b","purl":")" + row.purl + R"("}])");
    REQUIRE_OK(sbom);
    REQUIRE(sbom->os == row.os);
}

TEST_CASE("an SBOM with several operating systems has them all", "[sbom]") {
    const auto sbom =
        cyclonedx(R"("components":[{"type":"operating-system","name":"a","version":"1"},
        {"type":"operating-system","name":"b"},{"type":"operating-system","name":"a","version":"1"},
        {"type":"library","name":"x","purl":"pkg:deb/debian/x@1?distro=debian-1"}])");
    REQUIRE_OK(sbom);
    REQUIRE(sbom->os == std::vector<OsRelease>{{"a", "1"}, {"b", ""}});
}

TEST_CASE("CycloneDX names bases in the pedigree and as containers", "[sbom]") {
    const std::string digest = "sha256:" + std::string(64, 'a');
    const auto sbom =
        cyclonedx(R"("metadata":{"component":{"type":"container","name":"app",
        "pedigree":{"ancestors":[
         {"type":"container","name":"reg.example/base:1","purl":"pkg:oci/base@)" +
                  digest +
                  R"(?repository_url=reg.example/base"},{"type":"library","name":"x"}]}}},
        "components":[{"type":"container","name":"reg.example/other@)" +
                  digest + R"("},
         {"type":"container","name":"third"}])");
    REQUIRE_OK(sbom);
    REQUIRE(sbom->packages.empty());
    REQUIRE(sbom->bases.size() == 3);
    REQUIRE(sbom->bases[0].name == "reg.example/base:1");
    REQUIRE(sbom->bases[0].purl->qualifiers.at("repository_url") == "reg.example/base");
    REQUIRE(to_string(sbom->bases[0].digest.value()) == digest);
    REQUIRE(sbom->bases[1].name == "reg.example/other@" + digest);
    REQUIRE(to_string(sbom->bases[1].digest.value()) == digest);
    REQUIRE(sbom->bases[2].name == "third");
    REQUIRE_FALSE(sbom->bases[2].digest);
}

TEST_CASE("CycloneDX is refused with the place", "[sbom]") {
    struct Row {
        std::string members;
        std::string why;
    };
    std::string deep = R"({"type":"library","name":"x"})";
    for (int i = 0; i < 64; ++i) {
        deep = R"({"type":"library","name":"x","components":[)" + deep + "]}";
    }
    std::string place;
    for (int i = 0; i < 65; ++i) place += "/components/0";
    std::string many;
    for (int i = 0; i < 17; ++i) {
        many += R"({"type":"operating-system","name":"a)" + std::to_string(i) + "\"},";
    }
    const auto row = GENERATE_COPY(values<Row>({
        {R"("metadata":1)", "'metadata' is not an object"},
        {R"("metadata":{"component":[]})", "/metadata: 'component' is not an object"},
        {R"("metadata":{"component":{}})", "/metadata/component: 'type' is missing"},
        {R"("metadata":{"component":{"type":"container","components":1}})",
         "/metadata/component: 'components' is not an array"},
        {R"("metadata":{"component":{"type":"container","pedigree":1}})",
         "/metadata/component: 'pedigree' is not an object"},
        {R"("metadata":{"component":{"type":"container","pedigree":{"ancestors":1}}})",
         "/metadata/component/pedigree: 'ancestors' is not an array"},
        {R"("metadata":{"component":{"type":"container","pedigree":{"ancestors":[{}]}}})",
         "/metadata/component/pedigree/ancestors/0: 'type' is missing"},
        {R"("components":{})", "'components' is not an array"},
        {R"("components":null)", "'components' is not an array"},
        {R"("components":[1])", "/components/0: 'type' is missing"},
        {R"("components":[{"type":"library","name":"x"},{"name":"x"}])",
         "/components/1: 'type' is missing"},
        {R"("components":[{"type":"library"}])", "/components/0: 'name' is missing"},
        {R"("components":[{"type":"library","name":1}])", "/components/0: 'name' is not a string"},
        {R"("components":[{"type":"library","name":"x","version":1.2}])",
         "/components/0: 'version' is not a string"},
        {R"("components":[{"type":"library","name":"x","purl":null}])",
         "/components/0: 'purl' is not a string"},
        {R"("components":[{"type":"library","name":"x","purl":"x"}])",
         "/components/0: purl 'x': does not begin with 'pkg:'"},
        {R"("components":[{"type":"library","name":"x","components":[{}]}])",
         "/components/0/components/0: 'type' is missing"},
        {R"("components":[{"type":"library","name":"x","components":1}])",
         "/components/0: 'components' is not an array"},
        {R"("components":[{"type":"library","name":"x","licenses":{}}])",
         "/components/0: 'licenses' is not an array"},
        {R"("components":[{"type":"library","name":"x","licenses":[{}]}])",
         "/components/0/licenses/0: 'license' is missing"},
        {R"("components":[{"type":"library","name":"x","licenses":[{"expression":1}]}])",
         "/components/0/licenses/0: 'expression' is not a string"},
        {R"("components":[{"type":"library","name":"x","licenses":[{"license":{}}]}])",
         "/components/0/licenses/0: 'name' is missing"},
        {R"("components":[{"type":"library","name":"x","licenses":[{"license":{"id":1}}]}])",
         "/components/0/licenses/0: 'id' is not a string"},
        {R"("components":[{"type":"operating-system"}])", "/components/0: 'name' is missing"},
        {R"("components":[{"type":"operating-system","name":"x","version":1}])",
         "/components/0: 'version' is not a string"},
        {R"("components":[{"type":"container"}])", "/components/0: 'name' is missing"},
        {R"("components":[{"type":"container","name":"x","purl":"x"}])",
         "/components/0: purl 'x': does not begin with 'pkg:'"},
        {R"("components":[)" + deep + "]", place + ": more than 64 components in one another"},
        {R"("components":[)" + many + R"({"type":"library","name":"x"}])",
         "more than 16 operating systems"},
    }));
    CAPTURE(row.members);
    REQUIRE_REFUSED(cyclonedx(row.members), "sbom: " + row.why);
    REQUIRE_FAULT(cyclonedx(row.members), Fault::Malformed);
}

TEST_CASE("other documents are not taken for CycloneDX", "[sbom]") {
    REQUIRE_REFUSED(read(kCycloneDx, "{}"), "sbom: 'bomFormat' is missing");
    REQUIRE_REFUSED(read(kCycloneDx, R"({"bomFormat":"cyclonedx"})"),
                    "sbom: 'bomFormat' is 'cyclonedx', expected 'CycloneDX'");
    REQUIRE_REFUSED(read(kCycloneDx, R"({"bomFormat":"CycloneDX"})"),
                    "sbom: 'specVersion' is missing");
    REQUIRE_REFUSED(read(kCycloneDx, R"({"bomFormat":"CycloneDX","specVersion":"1.3"})"),
                    "sbom: 'specVersion' is '1.3', expected 1.4 to 1.7");
    REQUIRE_REFUSED(read(kCycloneDx, R"({"bomFormat":"CycloneDX","specVersion":"1.8"})"),
                    "sbom: 'specVersion' is '1.8', expected 1.4 to 1.7");
}

TEST_CASE("an SBOM has at most 200,000 packages and 1,024 bases", "[sbom]") {
    const auto document = [](const Json& component, std::size_t count) {
        return Json::object({{"bomFormat", "CycloneDX"},
                             {"specVersion", "1.6"},
                             {"components", Json::Array(count, component)}});
    };
    const Json package = Json::object({{"type", "library"}, {"name", "x"}});
    REQUIRE_OK(read_sbom(kCycloneDx, document(package, 200'000)));
    REQUIRE_REFUSED(read_sbom(kCycloneDx, document(package, 200'001)),
                    "sbom: /components/200000: more than 200000 packages");
    const Json base = Json::object({{"type", "container"}, {"name", "x"}});
    REQUIRE_OK(read_sbom(kCycloneDx, document(base, 1024)));
    REQUIRE_REFUSED(read_sbom(kCycloneDx, document(base, 1025)),
                    "sbom: more than 1024 base images");
}

TEST_CASE("SPDX packages become packages", "[sbom]") {
    const auto sbom = spdx(R"("packages":[
      {"SPDXID":"SPDXRef-image","name":"reg.example/app","versionInfo":"1",
       "primaryPackagePurpose":"CONTAINER"},
      {"SPDXID":"SPDXRef-os","name":"debian","versionInfo":"12.8",
       "primaryPackagePurpose":"OPERATING-SYSTEM"},
      {"SPDXID":"SPDXRef-file","name":"/etc/passwd","primaryPackagePurpose":"FILE"},
      {"SPDXID":"SPDXRef-zlib","name":"zlib1g","versionInfo":"1:1.2.13.dfsg-1",
       "licenseConcluded":"NOASSERTION","licenseDeclared":"Zlib","externalRefs":[
        {"referenceCategory":"SECURITY","referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a"},
        {"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl",
         "referenceLocator":"pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?distro=debian-11"}]},
      {"SPDXID":"SPDXRef-oci","name":"x","externalRefs":[
        {"referenceType":"purl","referenceLocator":"pkg:oci/x@sha256:bb"}]},
      {"SPDXID":"SPDXRef-c","name":"c","versionInfo":"2","licenseConcluded":"MIT",
       "licenseDeclared":"ISC"},
      {"SPDXID":"SPDXRef-d","name":"d","licenseConcluded":"NONE","licenseDeclared":"NONE"}])");
    REQUIRE_OK(sbom);
    REQUIRE(sbom->format == SbomFormat::Spdx);
    REQUIRE(sbom->version == "2.3");
    REQUIRE(sbom->os == std::vector<OsRelease>{{"debian", "12.8"}});
    REQUIRE(names(*sbom) == std::vector<std::string>{"zlib1g", "c", "d"});
    const SbomPackage& zlib = sbom->packages[0];
    REQUIRE(zlib.version == "1:1.2.13.dfsg-1");
    REQUIRE(zlib.scheme == VersionScheme::Deb);
    REQUIRE(zlib.place == "/packages/3");
    REQUIRE(zlib.licences == std::vector<LicenceClaim>{{LicenceClaim::Kind::Expression, "Zlib"}});
    REQUIRE(sbom->packages[1].licences ==
            std::vector<LicenceClaim>{{LicenceClaim::Kind::Expression, "MIT"}});
    REQUIRE(sbom->packages[1].version == "2");
    REQUIRE(sbom->packages[2].licences.empty());
    REQUIRE(sbom->bases.empty());
}

TEST_CASE("SPDX without an operating system has that of its purls", "[sbom]") {
    const auto sbom = read(std::string(kSpdx) + "/v2.2", R"({"spdxVersion":"SPDX-2.2","packages":[
        {"SPDXID":"SPDXRef-a","name":"a","externalRefs":[{"referenceCategory":"PACKAGE_MANAGER",
         "referenceType":"purl","referenceLocator":"pkg:apk/alpine/a@1?distro=3.20.1"}]}]})");
    REQUIRE_OK(sbom);
    REQUIRE(sbom->version == "2.2");
    REQUIRE(sbom->os == std::vector<OsRelease>{{"alpine", "3.20.1"}});
}

TEST_CASE("SPDX names bases as what an image descends from", "[sbom]") {
    const std::string digest = "sha256:" + std::string(64, 'a');
    const std::string packages = R"("packages":[
        {"SPDXID":"SPDXRef-image","name":"app"},
        {"SPDXID":"SPDXRef-base","name":"reg.example/base@)" +
                                 digest + R"("},
        {"SPDXID":"SPDXRef-lib","name":"lib"},
        {"SPDXID":"SPDXRef-container","name":"c","primaryPackagePurpose":"CONTAINER"}],)";
    const std::string descends = R"({"spdxElementId":"SPDXRef-image",
        "relationshipType":"DESCENDANT_OF","relatedSpdxElement":"SPDXRef-base"})";
    const std::string ancestor = R"({"spdxElementId":"SPDXRef-base",
        "relationshipType":"ANCESTOR_OF","relatedSpdxElement":"SPDXRef-image"})";
    const std::string describes = R"({"spdxElementId":"SPDXRef-DOCUMENT",
        "relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-image"})";
    const std::string described = R"({"spdxElementId":"SPDXRef-image",
        "relationshipType":"DESCRIBED_BY","relatedSpdxElement":"SPDXRef-DOCUMENT"})";
    const std::string by_other = R"({"spdxElementId":"SPDXRef-lib",
        "relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-image"})";
    const auto with = [&](const std::string& relationships) {
        return spdx(packages + R"("relationships":[)" + relationships + "]");
    };
    const std::string good = GENERATE_COPY(values<std::string>(
        {descends + "," + describes, ancestor + "," + describes, described + "," + descends}));
    CAPTURE(good);
    const auto sbom = with(good);
    REQUIRE_OK(sbom);
    REQUIRE(sbom->bases.size() == 1);
    REQUIRE(sbom->bases[0].name == "reg.example/base@" + digest);
    REQUIRE(to_string(sbom->bases[0].digest.value()) == digest);

    const auto old = spdx(packages + R"("documentDescribes":["SPDXRef-image"],"relationships":[)" +
                          descends + "]");
    REQUIRE_OK(old);
    REQUIRE(old->bases.size() == 1);

    REQUIRE(with(descends).value().bases.empty());  // nobody says that this is the image
    REQUIRE(with(descends + "," + by_other).value().bases.empty());
    const auto container = with(R"({"spdxElementId":"SPDXRef-container",
        "relationshipType":"DESCENDANT_OF","relatedSpdxElement":"DocumentRef-x:SPDXRef-y"})");
    REQUIRE_OK(container);
    REQUIRE(container->bases.size() == 1);
    REQUIRE(container->bases[0].name == "DocumentRef-x:SPDXRef-y");
}

TEST_CASE("SPDX is refused with the place", "[sbom]") {
    struct Row {
        std::string members;
        std::string why;
    };
    const auto row = GENERATE(values<Row>({
        {R"("packages":{})", "'packages' is not an array"},
        {R"("packages":[{}])", "/packages/0: 'SPDXID' is missing"},
        {R"("packages":[{"SPDXID":"a"}])", "/packages/0: 'name' is missing"},
        {R"("packages":[{"SPDXID":"a","name":"b","versionInfo":1}])",
         "/packages/0: 'versionInfo' is not a string"},
        {R"("packages":[{"SPDXID":"a","name":"b","primaryPackagePurpose":1}])",
         "/packages/0: 'primaryPackagePurpose' is not a string"},
        {R"("packages":[{"SPDXID":"a","name":"b"},{"SPDXID":"a","name":"c"}])",
         "/packages/1: 'SPDXID' is there twice"},
        {R"("packages":[{"SPDXID":"a","name":"b","licenseDeclared":1}])",
         "/packages/0: 'licenseDeclared' is not a string"},
        {R"("packages":[{"SPDXID":"a","name":"b","externalRefs":1}])",
         "/packages/0: 'externalRefs' is not an array"},
        {R"("packages":[{"SPDXID":"a","name":"b","externalRefs":[{}]}])",
         "/packages/0/externalRefs/0: 'referenceType' is missing"},
        {R"("packages":[{"SPDXID":"a","name":"b","externalRefs":[{"referenceType":"purl"}]}])",
         "/packages/0/externalRefs/0: 'referenceLocator' is missing"},
        {R"("packages":[{"SPDXID":"a","name":"b","externalRefs":[
            {"referenceType":"purl","referenceLocator":"x"}]}])",
         "/packages/0/externalRefs/0: purl 'x': does not begin with 'pkg:'"},
        {R"("packages":[{"SPDXID":"a","name":"b","externalRefs":[
            {"referenceType":"purl","referenceLocator":"pkg:npm/a"},
            {"referenceType":"purl","referenceLocator":"pkg:npm/A"},
            {"referenceType":"purl","referenceLocator":"pkg:npm/b"}]}])",
         "/packages/0/externalRefs/2: another purl of the same package"},
        {R"("relationships":1)", "'relationships' is not an array"},
        {R"("relationships":[{}])", "/relationships/0: 'relationshipType' is missing"},
        {R"("relationships":[{"relationshipType":"X"}])",
         "/relationships/0: 'spdxElementId' is missing"},
        {R"("relationships":[{"relationshipType":"X","spdxElementId":"a"}])",
         "/relationships/0: 'relatedSpdxElement' is missing"},
        {R"("documentDescribes":1)", "'documentDescribes' is not an array"},
        {R"("documentDescribes":[1])", "/documentDescribes/0: not a string"},
    }));
    CAPTURE(row.members);
    REQUIRE_REFUSED(spdx(row.members), "sbom: " + row.why);
    REQUIRE_FAULT(spdx(row.members), Fault::Malformed);
}

TEST_CASE("other documents are not taken for SPDX 2", "[sbom]") {
    REQUIRE_REFUSED(read(kSpdx, "{}"), "sbom: 'spdxVersion' is missing");
    REQUIRE_REFUSED(read(kSpdx, R"({"spdxVersion":"SPDX-3.0"})"),
                    "sbom: 'spdxVersion' is 'SPDX-3.0', expected SPDX-2.2 or SPDX-2.3");
    REQUIRE_REFUSED(read(kSpdx, R"({"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld"})"),
                    "sbom: 'spdxVersion' is missing");
}
