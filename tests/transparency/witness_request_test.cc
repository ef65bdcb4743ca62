#include "transparency/witness_request.h"

#include "core/encoding.h"
#include "tests/check.h"

using namespace boltseal;

namespace {

const std::string kHash = to_base64(hash_empty().bytes());
const std::string kNote = "log.example\n3\n" + kHash + "\n\n\u2014 log.example AAAAAAE=\n";

}  // namespace

TEST_CASE("a request to a witness has one spelling", "[witness_request]") {
    for (const std::string& text :
         {"old 0\n\n" + kNote, "old 2\n" + kHash + "\n\n" + kNote,
          "old 18446744073709551615\n" + kHash + '\n' + kHash + "\n\n" + kNote}) {
        CAPTURE(text);
        const auto request = parse_add_checkpoint(as_bytes(text));
        REQUIRE_OK(request);
        REQUIRE(request->note == kNote);
        REQUIRE(to_string(*request) == text);
    }
}

TEST_CASE("a request to a witness is refused with the reason", "[witness_request]") {
    std::string long_proof = "old 1\n";
    for (int i = 0; i < 64; ++i) long_proof += kHash + '\n';
    struct Row {
        std::string why;
        std::string text;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"request ends too early", ""},
        {"request ends too early", "old 1"},
        {"request ends too early", "old 1\n" + kHash + '\n'},
        {"request does not start with 'old '", "new 1\n\n" + kNote},
        {"request does not start with 'old '", "old\n\n" + kNote},
        {"size is not a decimal number", "old 01\n\n" + kNote},
        {"size is not a decimal number", "old +1\n\n" + kNote},
        {"size is not a decimal number", "old 1 \n\n" + kNote},
        {"size is not a decimal number", "old 18446744073709551616\n\n" + kNote},
        {"hash of the proof is not the base64 of 32 bytes", "old 1\nAAAA\n\n" + kNote},
        {"hash of the proof is not the base64 of 32 bytes",
         "old 1\n" + kHash.substr(0, 43) + "\n\n" + kNote},
        {"proof has more than 63 hashes", long_proof + '\n' + kNote},
        {"request is larger than 256 KiB", "old 1\n\n" + std::string(256 << 10, 'a')},
    }));
    CAPTURE(row.text);
    REQUIRE_REFUSED(parse_add_checkpoint(as_bytes(row.text)), row.why);
}

TEST_CASE("the size of a tree has one spelling", "[witness_request]") {
    REQUIRE(parse_tree_size("0\n").value() == 0);
    REQUIRE(print_tree_size(parse_tree_size("18446744073709551615\n").value()) ==
            "18446744073709551615\n");
    REQUIRE_REFUSED(parse_tree_size("7"), "size has no line end");
    REQUIRE_REFUSED(parse_tree_size(""), "size has no line end");
    for (const char* text : {"\n", "07\n", "7\n\n", " 7\n", "-7\n", "7 \n"}) {
        CAPTURE(text);
        REQUIRE_REFUSED(parse_tree_size(text), "size is not a decimal number");
    }
}
