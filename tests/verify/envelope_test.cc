#include "verify/envelope.h"

#include "tests/check.h"
#include "tests/support/bundle_maker.h"
#include "tests/support/test_keys.h"

using namespace boltseal;
using test::edit;
using test::without;

namespace {

// github.com/secure-systems-lab/dsse, protocol.md, "Test Vectors": payload and type, with a
// signature of our own where theirs is r || s.
const std::string kJson =
    R"({"payload":"aGVsbG8gd29ybGQ=","payloadType":"http://example.com/HelloWorld",)"
    R"("signatures":[{"sig":"c2ln","keyid":"test"}]})";

Result<Envelope> parse(const std::string& json) {
    return parse_envelope(parse_json(json).value());
}

}  // namespace

TEST_CASE("the pre-authentication encoding is that of the DSSE vector", "[envelope]") {
    const auto pae = [](std::string_view type, std::string_view body) {
        return std::string(as_text(pre_authentication_encoding(type, as_bytes(body))));
    };
    REQUIRE(pae("http://example.com/HelloWorld", "hello world") ==
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    REQUIRE(pae("", "") == "DSSEv1 0  0 ");
    REQUIRE(pae("\xC3\xA9", "0123456789") == "DSSEv1 2 \xC3\xA9 10 0123456789");
    // Where one ends and the next begins is signed as well.
    REQUIRE(pae("a", "b 1 c") != pae("a 5 b", "c"));
}

TEST_CASE("an envelope prints back, with its key id only if it has one", "[envelope]") {
    const auto envelope = parse(kJson);
    REQUIRE_OK(envelope);
    REQUIRE(as_text(envelope->payload) == "hello world");
    REQUIRE(envelope->payload_type == "http://example.com/HelloWorld");
    REQUIRE(as_text(envelope->signature) == "sig");
    REQUIRE(envelope->key_id == "test");
    REQUIRE(to_json(to_json(*envelope)) == kJson);

    const auto unnamed = parse(without(kJson, "signatures.0.keyid"));
    REQUIRE_OK(unnamed);
    REQUIRE(unnamed->key_id.empty());
    REQUIRE(to_json(to_json(*unnamed)) == without(kJson, "signatures.0.keyid"));
}

TEST_CASE("readers of envelopes take both alphabets of base64, padded or not", "[envelope]") {
    const auto* const text = GENERATE("+/8=", "+/8", "-_8", "-_8=");
    const auto envelope = parse(edit(edit(kJson, "payload", text), "signatures.0.sig", text));
    CAPTURE(text);
    REQUIRE_OK(envelope);
    REQUIRE(envelope->payload == Buffer{0xFB, 0xFF});
    REQUIRE(envelope->signature == Buffer{0xFB, 0xFF});
}

TEST_CASE("envelopes are refused for the right reason", "[envelope]") {
    const Json signature = test::member_at(kJson, "signatures.0");
    struct Row {
        std::string why;
        std::string json;
    };
    const std::string junk = "': base64 has a character outside its alphabet";
    const auto row = GENERATE_COPY(values<Row>({
        {"not an object", "[]"},
        {"not an object", "null"},
        {"'payload_type' is spelled in snake_case, expected 'payloadType'",
         edit(kJson, "payload_type", "x")},
        {"'payload' is missing", without(kJson, "payload")},
        {"'payloadType' is missing", without(kJson, "payloadType")},
        {"'signatures' has 0 signatures, expected one", without(kJson, "signatures")},
        {"'payload' is missing", edit(kJson, "payload", Json())},
        {"'payload' is not a string", edit(kJson, "payload", 1)},
        {"'payloadType' is not a string", edit(kJson, "payloadType", 1)},
        {"'signatures' is not an array", edit(kJson, "signatures", signature)},
        {"'signatures' has 0 signatures, expected one", edit(kJson, "signatures", Json::array({}))},
        {"'signatures' has 2 signatures, expected one",
         edit(kJson, "signatures", Json::array({signature, signature}))},
        {"'signatures' has more than 32 items",
         edit(kJson, "signatures", Json::Array(33, signature))},
        {"'signatures[0]' is not an object", edit(kJson, "signatures.0", Json())},
        {"'signatures[0].sig' is missing", without(kJson, "signatures.0.sig")},
        {"'signatures[0].sig' is missing", edit(kJson, "signatures.0.sig", Json())},
        {"'signatures[0].keyid' is not a string", edit(kJson, "signatures.0.keyid", 7)},
        {"'payload" + junk, edit(kJson, "payload", "aGV bG8gAAA=")},
        {"'payload" + junk, edit(kJson, "payload", "aGV\nbG8gAAA=")},
        {"'signatures[0].sig" + junk, edit(kJson, "signatures.0.sig", "c2l!")},
        {"'signatures[0].sig': base64 has unused bits that are set",
         edit(kJson, "signatures.0.sig", "c2lnZz")},
    }));
    CAPTURE(row.json);
    REQUIRE_REFUSED(parse(row.json), row.why);
    REQUIRE_FAULT(parse(row.json), Fault::Malformed);
}

TEST_CASE("what is tolerated in an envelope is noted", "[envelope]") {
    std::string text = edit(edit(kJson, "extra", Json()), "signatures.0.cert", "x");
    text = edit(text, "signatures.0.keyid", Json());
    const Json json = parse_json(text).value();
    Deviations noted;
    REQUIRE_OK(parse_envelope(ProtoReader(json, noted)));
    const Deviations expected = {{"extra", "is unknown"},
                                 {"signatures[0].cert", "is unknown"},
                                 {"signatures[0].keyid", "is null, which means absent"}};
    REQUIRE(noted == expected);
}

TEST_CASE("a signature is over payload and type, and by one key", "[envelope]") {
    Signer& signer = test::signer_of(KeyType::EcdsaP256);
    const auto algorithm = SignatureAlgorithm::EcdsaP256Sha256;
    Envelope envelope{to_buffer("hello world"), std::string(kInTotoPayloadType), {}, ""};
    envelope.signature =
        signer.sign(pre_authentication_encoding(envelope.payload_type, envelope.payload), algorithm)
            .value();
    REQUIRE_OK(check_envelope(envelope, signer.public_key(), algorithm));

    const std::string why = "ECDSA signature does not verify";
    Envelope changed = envelope;
    changed.payload.back() ^= 1;
    REQUIRE_REFUSED(check_envelope(changed, signer.public_key(), algorithm), why);
    changed = envelope;
    changed.payload_type = "application/json";
    REQUIRE_REFUSED(check_envelope(changed, signer.public_key(), algorithm), why);
    const auto other = test::new_signer(KeyType::EcdsaP256);
    REQUIRE_REFUSED(check_envelope(envelope, other->public_key(), algorithm), why);
    changed = envelope;  // over the bare payload, as if it were no envelope
    changed.signature = signer.sign(envelope.payload, algorithm).value();
    REQUIRE_REFUSED(check_envelope(changed, signer.public_key(), algorithm), why);
    REQUIRE_FAULT(check_envelope(changed, signer.public_key(), algorithm), Fault::Untrusted);
}
