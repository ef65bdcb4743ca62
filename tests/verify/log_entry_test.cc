#include "verify/log_entry.h"

#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/bundle_maker.h"
#include "tests/support/test_keys.h"
#include "tests/support/vectors.h"

using namespace boltseal;
using test::edit;
using test::without;
using enum SignatureAlgorithm;

namespace {

const Buffer kMessage = to_buffer("hello world");

HashedRekord record_of(Signer& signer, SignatureAlgorithm algorithm) {
    return {digest_of(kMessage, hash_of(algorithm)),
            signer.sign(kMessage, algorithm).value(),
            signer.public_key(),
            algorithm,
            {}};
}

HashedRekord p256_record() {
    return record_of(test::signer_of(KeyType::EcdsaP256), EcdsaP256Sha256);
}

std::string text_of(const Buffer& bytes) {
    return std::string(as_text(bytes));
}

// The body written out as the profile has it, with the members in the order of RFC 8785.
std::string body_of(const std::string& hash, const HashedRekord& entry,
                    const std::string& verifier) {
    return R"({"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":)"
           R"({"algorithm":")" +
           hash + R"(","digest":")" + to_base64(entry.digest.bytes()) +
           R"("},"signature":{"content":")" + to_base64(entry.signature) + R"(","verifier":)" +
           verifier + "}}}}";
}

std::string key_verifier(const std::string& details, const PublicKey& key) {
    return R"({"keyDetails":")" + details + R"(","publicKey":{"rawBytes":")" +
           to_base64(key.spki()) + R"("}})";
}

constexpr std::string_view kSpec = "spec.hashedRekordV002.";
std::string in_spec(const std::string& path) {
    return std::string(kSpec) + path;
}

Result<HashedRekord> parse(const std::string& body) {
    return parse_entry(as_bytes(body));
}

Result<LogEntry> parse_place(const std::string& json) {
    return parse_log_entry(parse_json(json).value());
}

std::string print(const LogEntry& entry) {
    return to_json(to_json(entry));
}

// A log of three entries; ours is in the middle.
struct Logged {
    test::SmallLog log;
    Buffer body = encode_entry(p256_record()).value();
    LogEntry entry;

    Logged() {
        log.append(to_buffer("one"));
        log.append(body);
        log.append(to_buffer("three"));
        entry = log.prove(1, 3);
    }
    Result<VerifiedCheckpoint> check(const LogEntry& changed) const {
        return check_log_entry(changed, body, log.key());
    }
};

}  // namespace

TEST_CASE("an entry is printed as the profile has it", "[log_entry]") {
    struct Row {
        KeyType key;
        SignatureAlgorithm algorithm;
        const char* hash;
        const char* details;
    };
    const auto row = GENERATE(
        values<Row>({{KeyType::EcdsaP256, EcdsaP256Sha256, "SHA2_256", "PKIX_ECDSA_P256_SHA_256"},
                     {KeyType::EcdsaP384, EcdsaP384Sha384, "SHA2_384", "PKIX_ECDSA_P384_SHA_384"},
                     {KeyType::EcdsaP521, EcdsaP521Sha512, "SHA2_512", "PKIX_ECDSA_P521_SHA_512"},
                     {KeyType::Ed25519, Ed25519ph, "SHA2_512", "PKIX_ED25519_PH"},
                     {KeyType::Rsa, RsaPkcs1Sha256, "SHA2_256", "PKIX_RSA_PKCS1V15_2048_SHA256"},
                     {KeyType::Rsa, RsaPssSha256, "SHA2_256", "PKIX_RSA_PSS_2048_SHA256"}}));
    CAPTURE(row.details);
    const HashedRekord entry = record_of(test::signer_of(row.key), row.algorithm);
    REQUIRE_OK(check_entry(entry));
    const auto body = encode_entry(entry);
    REQUIRE_OK(body);
    REQUIRE(text_of(*body) == body_of(row.hash, entry, key_verifier(row.details, entry.key)));
    const auto parsed = parse_entry(*body);
    REQUIRE_OK(parsed);
    REQUIRE(parsed->key == entry.key);
    REQUIRE(parsed->algorithm == row.algorithm);
    REQUIRE(parsed->digest == entry.digest);
    REQUIRE(parsed->signature == entry.signature);
    REQUIRE(parsed->certificate.empty());
    REQUIRE(encode_entry(*parsed).value() == *body);
}

