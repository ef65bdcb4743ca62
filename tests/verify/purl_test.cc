#include "verify/purl.h"

#include "core/bytes.h"
#include "tests/check.h"

using namespace boltseal;

TEST_CASE("a purl is its parts, decoded", "[purl]") {
    const auto purl = parse_purl(
        "pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=amd64&distro=debian-12&upstream=zlib%401.2#a/"
        "b");
    REQUIRE_OK(purl);
    REQUIRE(*purl == Purl{"deb",
                          "debian",
                          "zlib1g",
                          "1:1.2.13.dfsg-1",
                          {{"arch", "amd64"}, {"distro", "debian-12"}, {"upstream", "zlib@1.2"}},
                          "a/b"});
}

TEST_CASE("one package has one canonical purl", "[purl]") {
    struct Row {
        std::string text;
        std::string canonical;
    };
    const auto row = GENERATE(values<Row>({
        {"pkg:npm/@scope%2Fname@1.0.0", "pkg:npm/%40scope/name@1.0.0"},
        {"pkg:npm/%40scope%2fname@1.0.0", "pkg:npm/%40scope/name@1.0.0"},
        {"pkg:npm/@scope/name@1.0.0", "pkg:npm/%40scope/name@1.0.0"},
        {"pkg:npm/@scope%2Fname", "pkg:npm/%40scope/name"},
        {"pkg:npm/%40scope/name", "pkg:npm/%40scope/name"},
        {"pkg:npm/@scope/name", "pkg:npm/%40scope/name"},
        {"pkg:oci/app@sha256%3Aab?repository_url=r.example%2Fapp",
         "pkg:oci/app@sha256:ab?repository_url=r.example%2Fapp"},
        {"pkg:oci/app@sha256:ab?repository_url=r.example/app",
         "pkg:oci/app@sha256:ab?repository_url=r.example%2Fapp"},
        {"pkg:deb/debian/libstdc++6@12.2.0-14+b1", "pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bb1"},
        {"pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2bb1",
         "pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bb1"},
        {"pkg:DEB/Debian/Zlib1g@1", "pkg:deb/debian/zlib1g@1"},
        {"pkg:pypi/Typing_Extensions@4.0", "pkg:pypi/typing-extensions@4.0"},
        {"pkg:golang/github.com/Masterminds/semver/v3@v3.2.1#Sub",
         "pkg:golang/github.com/masterminds/semver/v3@v3.2.1#Sub"},
        {"pkg:rpm/RedHat/NetworkManager@1.2-3.el9?Arch=x86_64&epoch=1",
         "pkg:rpm/redhat/NetworkManager@1.2-3.el9?arch=x86_64&epoch=1"},
        {"pkg:cargo/Serde@1.0.0", "pkg:cargo/Serde@1.0.0"},
        {"pkg:generic/a%20b@1%2F2", "pkg:generic/a%20b@1%2F2"},
        {"pkg:generic/h%C3%A9@1", "pkg:generic/h%C3%A9@1"},
        {"pkg:apk/alpine/a@1?b=&arch=x", "pkg:apk/alpine/a@1?arch=x"},
        {"pkg:generic/a?z=1&b=2", "pkg:generic/a?b=2&z=1"},
    }));
    CAPTURE(row.text);
    const auto purl = parse_purl(row.text);
    REQUIRE_OK(purl);
    REQUIRE(to_string(*purl) == row.canonical);
    REQUIRE(parse_purl(row.canonical).value() == *purl);
}

