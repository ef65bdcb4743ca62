#include "registry-client/range_answer.h"

#include "tests/check.h"

using namespace boltseal;

namespace {

Response head(int status, std::vector<Header> headers) {
    Response out;
    out.status = status;
    out.headers = std::move(headers);
    return out;
}

const std::string kWhat = "the answer to a range request ";

}  // namespace

TEST_CASE("Content-Range is read as the RFC has it", "[range]") {
    REQUIRE(parse_content_range("bytes 0-99/1234") == ContentRange{{0, 100}, 1234});
    REQUIRE(parse_content_range("bytes 7-7/*") == ContentRange{{7, 8}, std::nullopt});
    for (const char* bad :
         {"", "bytes", "bytes 0-99", "bytes 0-99/", "bytes */99", "bytes 9-8/99", "bytes 0-99/99",
          "bytes 0-9/10 ", "items 0-9/10", "bytes -9/10", "bytes 0 -9/10", "bytes 0-+9/10",
          "bytes 0-18446744073709551615/*", "bytes 0-99999999999999999999/*"}) {
        INFO(bad);
        REQUIRE_FALSE(parse_content_range(bad));
    }
}

TEST_CASE("an answer is a part of what was asked, or the whole", "[range]") {
    const Extent asked{100, 200};
    const auto ranged = [](const char* value) { return head(206, {{"content-range", value}}); };
    REQUIRE(check_range_answer(ranged("bytes 100-199/500"), asked, 500).value() == asked);
    REQUIRE(check_range_answer(ranged("bytes 100-149/*"), asked, 500)->to == 150);
    REQUIRE(check_range_answer(head(200, {}), asked, 500).value() == Extent{0, 500});
    REQUIRE_OK(check_range_answer(head(200, {{"content-length", "500"}}), asked, 500));
    REQUIRE_REFUSED(check_range_answer(ranged("bytes 101-199/500"), asked, 500),
                    kWhat + "has bytes 101-199, expected 100-199");
    REQUIRE_REFUSED(check_range_answer(ranged("bytes 100-200/500"), asked, 500),
                    kWhat + "has bytes 100-200, expected 100-199");
    REQUIRE_REFUSED(check_range_answer(ranged("bytes 100-199/501"), asked, 500),
                    kWhat + "is of a blob of 501 bytes, expected 500");
    REQUIRE_REFUSED(check_range_answer(head(206, {}), asked, 500),
                    kWhat + "does not say which bytes it has");
    REQUIRE_REFUSED(check_range_answer(head(200, {{"content-length", "499"}}), asked, 500),
                    kWhat + "has 499 bytes, expected 500");
    REQUIRE_REFUSED(check_range_answer(head(206, {{"content-range", "bytes 100-199/500"},
                                                  {"content-length", "99"}}),
                                       asked, 500),
                    kWhat + "has 99 bytes, expected 100");
    REQUIRE_REFUSED(check_range_answer(head(204, {}), asked, 500),
                    kWhat + "has status 204, expected 206");
    REQUIRE_REFUSED(check_range_answer(head(200, {{"content-encoding", "gzip"}}), asked, 500),
                    kWhat + "is encoded");
    REQUIRE_OK(check_range_answer(head(200, {{"content-encoding", "identity"}}), asked, 500));
}