TEST_CASE("an entry with a certificate names it in place of the key", "[log_entry]") {
    const test::TestCertificate certificate = test::new_certificate();
    HashedRekord entry = p256_record();
    entry.key = parse_certificate(certificate.der).value().key();
    entry.certificate = certificate.der;
    const auto body = encode_entry(entry);
    REQUIRE_OK(body);
    REQUIRE(text_of(*body) == body_of("SHA2_256", entry,
                                      R"({"keyDetails":"PKIX_ECDSA_P256_SHA_256",)"
                                      R"("x509Certificate":{"rawBytes":")" +
                                          to_base64(certificate.der) + R"("}})"));
    const auto parsed = parse_entry(*body);
    REQUIRE_OK(parsed);
    REQUIRE(parsed->certificate == certificate.der);
    REQUIRE(equal(parsed->key.spki(), certificate.spki));
}

TEST_CASE("what a log could not check from a digest is no entry", "[log_entry]") {
    HashedRekord entry = record_of(test::signer_of(KeyType::Ed25519), Ed25519ph);
    entry.algorithm = SignatureAlgorithm::Ed25519;
    REQUIRE_REFUSED(encode_entry(entry),
                    "log entry: a plain Ed25519 signature cannot be logged, Ed25519ph can");
    entry = p256_record();
    entry.digest = digest_of(kMessage, HashAlgorithm::Sha512);
    REQUIRE_REFUSED(encode_entry(entry), "log entry: signature is over another kind of digest");
    entry = p256_record();
    entry.algorithm = EcdsaP384Sha256;
    REQUIRE_REFUSED(encode_entry(entry), "key and signature algorithm have no common name");
    entry = p256_record();
    entry.signature.resize(50'000);
    REQUIRE_REFUSED(encode_entry(entry), "log entry: larger than 65535 bytes");
}

TEST_CASE("the signature of an entry is by its key over its digest", "[log_entry]") {
    HashedRekord entry = p256_record();
    REQUIRE_OK(check_entry(entry));
    entry.digest = digest_of({});
    REQUIRE_REFUSED(check_entry(entry), "ECDSA signature does not verify");
    entry = p256_record();
    entry.key = test::new_signer(KeyType::EcdsaP256)->public_key();
    REQUIRE_REFUSED(check_entry(entry), "ECDSA signature does not verify");
    REQUIRE_FAULT(check_entry(entry), Fault::Untrusted);
}

TEST_CASE("bodies that are not the one spelling are refused", "[log_entry]") {
    const HashedRekord entry = p256_record();
    const std::string good = text_of(encode_entry(entry).value());
    REQUIRE_OK(parse(good));
    const Json data = test::member_at(good, in_spec("data"));
    const Json signature = test::member_at(good, in_spec("signature"));
    const std::string other_order = edit(good, "spec.hashedRekordV002",
                                         Json::object({{"signature", signature}, {"data", data}}));
    REQUIRE(other_order != good);
    const std::string body = GENERATE_COPY(values<std::string>(
        {other_order, good + "\n", " " + good, test::replaced(good, "\"kind\":", "\"kind\": "),
         edit(good, "extra", 1), edit(good, in_spec("data.extra"), Json()),
         edit(good, in_spec("signature.verifier.extra"), "x"),
         edit(good, in_spec("signature.verifier.publicKey.extra"), "x"),
         edit(good, in_spec("data.digest"), to_base64url(entry.digest.bytes())),
         test::replaced(good, "hashedrekord\"", "hashedreko\\u0072d\"")}));
    CAPTURE(body);
    const auto parsed = parse(body);
    REQUIRE_REFUSED(parsed, "log entry: not in its canonical form");
    REQUIRE_FAULT(parsed, Fault::Malformed);
}

TEST_CASE("bodies are refused for the right reason", "[log_entry]") {
    const std::string good = text_of(encode_entry(p256_record()).value());
    const std::string expected = ", expected 'hashedrekord' '0.0.2'";
    const PublicKey& rsa = test::signer_of(KeyType::Rsa).public_key();
    struct Row {
        std::string why;
        std::string body;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"'kind' is missing", "{}"},
        {"'kind' is missing", "null"},
        {"'apiVersion' is missing", without(good, "apiVersion")},
        {"log entry: kind is 'dsse' '0.0.2'" + expected, edit(good, "kind", "dsse")},
        {"log entry: kind is 'hashedrekord' '0.0.1'" + expected, edit(good, "apiVersion", "0.0.1")},
        {"'spec' is missing", without(good, "spec")},
        {"'hashedRekordV002' is missing", edit(good, "spec", Json::object({}))},
        {"'hashedRekordV002' is not an object", edit(good, "spec.hashedRekordV002", Json())},
        {"'data' is missing", without(good, in_spec("data"))},
        {"'signature' is missing", without(good, in_spec("signature"))},
        {"'algorithm' is missing", without(good, in_spec("data.algorithm"))},
        {"unknown hash algorithm 'SHA1'", edit(good, in_spec("data.algorithm"), "SHA1")},
        {"log entry: 'digest': base64 has a character outside its alphabet",
         edit(good, in_spec("data.digest"), "!!!!")},
        {"digest has a wrong length", edit(good, in_spec("data.digest"), "AAAA")},
        {"'content' is not a string", edit(good, in_spec("signature.content"), 1)},
        {"'verifier' is missing", without(good, in_spec("signature.verifier"))},
        {"'publicKey' is missing", without(good, in_spec("signature.verifier.publicKey"))},
        {"'rawBytes' is missing", without(good, in_spec("signature.verifier.publicKey.rawBytes"))},
        {"not a public key in SubjectPublicKeyInfo form",
         edit(good, in_spec("signature.verifier.publicKey.rawBytes"), "AAAA")},
        {"'keyDetails' is missing", without(good, in_spec("signature.verifier.keyDetails"))},
        {"key details 'PKIX_ED25519_PH' do not fit the key",
         edit(good, in_spec("signature.verifier.keyDetails"), "PKIX_ED25519_PH")},
        {"key details 'PKIX_ECDSA_P256_SHA_256' do not fit the key",
         edit(good, in_spec("signature.verifier.publicKey.rawBytes"), to_base64(rsa.spki()))},
        {"unknown member 'publicKey'",
         edit(good, in_spec("signature.verifier.x509Certificate"),
              Json::object({{"rawBytes", to_base64(test::new_certificate().der)}}))},
        {"log entry: larger than 65535 bytes", good + std::string(65536 - good.size(), ' ')},
        {"log entry: not in its canonical form", good + std::string(65535 - good.size(), ' ')},
    }));
    CAPTURE(row.body.substr(0, 1000));
    REQUIRE_REFUSED(parse(row.body), row.why);
    REQUIRE_FAULT(parse(row.body), Fault::Malformed);
}

