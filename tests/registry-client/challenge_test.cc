#include "registry-client/challenge.h"

#include "tests/check.h"

using namespace boltseal;

TEST_CASE("challenges are read as RFC 9110 writes them", "[challenge]") {
    const auto one = parse_challenges(
        R"(Bearer realm="https://auth.example/token",service="reg \"x\"",SCOPE="repository:a/b:pull,push")");
    REQUIRE_OK(one);
    REQUIRE(one->size() == 1);
    REQUIRE(one->front().scheme == "bearer");
    REQUIRE(one->front().params.at("scope") == "repository:a/b:pull,push");
    REQUIRE(one->front().params.at("service") == "reg \"x\"");

    const auto several = parse_challenges(
        R"(Negotiate dG9rZW4=, Basic realm = "a, b" , charset=UTF-8, Bearer realm="c")");
    REQUIRE_OK(several);
    REQUIRE(several->size() == 3);
    REQUIRE(several->at(0).scheme == "negotiate");
    REQUIRE(several->at(1).params.at("realm") == "a, b");
    REQUIRE(several->at(2).params.at("realm") == "c");
    REQUIRE(parse_challenges("")->empty());
    REQUIRE(parse_challenges("Basic")->size() == 1);
}

TEST_CASE("a broken challenge is refused", "[challenge]") {
    REQUIRE_REFUSED(parse_challenges(R"(Bearer realm="a)"),
                    "challenge has a quoted value without an end");
    REQUIRE_REFUSED(parse_challenges(R"(Bearer realm="a",realm="b")"),
                    "challenge has a parameter twice");
    REQUIRE_REFUSED(parse_challenges("Bearer realm="), "challenge has a parameter without a value");
    REQUIRE_REFUSED(parse_challenges("\"x\""), "challenge has no scheme");
    REQUIRE_REFUSED(parse_challenges(std::string(9000, 'a')),
                    "challenge is longer than 8192 bytes");
}
