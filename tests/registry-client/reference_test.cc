#include "registry-client/reference.h"

#include "tests/check.h"

using namespace boltseal;

namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

}  // namespace

TEST_CASE("a reference is shown with everything it stands for", "[reference]") {
    struct Row {
        std::string text;
        std::string printed;
    };
    const auto row = GENERATE(values<Row>({
        {"alpine", "docker.io/library/alpine:latest"},
        {"alpine:3.20", "docker.io/library/alpine:3.20"},
        {"grafana/grafana", "docker.io/grafana/grafana:latest"},
        {"index.docker.io/library/alpine", "docker.io/library/alpine:latest"},
        {"docker.io/alpine", "docker.io/library/alpine:latest"},
        {"localhost/x", "localhost/x:latest"},
        {"localhost:5000/x", "localhost:5000/x:latest"},
        {"127.0.0.1:5000/x:Tag_1.2-3", "127.0.0.1:5000/x:Tag_1.2-3"},
        {"[::1]:5000/x", "[::1]:5000/x:latest"},
        {"ghcr.io/a/b__c/d-e---f.g", "ghcr.io/a/b__c/d-e---f.g:latest"},
        {"host.example:443/x", "host.example:443/x:latest"},
    }));
    const auto reference = parse_reference(row.text);
    INFO(row.text);
    REQUIRE_OK(reference);
    REQUIRE(to_string(*reference) == row.printed);
    REQUIRE(parse_reference(row.printed).value() == *reference);
}

TEST_CASE("a digest needs no tag, and goes beside one", "[reference]") {
    const auto alone = parse_reference("h.example/x@" + kDigest);
    REQUIRE_OK(alone);
    REQUIRE(alone->tag.empty());
    REQUIRE(to_string(*alone) == "h.example/x@" + kDigest);
    const auto both = parse_reference("h.example/x:v1@" + kDigest);
    REQUIRE_OK(both);
    REQUIRE(both->tag == "v1");
    REQUIRE(to_string(*both) == "h.example/x:v1@" + kDigest);
}

TEST_CASE("what is no reference is refused with the reason", "[reference]") {
    struct Row {
        std::string text;
        std::string why;
    };
    const std::string name =
        "repository is not lower-case letters and digits with single separators";
    const std::string host = "registry is no host with an optional port";
    const std::string tag = "tag has other characters than letters, digits and '._-'";
    const auto row = GENERATE_COPY(values<Row>({
        {"Alpine", name},
        {"h.example/", name},
        {"h.example//x", name},
        {"h.example/x/", name},
        {"h.example/../x", name},
        {"h.example/a..b", name},
        {"h.example/a___b", name},
        {"h.example/-a", name},
        {"h.example/a_-b", name},
        {"h.example/\xC3\xA4", name},
        {"https://h.example/x", host},
        {"H.example/x", "registry has upper-case letters"},
        {"h..example/x", host},
        {"-h.example/x", host},
        {"h.example:0/x", host},
        {"h.example:0443/x", host},
        {"h.example:x/x", host},
        {"user@h.example/x", "digest has no algorithm"},
        {"h.example/x:", "tag is not 1 to 128 characters long"},
        {"h.example/x:" + std::string(129, 'a'), "tag is not 1 to 128 characters long"},
        {"h.example/x:-a", tag},
        {"h.example/x:a b", tag},
        {"h.example/" + std::string(250, 'a'), "registry and repository are longer than 255 bytes"},
    }));
    INFO(row.text);
    const auto refused = parse_reference(row.text);
    REQUIRE_FAULT(refused, Fault::Config);
    if (row.text == "user@h.example/x") return;  // the words are core's
    REQUIRE_REFUSED(refused, "reference " + printable(row.text) + ": " + row.why);
}

TEST_CASE("only digests that name a blob are taken", "[reference]") {
    REQUIRE_REFUSED(parse_oci_digest("sha384:" + std::string(96, 'a')),
                    "digest is neither sha256 nor sha512");
    REQUIRE_FAULT(parse_reference("h.example/x@sha256:../../etc"), Fault::Config);
    REQUIRE_FAULT(parse_reference("h.example/x@sha256:" + std::string(64, 'A')), Fault::Config);
    REQUIRE_REFUSED(parse_reference(""), "reference is empty");
}

TEST_CASE("TLS is left out on loopback and where the caller says so", "[reference]") {
    REQUIRE(is_plain_http("localhost", {}));
    REQUIRE(is_plain_http("127.0.0.1:5000", {}));
    REQUIRE(is_plain_http("[::1]:5000", {}));
    REQUIRE_FALSE(is_plain_http("10.0.0.1:5000", {}));
    REQUIRE_FALSE(is_plain_http("localhost.example", {}));
    REQUIRE(is_plain_http("h.example:5000", {"h.example:5000"}));
    REQUIRE(is_plain_http("h.example:5000", {"h.example"}));
    REQUIRE_FALSE(is_plain_http("h.example:5001", {"h.example:5000"}));
}