TEST_CASE("a public key where a certificate belongs is refused", "[log_entry]") {
    const HashedRekord entry = p256_record();
    const std::string body = body_of("SHA2_256", entry,
                                     R"({"keyDetails":"PKIX_ECDSA_P256_SHA_256",)"
                                     R"("x509Certificate":{"rawBytes":")" +
                                         to_base64(entry.key.spki()) + R"("}})");
    REQUIRE_REFUSED(parse(body), "not a certificate");
}

TEST_CASE("a body that hashes with another key is named", "[log_entry]") {
    const std::string good = text_of(encode_entry(p256_record()).value());
    const std::string wide = edit(edit(good, in_spec("data.algorithm"), "SHA2_512"),
                                  in_spec("data.digest"), to_base64(Buffer(64)));
    REQUIRE_REFUSED(parse(wide), "log entry: signature is over another kind of digest");
    const HashedRekord ed = record_of(test::signer_of(KeyType::Ed25519), Ed25519ph);
    const std::string pure = body_of("SHA2_512", ed, key_verifier("PKIX_ED25519", ed.key));
    REQUIRE_REFUSED(parse(pure),
                    "log entry: a plain Ed25519 signature cannot be logged, Ed25519ph can");
}

TEST_CASE("a place in a log prints back", "[log_entry]") {
    const Logged logged;
    const auto parsed = parse_place(print(logged.entry));
    REQUIRE_OK(parsed);
    REQUIRE(print(*parsed) == print(logged.entry));
    REQUIRE(parsed->index == 1);
    REQUIRE(parsed->log_id == logged.log.key().log_id());
    REQUIRE(parsed->proof.path.size() == 2);
    REQUIRE(parsed->head == logged.log.head());
    REQUIRE(parsed->body == logged.body);
    REQUIRE_OK(logged.check(*parsed));
}

