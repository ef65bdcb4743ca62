#include "verify/sigstore_bundle.h"

#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/bundle_maker.h"
#include "tests/support/test_keys.h"

using namespace boltseal;
using test::edit;
using test::without;

namespace {

const Buffer kFile = to_buffer("hello world");

std::string message_bundle() {
    test::SmallLog log;
    return to_string(test::make_message(kFile, test::signer_of(KeyType::EcdsaP256), &log));
}

std::string dsse_bundle() {
    test::SmallLog log;
    return to_string(test::make_dsse(test::statement_about(digest_of(kFile)),
                                     test::signer_of(KeyType::EcdsaP256), &log));
}

Result<SigstoreBundle> parse(const std::string& text) {
    return parse_bundle(as_bytes(text));
}

}  // namespace

TEST_CASE("bundles of both kinds print back", "[sigstore_bundle]") {
    const std::string text = GENERATE(as<std::string>{}, message_bundle(), dsse_bundle());
    CAPTURE(text);
    const auto bundle = parse(text);
    REQUIRE_OK(bundle);
    REQUIRE(bundle->key_hint == key_hint(test::signer_of(KeyType::EcdsaP256).public_key()));
    REQUIRE(bundle->log_entries.size() == 1);
    REQUIRE(to_string(*bundle) == text);
}

TEST_CASE("what a bundle need not have may be absent or empty", "[sigstore_bundle]") {
    std::string text = message_bundle();
    text = without(text, "verificationMaterial.publicKey.hint");
    text = without(text, "verificationMaterial.tlogEntries");
    text = without(text, "messageSignature.messageDigest");
    const auto bundle = parse(text);
    REQUIRE_OK(bundle);
    REQUIRE(bundle->key_hint.empty());
    REQUIRE(bundle->log_entries.empty());
    REQUIRE_FALSE(std::get<MessageSignature>(bundle->content).claimed_digest);
    REQUIRE(to_string(*bundle) == text);
    const std::string timestamps = "verificationMaterial.timestampVerificationData";
    const Json none =
        GENERATE(Json(Json::Object{}), Json::object({{"rfc3161Timestamps", Json::Array{}}}));
    REQUIRE_OK(parse(
        edit(edit(text, timestamps, none), "verificationMaterial.tlogEntries", Json::Array{})));
}

TEST_CASE("the older spelling of version 0.3 is read, and the newer one written",
          "[sigstore_bundle]") {
    const std::string text = message_bundle();
    const auto older =
        parse(edit(text, "mediaType", "application/vnd.dev.sigstore.bundle+json;version=0.3"));
    REQUIRE_OK(older);
    REQUIRE(to_string(*older) == text);
}

TEST_CASE("bundles of other versions are refused by name", "[sigstore_bundle]") {
    const std::string type = GENERATE(values<std::string>(
        {"application/vnd.dev.sigstore.bundle.v0.4+json",
         "application/vnd.dev.sigstore.bundle+json",
         "Application/vnd.dev.sigstore.bundle.v0.3+json",
         "application/vnd.dev.sigstore.bundle.v0.3+json ", "application/json", ""}));
    REQUIRE_REFUSED(parse(edit(message_bundle(), "mediaType", type)),
                    "bundle: media type '" + type + "' is not read");
}

