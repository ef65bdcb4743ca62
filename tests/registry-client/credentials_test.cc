#include "registry-client/credentials.h"

#include "core/encoding.h"
#include "core/file.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"

using namespace boltseal;
using namespace boltseal::test;

namespace {

Result<std::optional<Credential>> find(const std::string& file, const std::string& registry,
                                       const std::string& repository = "team/app") {
    return find_credential(as_bytes(file), registry, repository);
}

std::string auth(const std::string& login) {
    return R"({"auth":")" + to_base64(as_bytes(login)) + R"("})";
}

}  // namespace

TEST_CASE("the entry of the longest path decides", "[credentials]") {
    const std::string file = R"({"auths":{"h.example":)" + auth("host:1") +
                             R"(,"h.example/team":)" + auth("team:a:b") +
                             R"(,"https://index.docker.io/v1/":)" + auth("hub:2") + "}}";
    REQUIRE(find(file, "h.example")->value().username == "team");
    REQUIRE(find(file, "h.example")->value().password == "a:b");
    REQUIRE(find(file, "h.example", "other/app")->value().username == "host");
    REQUIRE(find(file, "docker.io")->value().username == "hub");
    REQUIRE_FALSE(find(file, "other.example")->has_value());
    REQUIRE_FALSE(find(file, "xh.example")->has_value());
    REQUIRE(find(R"({"auths":{"h.example":{"identitytoken":"t","auth":"dTo="}}})", "h.example")
                ->value()
                .identity_token == "t");
}

TEST_CASE("a broken credential file is a matter of configuration", "[credentials]") {
    REQUIRE_FAULT(find("{", "h.example"), Fault::Config);
    REQUIRE_REFUSED(find(R"({"auths":{"h.example":{"auth":"%"}}})", "h.example"),
                    "entry 'h.example' has an 'auth' that is not base64");
    REQUIRE_REFUSED(find(R"({"auths":{"h.example":{"auth":"dQ=="}}})", "h.example"),
                    "entry 'h.example' has an 'auth' without a colon");
    REQUIRE_REFUSED(find(R"({"auths":{"h.example":1}})", "h.example"),
                    "entry 'h.example' is no object");
}

TEST_CASE("credential files are asked in the order other tools ask them", "[credentials]") {
    using Paths = std::vector<std::filesystem::path>;
    REQUIRE(credential_files({"", "/run", "/cfg", "/dock", "/home"}) ==
            Paths{"/run/containers/auth.json", "/cfg/containers/auth.json", "/dock/config.json"});
    REQUIRE(credential_files({"", "", "", "", "/home"}) ==
            Paths{"/home/.config/containers/auth.json", "/home/.docker/config.json"});
    REQUIRE(credential_files({"/mine", "/run", "", "", "/home"}) == Paths{"/mine"});

    TempFolder folder;
    REQUIRE_OK(write_file(folder / "b", as_bytes(R"({"auths":{"h":)" + auth("b:1") + "}}")));
    REQUIRE_OK(write_file(folder / "c", as_bytes(R"({"auths":{"h":)" + auth("c:1") + "}}")));
    const auto found = load_credential({folder / "a", folder / "b", folder / "c"}, "h", "x");
    REQUIRE_OK(found);
    REQUIRE(found->value().username == "b");
}