TEST_CASE("integers may be numbers, and zero may be left out", "[log_entry]") {
    const std::string json = print(Logged().entry);
    const auto numbers =
        parse_place(edit(edit(edit(json, "logIndex", 1), "inclusionProof.logIndex", 1),
                         "inclusionProof.treeSize", 3));
    REQUIRE_OK(numbers);
    REQUIRE(print(*numbers) == json);

    test::SmallLog log;
    const Buffer body = encode_entry(p256_record()).value();
    const std::string first = print(log.append(body));
    const auto bare = parse_place(without(
        without(without(first, "logIndex"), "inclusionProof.logIndex"), "inclusionProof.hashes"));
    REQUIRE_OK(bare);
    REQUIRE(print(*bare) == first);
    REQUIRE_OK(check_log_entry(*bare, body, log.key()));
    const auto sizeless = parse_place(without(first, "inclusionProof.treeSize"));
    REQUIRE_OK(sizeless);
    REQUIRE_REFUSED(check_log_entry(*sizeless, body, log.key()),
                    "log entry: proof and checkpoint differ in tree size or root");
}

TEST_CASE("what only Rekor v1 gives is read, and null is absent", "[log_entry]") {
    const std::string json = print(Logged().entry);
    const Json unset = GENERATE(values<Json>({Json(), 0, "0"}));
    const auto both =
        parse_place(edit(edit(json, "integratedTime", unset), "inclusionPromise", Json()));
    REQUIRE_OK(both);
    REQUIRE(print(*both) == json);
    const Json promise = Json::object({{"signedEntryTimestamp", "AAAA"}});
    const auto given =
        parse_place(edit(edit(json, "integratedTime", "1766077479"), "inclusionPromise", promise));
    REQUIRE_OK(given);
    REQUIRE(given->claimed_time == Timestamp{1766077479});
    REQUIRE(given->promise == Buffer(3));
    REQUIRE(print(*parse_place(print(*given))) == print(*given));
}

TEST_CASE("a proof, or its checkpoint, may be absent", "[log_entry]") {
    const std::string json = print(Logged().entry);
    const auto bare = parse_place(without(json, "inclusionProof"));
    REQUIRE_OK(bare);
    REQUIRE_FALSE(bare->has_proof);
    REQUIRE(print(*bare) == without(json, "inclusionProof"));
    const auto unsigned_proof = parse_place(without(json, "inclusionProof.checkpoint"));
    REQUIRE_OK(unsigned_proof);
    REQUIRE(unsigned_proof->has_proof);
    REQUIRE(unsigned_proof->checkpoint.empty());
}

TEST_CASE("what is tolerated in a place is noted", "[log_entry]") {
    const std::string good = print(Logged().entry);
    const std::string id = *test::member_at(good, "logId.keyId").as_string();
    std::string text = edit(edit(good, "logIndex", 1), "inclusionProof.x", 1);
    text = edit(text, "logId.keyId", to_base64url(parse_base64(id).value()));
    const Json json = parse_json(text).value();
    Deviations noted;
    REQUIRE_OK(parse_log_entry(ProtoReader(json, noted)));
    const Deviations expected = {
        {"logIndex", "is a number, expected a string"},
        {"logId.keyId", "is base64 in another form than the padded standard one"},
        {"inclusionProof.x", "is unknown"}};
    REQUIRE(noted == expected);
}