TEST_CASE("purls are refused for the right reason", "[purl]") {
    struct Row {
        std::string text;
        std::string why;
    };
    const auto row = GENERATE(values<Row>({
        {"", "does not begin with 'pkg:'"},
        {"deb/debian/a", "does not begin with 'pkg:'"},
        {"PKG:deb/debian/a", "does not begin with 'pkg:'"},
        {"pkg:" + std::string(4096, 'a'), "longer than 4096 bytes"},
        {"pkg:generic/a b", "byte that is not printable ASCII"},
        {"pkg:generic/a\n", "byte that is not printable ASCII"},
        {"pkg:generic/h\xC3\xA9", "byte that is not printable ASCII"},
        {"pkg:", "type is none"},
        {"pkg:/a", "type is none"},
        {"pkg://deb/a", "type is none"},
        {"pkg:1a/b", "type is none"},
        {"pkg:a%62/b", "type is none"},
        {"pkg:generic", "name is empty"},
        {"pkg:generic/", "name is empty"},
        {"pkg:generic/a/", "name is empty"},
        {"pkg:generic/@1", "name is empty"},
        {"pkg:generic/a/@1", "name is empty"},
        {"pkg:npm/@1", "name is empty"},
        {"pkg:generic//a", "empty segment"},
        {"pkg:generic/a//b", "empty segment"},
        {"pkg:generic/a@", "version is empty"},
        {"pkg:generic/a@1@2", "'@' within a segment"},
        {"pkg:generic/a@1/b", "'@' within a segment"},
        {"pkg:generic/a%2Fb", "escaped '/'"},
        {"pkg:generic/a%2Fb/c", "escaped '/'"},
        {"pkg:npm/a/@b%2Fc", "escaped '/'"},
        {"pkg:npm/@a%2Fb%2Fc", "escaped '/'"},
        {"pkg:npm/%2Fc", "escaped '/'"},
        {"pkg:npm/@a%2F", "empty segment"},
        {"pkg:generic/a%", "'%' without two hex digits"},
        {"pkg:generic/a%4", "'%' without two hex digits"},
        {"pkg:generic/a%4g", "'%' without two hex digits"},
        {"pkg:generic/a%g4", "'%' without two hex digits"},
        {"pkg:generic/a%00", "escaped control character"},
        {"pkg:generic/a@1%0A", "escaped control character"},
        {"pkg:generic/a?b=%7F", "escaped control character"},
        {"pkg:generic/a%FF", "not UTF-8 when decoded"},
        {"pkg:generic/a?b", "qualifier without a value"},
        {"pkg:generic/a?b=1&", "qualifier without a value"},
        {"pkg:generic/a?&b=1", "qualifier without a value"},
        {"pkg:generic/a?=1", "qualifier with a name that is none"},
        {"pkg:generic/a?b%20=1", "qualifier with a name that is none"},
        {"pkg:generic/a?1=1", "qualifier with a name that is none"},
        {"pkg:generic/a?b=1&B=2", "qualifier is there twice"},
        {"pkg:generic/a?b=&b=2", "qualifier is there twice"},
        {"pkg:generic/a#b/", "empty segment"},
        {"pkg:generic/a#b//c", "empty segment"},
    }));
    CAPTURE(row.text);
    REQUIRE_REFUSED(parse_purl(row.text), "purl " + printable(row.text) + ": " + row.why);
    REQUIRE_FAULT(parse_purl(row.text), Fault::Malformed);
}

TEST_CASE("packages are the same in any version and for any machine", "[purl]") {
    const Purl purl = parse_purl("pkg:deb/debian/zlib1g@1?arch=amd64").value();
    REQUIRE(same_package(purl, parse_purl("pkg:deb/debian/zlib1g@2?arch=arm64").value()));
    REQUIRE_FALSE(same_package(purl, parse_purl("pkg:deb/ubuntu/zlib1g@1").value()));
    REQUIRE_FALSE(same_package(purl, parse_purl("pkg:apk/debian/zlib1g@1").value()));
    REQUIRE_FALSE(same_package(purl, parse_purl("pkg:deb/debian/zlib1h@1").value()));
}

TEST_CASE("the type says how versions are ordered", "[purl]") {
    const auto scheme = [](const std::string& text) {
        return version_scheme(parse_purl(text).value());
    };
    REQUIRE(scheme("pkg:deb/debian/a") == VersionScheme::Deb);
    REQUIRE(scheme("pkg:apk/alpine/a") == VersionScheme::Apk);
    REQUIRE(scheme("pkg:rpm/fedora/a") == VersionScheme::Rpm);
    REQUIRE(scheme("pkg:golang/a/b") == VersionScheme::Semver);
    REQUIRE(scheme("pkg:npm/a") == VersionScheme::Semver);
    REQUIRE(scheme("pkg:cargo/a") == VersionScheme::Semver);
    REQUIRE(scheme("pkg:pypi/a") == std::nullopt);
    REQUIRE(scheme("pkg:generic/a") == std::nullopt);
}

TEST_CASE("an epoch beside the version is part of it", "[purl]") {
    const auto version = [](const std::string& text) {
        return full_version(parse_purl(text).value());
    };
    REQUIRE(version("pkg:rpm/fedora/a@1.0-2?epoch=3") == "3:1.0-2");
    REQUIRE(version("pkg:deb/debian/a@1.0-2?epoch=3") == "3:1.0-2");
    REQUIRE(version("pkg:deb/debian/a@3:1.0-2?epoch=3") == "3:1.0-2");
    REQUIRE(version("pkg:rpm/fedora/a@1.0-2") == "1.0-2");
    REQUIRE(version("pkg:npm/a@1.0.0?epoch=3") == "1.0.0");
    REQUIRE(version("pkg:rpm/fedora/a?epoch=3").empty());
}
