#include "core/pem.h"

#include "tests/check.h"

using namespace boltseal;

namespace {

const Buffer kBytes = to_buffer("a sentence that takes more than one line of PEM, which has 64");
const std::string kPem = to_pem("X Y2", kBytes);

}  // namespace

TEST_CASE("what is printed is read back", "[pem]") {
    REQUIRE(kPem.starts_with("-----BEGIN X Y2-----\nYSBzZW50"));
    REQUIRE(kPem.find('\n', 21) == 21 + 64);
    const auto blocks = parse_pem(as_bytes(kPem), 1);
    REQUIRE_OK(blocks);
    REQUIRE(blocks->size() == 1);
    REQUIRE(blocks->front().label == "X Y2");
    REQUIRE(blocks->front().bytes == kBytes);
    REQUIRE(parse_pem(as_bytes(to_pem("E", {})), 1)->front().bytes.empty());
}

TEST_CASE("white space may stand around and between blocks", "[pem]") {
    const std::string two = "\r\n " + kPem + "\n\t" + to_pem("Z", kBytes) + "\n";
    const auto blocks = parse_pem(as_bytes(two), 2);
    REQUIRE_OK(blocks);
    REQUIRE(blocks->size() == 2);
    REQUIRE(blocks->back().label == "Z");
    REQUIRE_REFUSED(parse_pem(as_bytes(two), 1), "PEM file has too many blocks");
}

TEST_CASE("what is not PEM is refused for the right reason", "[pem]") {
    const auto refused = [](const std::string& text) { return parse_pem(as_bytes(text), 4); };
    REQUIRE_REFUSED(refused(""), "not a PEM file");
    REQUIRE_REFUSED(refused(" \n"), "not a PEM file");
    REQUIRE_REFUSED(refused("x" + kPem), "not a PEM file");
    REQUIRE_REFUSED(refused(kPem + "x"), "not a PEM file");
    REQUIRE_REFUSED(refused("-----BEGIN lower-----\n-----END lower-----\n"), "not a PEM file");
    REQUIRE_REFUSED(refused("-----BEGIN X"), "not a PEM file");
    REQUIRE_REFUSED(refused("-----BEGIN X-----\nAAAA\n-----END Y-----\n"), "PEM block has no end");
    REQUIRE_FAULT(refused("-----BEGIN X-----\nAA AA\n-----END X-----\n"), Fault::Malformed);
    REQUIRE_FAULT(refused("-----BEGIN X-----\nAAA\n-----END X-----\n"), Fault::Malformed);
}