TEST_CASE("places in a log are refused for the right reason", "[log_entry]") {
    const std::string good = print(Logged().entry);
    const auto integer = [](const std::string& name) {
        return "'" + name + "' is not a non-negative integer";
    };
    const std::string junk = "': base64 has a character outside its alphabet";
    struct Row {
        std::string why;
        std::string json;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"not an object", "[]"},
        {"'log_index' is spelled in snake_case, expected 'logIndex'", edit(good, "log_index", "1")},
        {integer("integratedTime"), edit(good, "integratedTime", "00")},
        {integer("integratedTime"), edit(good, "integratedTime", "")},
        {integer("integratedTime"), edit(good, "integratedTime", false)},
        {"'integratedTime' is no time", edit(good, "integratedTime", "253402300800")},
        {"'inclusionPromise.signedEntryTimestamp' is missing",
         edit(good, "inclusionPromise", Json::object({}))},
        {"'inclusionPromise.signedEntryTimestamp' is empty",
         edit(good, "inclusionPromise", Json::object({{"signedEntryTimestamp", ""}}))},
        {integer("logIndex"), edit(good, "logIndex", "01")},
        {integer("logIndex"), edit(good, "logIndex", "+1")},
        {integer("logIndex"), edit(good, "logIndex", "-1")},
        {integer("logIndex"), edit(good, "logIndex", -1)},
        {integer("logIndex"), edit(good, "logIndex", 1.0)},
        {integer("logIndex"), edit(good, "logIndex", "1 ")},
        {integer("logIndex"), edit(good, "logIndex", "")},
        {integer("logIndex"), edit(good, "logIndex", true)},
        {integer("logIndex"), edit(good, "logIndex", "18446744073709551616")},
        {integer("inclusionProof.logIndex"), edit(good, "inclusionProof.logIndex", "x")},
        {integer("inclusionProof.treeSize"), edit(good, "inclusionProof.treeSize", "0x3")},
        {"'logId' is missing", without(good, "logId")},
        {"'logId.keyId' is missing", without(good, "logId.keyId")},
        {"hash is not 32 bytes long", edit(good, "logId.keyId", to_base64(Buffer(4)))},
        {"'logId.keyId" + junk, edit(good, "logId.keyId", "!!!!")},
        {"'kindVersion' is missing", without(good, "kindVersion")},
        {"'kindVersion.kind' is missing", without(good, "kindVersion.kind")},
        {"'kindVersion.version' is not a string", edit(good, "kindVersion.version", 2)},
        {"'inclusionProof' is not an object", edit(good, "inclusionProof", "x")},
        {"'inclusionProof.rootHash' is missing", without(good, "inclusionProof.rootHash")},
        {"hash is not 32 bytes long", edit(good, "inclusionProof.rootHash", to_base64(Buffer(33)))},
        {"'inclusionProof.hashes' is not an array", edit(good, "inclusionProof.hashes", 1)},
        {"'inclusionProof.hashes[0]' is not a string",
         edit(good, "inclusionProof.hashes.0", Json())},
        {"hash is not 32 bytes long", edit(good, "inclusionProof.hashes.0", "AAAA")},
        {"'inclusionProof.hashes[1]" + junk, edit(good, "inclusionProof.hashes.1", "!!!!")},
        {"'inclusionProof.checkpoint.envelope' is missing",
         without(good, "inclusionProof.checkpoint.envelope")},
        {"'canonicalizedBody' is missing", without(good, "canonicalizedBody")},
        {"'canonicalizedBody" + junk, edit(good, "canonicalizedBody", "!!!!")},
    }));
    CAPTURE(row.why);
    REQUIRE_REFUSED(parse_place(row.json), row.why);
    REQUIRE_FAULT(parse_place(row.json), Fault::Malformed);
}

TEST_CASE("a body may be as large as Rekor v1's, and no larger", "[log_entry]") {
    const std::string good = print(Logged().entry);
    const std::string limit(std::size_t{22'369'624}, 'A');  // base64 of 16 MiB and two bytes
    const JsonLimits large = {.max_bytes = std::size_t{32} << 20};
    const Json json = parse_json(edit(good, "canonicalizedBody", limit), large).value();
    REQUIRE_REFUSED(parse_log_entry(json), "'canonicalizedBody' is too large");
}