TEST_CASE("bundles are refused for the right reason", "[sigstore_bundle]") {
    const std::string good = message_bundle();
    const std::string dsse = dsse_bundle();
    const std::string material = "verificationMaterial.";
    const Json raw = Json::object({{"rawBytes", to_base64(test::new_certificate().der)}});
    const std::string keyless = without(good, material + "publicKey");
    const auto chain = [&](Json::Array certificates) {
        return Json::object({{"certificates", std::move(certificates)}});
    };
    const auto version = [](const std::string& text, const char* number) {
        return edit(text, "mediaType",
                    std::string("application/vnd.dev.sigstore.bundle+json;version=") + number);
    };
    const auto one_of = [](const char* count) {
        return "bundle: has " + std::string(count) +
               " of key, certificate and certificate chain, expected one";
    };
    const auto stamped = [&](Json::Array timestamps) {
        return edit(good, material + "timestampVerificationData",
                    Json::object({{"rfc3161Timestamps", std::move(timestamps)}}));
    };
    const Json stamp = Json::object({{"signedTimestamp", "AAAA"}});
    struct Row {
        std::string why;
        std::string text;
    };
    const std::vector<Row> rows = {
        {"bundle: not valid JSON: syntax error at byte 1", ""},
        {"not an object", "[]"},
        {"not an object", "null"},
        {"'mediaType' is missing", without(good, "mediaType")},
        {"'mediaType' is missing", edit(good, "mediaType", Json())},
        {"'mediaType' is not a string", edit(good, "mediaType", 3)},
        {"'media_type' is spelled in snake_case, expected 'mediaType'",
         edit(good, "media_type", "x")},
        {"'message_signature' is spelled in snake_case, expected 'messageSignature'",
         edit(good, "message_signature", Json())},
        {"'verificationMaterial' is missing", without(good, "verificationMaterial")},
        {"'verificationMaterial' is not an object", edit(good, "verificationMaterial", "x")},
        {one_of("0"), keyless},
        {one_of("2"), edit(good, material + "certificate", raw)},
        {one_of("2"), edit(good, material + "x509CertificateChain", chain({raw}))},
        {one_of("3"), edit(edit(good, material + "certificate", raw),
                           material + "x509CertificateChain", chain({raw}))},
        {"bundle: version 0.3 has a certificate chain, expected a single certificate",
         edit(keyless, material + "x509CertificateChain", chain({raw}))},
        {"bundle: has a single certificate, which only version 0.3 does",
         version(edit(keyless, material + "certificate", raw), "0.2")},
        {"bundle: carries a root certificate", edit(keyless, material + "certificate", raw)},
        {"bundle: carries a root certificate",
         version(edit(keyless, material + "x509CertificateChain", chain({raw})), "0.2")},
        {"'verificationMaterial.x509CertificateChain.certificates' is empty",
         version(edit(keyless, material + "x509CertificateChain", chain({})), "0.2")},
        {"'verificationMaterial.x509CertificateChain.certificates' has more than 16 items",
         version(edit(keyless, material + "x509CertificateChain", chain(Json::Array(17, raw))),
                 "0.2")},
        {"not a certificate",
         edit(keyless, material + "certificate", Json::object({{"rawBytes", "AAAA"}}))},
        {"bundle: version 0.1 has no promise of a log", version(good, "0.1")},
        {"bundle: has a log entry without an inclusion proof and its checkpoint",
         without(good, material + "tlogEntries.0.inclusionProof")},
        {"bundle: has a log entry without an inclusion proof and its checkpoint",
         version(without(good, material + "tlogEntries.0.inclusionProof.checkpoint"), "0.2")},
        {"'verificationMaterial.tlog_entries' is spelled in snake_case, expected 'tlogEntries'",
         edit(good, material + "tlog_entries", Json::Array{})},
        {"'verificationMaterial.publicKey' is not an object",
         edit(good, material + "publicKey", "x")},
        {"'verificationMaterial.publicKey.hint' is not a string",
         edit(good, material + "publicKey.hint", 1)},
        {"'verificationMaterial.tlogEntries' is not an array",
         edit(good, material + "tlogEntries", "x")},
        {"'verificationMaterial.tlogEntries[0]' is not an object",
         edit(good, material + "tlogEntries", Json::array({Json()}))},
        {"'verificationMaterial.timestampVerificationData' is not an object",
         edit(good, material + "timestampVerificationData", "x")},
        {"'verificationMaterial.timestampVerificationData.rfc3161Timestamps[0].signedTimestamp' "
         "is missing",
         stamped({Json(Json::Object{})})},
        {"'verificationMaterial.timestampVerificationData.rfc3161Timestamps' has more than 32 "
         "items",
         stamped(Json::Array(33, stamp))},
        {"bundle: has the same timestamp twice", stamped({stamp, stamp})},
        {"bundle: has both a message signature and an envelope",
         edit(good, "dsseEnvelope", test::member_at(dsse, "dsseEnvelope"))},
        {"'dsseEnvelope' is missing", without(good, "messageSignature")},
        {"'dsseEnvelope' is not an object", edit(dsse, "dsseEnvelope", 1)},
        {"'messageSignature' is not an object", edit(good, "messageSignature", 1)},
        {"'messageSignature.signature' is missing", without(good, "messageSignature.signature")},
        {"'messageSignature.signature': base64 has a character outside its alphabet",
         edit(good, "messageSignature.signature", "AA AAAA=")},
        {"'messageSignature.messageDigest' is not an object",
         edit(good, "messageSignature.messageDigest", 1)},
        {"'messageSignature.messageDigest.algorithm' is missing",
         without(good, "messageSignature.messageDigest.algorithm")},
        {"unknown hash algorithm 'SHA1'",
         edit(good, "messageSignature.messageDigest.algorithm", "SHA1")},
        {"'messageSignature.messageDigest.digest' is missing",
         without(good, "messageSignature.messageDigest.digest")},
        {"digest has a wrong length", edit(good, "messageSignature.messageDigest.digest", "AAAA")},
        {"'messageSignature.messageDigest.digest': base64 has unused bits that are set",
         edit(good, "messageSignature.messageDigest.digest", "AB==")},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why, row.text);
        REQUIRE_REFUSED(parse(row.text), row.why);
        REQUIRE_FAULT(parse(row.text), Fault::Malformed);
    }
}

