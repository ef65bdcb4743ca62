#include "verify/checkpoint.h"

#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/bundle_maker.h"

using namespace boltseal;

namespace {

const std::string kRoot = to_base64(hash_leaf(as_bytes("leaf")).bytes());

std::string text_of(const std::string& origin, const std::string& size,
                    const std::string& root = kRoot) {
    return origin + "\n" + size + "\n" + root + "\n";
}

}  // namespace

TEST_CASE("checkpoints print back to the same bytes", "[checkpoint]") {
    const std::string text = GENERATE(values<std::string>(
        {text_of("example.com/log", "0"), text_of("a b+c", "1"),
         text_of("example.com/log", "18446744073709551615"), text_of(std::string(255, 'x'), "42"),
         text_of("example.com/log", "42") + "one\n two \n"}));
    CAPTURE(text);
    const auto checkpoint = parse_checkpoint(text);
    REQUIRE_OK(checkpoint);
    REQUIRE(to_string(*checkpoint) == text);
}

TEST_CASE("a checkpoint is its origin, size, root and extensions", "[checkpoint]") {
    const auto checkpoint = parse_checkpoint(text_of("example.com/log", "42") + "one\ntwo\n");
    REQUIRE_OK(checkpoint);
    REQUIRE(*checkpoint ==
            Checkpoint{"example.com/log", {42, hash_leaf(as_bytes("leaf"))}, {"one", "two"}});
}

TEST_CASE("checkpoints are refused for the right reason", "[checkpoint]") {
    const std::string origin = "example.com/log";
    const std::string early = "checkpoint: ends too early";
    const std::string size = "checkpoint: size is not a decimal number";
    const std::string root = "checkpoint: root is not the base64 of 32 bytes";
    struct Row {
        std::string why;
        std::string text;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {early, ""},
        {early, origin},
        {early, origin + "\n42"},
        {early, origin + "\n42\n"},
        {early, origin + "\n42\n" + kRoot},
        {early, text_of(origin, "42") + "no end"},
        {"checkpoint: origin is empty", text_of("", "42")},
        {"checkpoint: origin is longer than 255 bytes", text_of(std::string(256, 'x'), "42")},
        {size, text_of(origin, "")},
        {size, text_of(origin, "007")},
        {size, text_of(origin, "00")},
        {size, text_of(origin, "+1")},
        {size, text_of(origin, "-1")},
        {size, text_of(origin, " 1")},
        {size, text_of(origin, "1 ")},
        {size, text_of(origin, "1\r")},
        {size, text_of(origin, "0x1")},
        {size, text_of(origin, "1e3")},
        {size, text_of(origin, "18446744073709551616")},
        {root, text_of(origin, "42", "")},
        {root, text_of(origin, "42", to_base64(Buffer(31)))},
        {root, text_of(origin, "42", to_base64(Buffer(33)))},
        {root, text_of(origin, "42", kRoot.substr(0, kRoot.size() - 1))},
        {root, text_of(origin, "42", to_base64url(Buffer(32, 0xFF)))},
        {root, text_of(origin, "42", to_hex(Buffer(32)))},
        {"checkpoint: extension line is empty", text_of(origin, "42") + "\n"},
        {"checkpoint: extension line is empty", text_of(origin, "42") + "one\n\n"},
    }));
    CAPTURE(row.text);
    REQUIRE_REFUSED(parse_checkpoint(row.text), row.why);
    REQUIRE_FAULT(parse_checkpoint(row.text), Fault::Malformed);
}

TEST_CASE("a checkpoint by the log's key is verified as it was signed", "[checkpoint]") {
    const test::SmallLog log;
    const Checkpoint signed_head{log.key().name, {7, hash_leaf({})}, {"extension"}};
    const std::string note = log.sign(signed_head);
    const auto verified = check_checkpoint(as_bytes(note), log.key());
    REQUIRE_OK(verified);
    REQUIRE(verified->checkpoint() == signed_head);
    REQUIRE(verified->head() == signed_head.head);
    REQUIRE(verified->origin() == log.key().name);
    REQUIRE(verified->note() == note);
}

TEST_CASE("checkpoints of other logs and by other keys are refused", "[checkpoint]") {
    const test::SmallLog log("log.example.com");
    const test::SmallLog other("other.example.com");
    const test::SmallLog impostor("log.example.com");
    const TreeHead head{7, hash_leaf({})};

    const auto foreign =
        check_checkpoint(as_bytes(other.sign({other.key().name, head, {}})), log.key());
    REQUIRE_REFUSED(foreign,
                    "checkpoint is of log 'other.example.com', expected 'log.example.com'");
    REQUIRE_FAULT(foreign, Fault::Untrusted);
    // Signed by the right key, but about another log.
    REQUIRE_REFUSED(check_checkpoint(as_bytes(log.sign({other.key().name, head, {}})), log.key()),
                    "checkpoint is of log 'other.example.com', expected 'log.example.com'");
    REQUIRE_REFUSED(
        check_checkpoint(as_bytes(impostor.sign({log.key().name, head, {}})), log.key()),
        "note: not signed by any known key");
    const std::string good = log.sign({log.key().name, head, {}});
    const auto resized =
        check_checkpoint(as_bytes(test::replaced(good, "\n7\n", "\n8\n")), log.key());
    REQUIRE_REFUSED(resized, "note: signature by 'log.example.com' does not verify");
    REQUIRE_FAULT(resized, Fault::Untrusted);
}

TEST_CASE("a witness key does not speak for a log", "[checkpoint]") {
    const test::SmallLog log;
    NoteKey witness = log.key();
    witness.type = NoteSignatureType::Ed25519Cosignature;
    const std::string note = log.sign({log.key().name, {7, hash_leaf({})}, {}});
    REQUIRE_REFUSED(check_checkpoint(as_bytes(note), witness),
                    "a witness key cannot speak for a log");
}

TEST_CASE("a signed note that is no checkpoint is malformed", "[checkpoint]") {
    const test::SmallLog log;
    const auto text = check_checkpoint(as_bytes(log.sign_text("hello\n")), log.key());
    REQUIRE_REFUSED(text, "checkpoint: ends too early");
    REQUIRE_FAULT(text, Fault::Malformed);
    const auto unsigned_text = check_checkpoint(as_bytes(text_of(log.key().name, "7")), log.key());
    REQUIRE_REFUSED(unsigned_text, "note: no empty line before the signatures");
    REQUIRE_FAULT(unsigned_text, Fault::Malformed);
}