TEST_CASE("a proof has as many hashes as the highest tree, and no more", "[log_entry]") {
    const std::string good = print(Logged().entry);
    Json::Array hashes(64, Json(to_base64(Buffer(32))));
    REQUIRE_OK(parse_place(edit(good, "inclusionProof.hashes", hashes)));
    hashes.push_back(hashes.front());
    REQUIRE_REFUSED(parse_place(edit(good, "inclusionProof.hashes", hashes)),
                    "'inclusionProof.hashes' has more than 64 items");
}

TEST_CASE("an entry that is in the log is proved", "[log_entry]") {
    const Logged logged;
    const auto verified = logged.check(logged.entry);
    REQUIRE_OK(verified);
    REQUIRE(verified->head() == logged.log.head());
    REQUIRE(verified->note() == logged.entry.checkpoint);
}

TEST_CASE("proofs of log entries are refused for the right reason", "[log_entry]") {
    Logged logged;
    const LogEntry good = logged.entry;
    const test::SmallLog other("other.example.com");
    const test::SmallLog impostor("log.example.com");
    const std::string& name = logged.log.key().name;
    struct Row {
        std::string why;
        LogEntry entry;
    };
    const auto changed = [&](const auto& change) {
        LogEntry entry = good;
        change(entry);
        return entry;
    };
    const std::string kind = "', expected 'hashedrekord' or 'dsse' '0.0.2'";
    const std::string differ = "log entry: proof and checkpoint differ in tree size or root";
    const std::vector<Row> rows = {
        {"log entry: is of another log than 'log.example.com'",
         changed([&](LogEntry& e) { e.log_id = impostor.key().log_id(); })},
        {"log entry: kind is 'intoto' '0.0.2" + kind,
         changed([](LogEntry& e) { e.kind = "intoto"; })},
        {"log entry: has no inclusion proof", changed([](LogEntry& e) { e.has_proof = false; })},
        {"log entry: has a time or promise, which Rekor v2 does not give",
         changed([](LogEntry& e) { e.claimed_time = Timestamp{1}; })},
        {"log entry: has a time or promise, which Rekor v2 does not give",
         changed([](LogEntry& e) { e.promise = Buffer(3); })},
        {"log entry: kind is 'hashedrekord' '0.0.1" + kind,
         changed([](LogEntry& e) { e.version = "0.0.1"; })},
        {"log entry: is about another signature, digest or key",
         changed([](LogEntry& e) { e.body.back() ^= 1; })},
        {"log entry: is about another signature, digest or key",
         changed([](LogEntry& e) { e.body.clear(); })},
        {"log entry: index differs from that of its proof",
         changed([](LogEntry& e) { e.index = 2; })},
        {"log entry: note: no empty line before the signatures",
         changed([](LogEntry& e) { e.checkpoint.clear(); })},
        {"log entry: note: not signed by any known key", changed([&](LogEntry& e) {
             e.checkpoint = impostor.sign({name, e.head, {}});
         })},
        {"log entry: checkpoint is of log 'other.example.com', expected 'log.example.com'",
         changed([&](LogEntry& e) {
             e.checkpoint = other.sign({other.key().name, e.head, {}});
         })},
        {"log entry: checkpoint is of log 'other.example.com', expected 'log.example.com'",
         changed([&](LogEntry& e) {
             e.checkpoint = logged.log.sign({other.key().name, e.head, {}});
         })},
        {"log entry: note: signature by 'log.example.com' does not verify",
         changed(
             [](LogEntry& e) { e.checkpoint = test::replaced(e.checkpoint, "\n3\n", "\n4\n"); })},
        {differ, changed([&](LogEntry& e) { e.checkpoint = logged.log.prove(1, 2).checkpoint; })},
        {differ, changed([](LogEntry& e) { e.head.size = 4; })},
        {differ, changed([](LogEntry& e) { e.head.root = hash_leaf({}); })},
        {"log entry: inclusion proof is too long",
         changed([](LogEntry& e) { e.proof.path.push_back(hash_leaf({})); })},
        {"log entry: inclusion proof is too short",
         changed([](LogEntry& e) { e.proof.path.pop_back(); })},
        {"log entry: inclusion proof does not lead to the root",
         changed([](LogEntry& e) { std::swap(e.proof.path[0], e.proof.path[1]); })},
        {"log entry: inclusion proof does not lead to the root",
         changed([](LogEntry& e) { e.index = e.proof.index = 0; })},
        {"log entry: leaf index is beyond the tree",
         changed([](LogEntry& e) { e.index = e.proof.index = 3; })},
        {"log entry: leaf index is beyond the tree",
         changed([](LogEntry& e) { e.index = e.proof.index = UINT64_MAX; })},
        {"log entry: inclusion proof is too long",  // the proof of another size, as of that size
         changed([&](LogEntry& e) {
             const LogEntry smaller = logged.log.prove(1, 2);
             e.head = smaller.head;
             e.checkpoint = smaller.checkpoint;
         })},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        REQUIRE_REFUSED(logged.check(row.entry), row.why);
        REQUIRE_FAULT(logged.check(row.entry), Fault::Untrusted);
    }
}