TEST_CASE("what is tolerated in a bundle is noted, where it stands", "[sigstore_bundle]") {
    const std::string good = message_bundle();
    REQUIRE(parse(good)->deviations.empty());
    std::string text =
        edit(good, "mediaType", "application/vnd.dev.sigstore.bundle+json;version=0.2");
    text = edit(text, "verificationMaterial.publicKey.rawBytes", "AAAA");
    text = edit(text, "verificationMaterial.tlogEntries.0.logIndex", 0);
    text = edit(text, "dsseEnvelope", Json());
    text = without(text, "messageSignature.messageDigest");
    const auto bundle = parse(text);
    REQUIRE_OK(bundle);
    const Deviations expected = {
        {"mediaType", "is 'application/vnd.dev.sigstore.bundle+json;version=0.2', expected '" +
                          std::string(kBundleMediaType) + "'"},
        {"verificationMaterial.publicKey.rawBytes", "is unknown"},
        {"verificationMaterial.tlogEntries[0].logIndex", "is a number, expected a string"},
        {"dsseEnvelope", "is null, which means absent"},
        {"messageSignature.messageDigest", "is missing"}};
    REQUIRE(bundle->deviations == expected);
    REQUIRE(bundle->version == BundleVersion::V02);
}

TEST_CASE("log entries are counted before any is read", "[sigstore_bundle]") {
    const std::string good = message_bundle();
    const std::string entries = "verificationMaterial.tlogEntries";
    const Json entry = test::member_at(good, entries + ".0");
    Json::Array many;
    for (int i = 0; i < 32; ++i) {
        many.push_back(parse_json(edit(to_json(entry), "logIndex", std::to_string(i))).value());
    }
    REQUIRE_OK(parse(edit(good, entries, many)));
    REQUIRE_REFUSED(parse(edit(good, entries, Json::Array(33, Json()))),
                    "'verificationMaterial.tlogEntries' has more than 32 items");
}

TEST_CASE("no truncation of a bundle is read", "[sigstore_bundle]") {
    const std::string good = dsse_bundle();
    for (std::size_t size = 0; size < good.size(); ++size) {
        CAPTURE(size);
        REQUIRE_FAULT(parse(good.substr(0, size)), Fault::Malformed);
    }
}

TEST_CASE("a bundle may be 32 MiB large and no more, and more than other JSON",
          "[sigstore_bundle]") {
    const std::string good = message_bundle();
    const std::size_t limit = std::size_t{32} << 20;
    REQUIRE_OK(parse(good + std::string(std::size_t{5} << 20, ' ')));
    REQUIRE_REFUSED(parse(good + std::string(limit - good.size() + 1, ' ')),
                    "bundle: not valid JSON: larger than 33554432 bytes");
}