TEST_CASE("the leaf is what was expected, never what the bundle says", "[log_entry]") {
    const Logged logged;
    const Buffer other = to_buffer("one");  // in the same log, proved
    REQUIRE_REFUSED(check_log_entry(logged.log.prove(0, 3), logged.body, logged.log.key()),
                    "log entry: is about another signature, digest or key");
    LogEntry claims = logged.log.prove(0, 3);
    claims.body = logged.body;
    REQUIRE_REFUSED(logged.check(claims), "log entry: inclusion proof does not lead to the root");
    REQUIRE_OK(check_log_entry(logged.log.prove(0, 3), other, logged.log.key()));
}

// RFC 9162 section 2.1: a leaf of 65 bytes that spells a node is not that node.
TEST_CASE("an inner node is no entry", "[log_entry]") {
    test::SmallLog log;
    log.append(to_buffer("one"));
    log.append(to_buffer("two"));
    Buffer node = to_buffer(hash_leaf(as_bytes("one")).bytes());
    const TreeHash right = hash_leaf(as_bytes("two"));
    node.insert(node.end(), right.bytes().begin(), right.bytes().end());
    LogEntry entry = log.prove(0, 2);
    entry.proof = {0, {}};
    entry.head.size = 1;
    entry.checkpoint = log.sign({log.key().name, entry.head, {}});
    entry.body = node;
    REQUIRE_REFUSED(check_log_entry(entry, node, log.key()),
                    "log entry: inclusion proof does not lead to the root");
}

namespace {

// The log of a trusted root that has this id; its name is the host that it is served from.
NoteKey log_of(const Json& trusted_root, const LogId& id) {
    for (const Json& log : *trusted_root.array_at("tlogs").value()) {
        std::string name = *log.string_at("baseUrl").value();
        name.erase(0, name.find("://") + 3);
        const std::string& spki =
            *log.object_at("publicKey").value()->string_at("rawBytes").value();
        auto key = parse_public_key_der(parse_base64(spki).value());
        if (!key || key->type() != KeyType::Ed25519) continue;
        const NoteKey log_key{name, NoteSignatureType::Ed25519, *key};
        if (log_key.log_id() == id) return log_key;
    }
    FAIL("no such log");
    return test::SmallLog().key();
}

}  // namespace

// sigstore-conformance: entries that the public staging logs have taken.
TEST_CASE("published entries of Rekor v2 are proved", "[log_entry][vectors]") {
    const std::string name = GENERATE("rekor2-happy-path", "rekor2-dsse-happy-path");
    const auto folder = test::require_vectors("sigstore-bundles/" + name);
    CAPTURE(name);
    const Json bundle = test::load_vector(folder / "bundle.sigstore.json");
    const Json material = *bundle.object_at("verificationMaterial").value();
    auto entry = parse_log_entry(material.array_at("tlogEntries").value()->at(0));
    REQUIRE_OK(entry);
    const auto record = parse_entry(entry->body);
    REQUIRE_OK(record);
    REQUIRE_FALSE(record->certificate.empty());
    REQUIRE_OK(check_entry(*record));
    const NoteKey log = log_of(test::load_vector(folder / "trusted_root.json"), entry->log_id);
    const Buffer expected = encode_entry(*record).value();
    REQUIRE_OK(check_log_entry(*entry, expected, log));
    entry->proof.path.pop_back();
    REQUIRE_REFUSED(check_log_entry(*entry, expected, log),
                    "log entry: inclusion proof is too short");
}
