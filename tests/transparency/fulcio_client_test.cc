// Answers of certificate authorities, good and bad. The real Fulcio is asked in
// tests/interop/fulcio.sh.
#include "core/encoding.h"
#include "core/json.h"
#include "net/http_client.h"
#include "sign/private_key.h"
#include "tests/check.h"
#include "tests/support/scripted_server.h"
#include "tests/support/test_ca.h"
#include "transparency/identity_signer.h"
#include "transparency/fulcio_client.h"

using namespace boltseal;
using namespace boltseal::test;

namespace {

std::string token_saying(std::string_view claims) {
    return to_base64url(as_bytes(R"({"alg":"ES256"})")) + "." + to_base64url(as_bytes(claims)) +
           ".c2lnbmF0dXJl";
}
const std::string kToken =
    token_saying(R"({"sub":"1","email":"signer@example.com","email_verified":true})");

Json body_of(const std::string& request) {
    return parse_json(request.substr(request.find("\r\n\r\n") + 4)).value();
}

PublicKey key_in(const Json& body) {
    const Json& key = *body.find("publicKeyRequest")->find("publicKey");
    return parse_public_key_pem(as_bytes(**key.string_at("content"))).value();
}

std::string chain_answer(const std::string& member, const std::vector<std::string>& pems) {
    Json::Array certificates(pems.begin(), pems.end());
    const Json chain = Json::object({{"certificates", std::move(certificates)}});
    return answer_text("200 OK", "Content-Type: application/json\r\n",
                       to_json(Json::object({{member, Json::object({{"chain", chain}})}})));
}

// Certifies every key that asks.
struct Fulcio {
    TestCa ca;
    std::string member = "signedCertificateEmbeddedSct";
    AnsweringServer server{[this](const std::string& request) { return certify(request); }};

    std::string certify(const std::string& request) const {
        CertificateSpec leaf = leaf_spec();
        leaf.key = key_in(body_of(request));
        return chain_answer(member, {to_pem(ca.issue(leaf).certificate), to_pem(ca.certificate())});
    }
};

Result<Certificate> ask(const std::string& url, Signer& signer, const std::string& token = kToken) {
    HttpClient http;
    return fetch_certificate(http, url, token, signer, {});
}

std::unique_ptr<PrivateKey> make_key() {
    return generate_key(KeyType::EcdsaP256).value();
}

}  // namespace

TEST_CASE("whom a token names", "[fulcio_client]") {
    struct Row {
        const char* claims;
        const char* subject;
    };
    const auto row = GENERATE(values<Row>({
        {R"({"sub":"repo:example/app"})", "repo:example/app"},
        {R"({"sub":"1","email":"a@example.com","email_verified":true})", "a@example.com"},
        {R"({"sub":"1","email":"a@example.com","email_verified":"true"})", "a@example.com"},
    }));
    const auto subject = subject_of_token(token_saying(row.claims));
    REQUIRE_OK(subject);
    REQUIRE(*subject == row.subject);
}

TEST_CASE("tokens that name nobody are refused", "[fulcio_client]") {
    struct Row {
        std::string token;
        const char* why;
    };
    const auto row = GENERATE(values<Row>({
        {"", "not a JWT"},
        {"a.b", "not a JWT"},
        {"a.!.c", "not a JWT"},
        {kToken + ".d", "not a JWT"},
        {std::string(70'000, 'a') + ".e30.c", "not a JWT"},
        {token_saying("[]"), "its claims are no JSON object"},
        {token_saying("{}"), "it names nobody"},
        {token_saying(R"({"sub":""})"), "it names nobody"},
        {token_saying(R"({"sub":"1","email":7})"), "its email is no text"},
        {token_saying(R"({"sub":"1","email":"a@example.com"})"),
         "its issuer has not verified the email"},
        {token_saying(R"({"sub":"1","email":"a@example.com","email_verified":"false"})"),
         "its issuer has not verified the email"},
    }));
    CAPTURE(row.token.substr(0, 100));
    REQUIRE_REFUSED(subject_of_token(row.token), std::string("identity token: ") + row.why);
}

TEST_CASE("a key is certified by proving that one has it", "[fulcio_client]") {
    Fulcio fulcio;
    fulcio.member = GENERATE("signedCertificateEmbeddedSct", "signedCertificateDetachedSct");
    const std::string end = GENERATE("", "/");
    const auto key = make_key();
    const auto certificate = ask(fulcio.server.url(end), *key);
    REQUIRE_OK(certificate);
    REQUIRE(certificate->key() == key->public_key());
    const std::string request = fulcio.server.requests().at(0);
    REQUIRE(request.starts_with("POST /api/v2/signingCert HTTP/1.1\r\n"));
    REQUIRE(request.find("Authorization: Bearer " + kToken + "\r\n") != std::string::npos);
    const Json body = body_of(request);
    const Json& asked = *body.find("publicKeyRequest");
    REQUIRE(*asked.find("publicKey")->string_at("algorithm").value() == "ECDSA");
    const Buffer proof = parse_base64(**asked.string_at("proofOfPossession")).value();
    REQUIRE_OK(check_signature(key->public_key(), SignatureAlgorithm::EcdsaP256Sha256,
                               as_bytes("signer@example.com"), proof));
}

TEST_CASE("what an authority answers is no certificate before it fits", "[fulcio_client]") {
    const auto key = make_key();
    const TestCa ca;
    struct Row {
        std::string answer;
        Fault fault;
        std::string why;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {answer_text("400 Bad Request", "", R"({"code":3,"message":"token has\nexpired"})"),
         Fault::Declined, "it answered 400: 'token has\\x0aexpired'"},
        {answer_text("401 Unauthorized", "", "<html>"), Fault::Declined, "it answered 401"},
        {answer_text("503 Busy", "", ""), Fault::Io, "it answered 503"},
        {answer_text("200 OK", "", "{}"), Fault::Malformed, "its answer has no certificate"},
        {chain_answer("signedCertificateEmbeddedSct", {}), Fault::Malformed,
         "its answer has no certificate"},
        {chain_answer("signedCertificateEmbeddedSct", {to_pem(ca.issue(leaf_spec()).certificate)}),
         Fault::Malformed, "its certificate is for another key"},
    }));
    CAPTURE(row.why);
    AnsweringServer server([&](const std::string&) { return row.answer; });
    const auto certificate = ask(server.url(""), *key);
    REQUIRE_REFUSED(certificate, "certificate authority '" + server.url("") + "': " + row.why);
    REQUIRE_FAULT(certificate, row.fault);
}

TEST_CASE("no authority is asked with what is no token", "[fulcio_client]") {
    Fulcio fulcio;
    const auto certificate = ask(fulcio.server.url(""), *make_key(), "nonsense");
    REQUIRE_REFUSED(certificate, "certificate authority '" + fulcio.server.url("") +
                                     "': identity token: not a JWT");
    REQUIRE_FAULT(certificate, Fault::Config);
    REQUIRE(fulcio.server.connections() == 0);
}

TEST_CASE("a token does not leave this machine without TLS", "[fulcio_client]") {
    const auto certificate = ask("http://fulcio.example", *make_key());
    REQUIRE_REFUSED(certificate,
                    "certificate authority 'http://fulcio.example': an identity token is sent "
                    "over https only");
    REQUIRE_FAULT(certificate, Fault::Config);
}

TEST_CASE("one certificate signs until it is about to end", "[identity_signer]") {
    Fulcio fulcio;
    HttpClient http;
    std::size_t tokens = 0;
    std::size_t told = 0;
    IdentitySigner signer(
        http, fulcio.server.url(""),
        [&]() -> Result<std::string> {
            ++tokens;
            return kToken;
        },
        {}, [&](const Certificate&) { ++told; });
    const auto key_at = [&](Timestamp now) { return (*signer.ready(now))->public_key(); };
    const PublicKey first = key_at(kLeafStart);
    REQUIRE(key_at({kLeafEnd.seconds - 60}) == first);
    REQUIRE(tokens == 1);
    const PublicKey second = key_at({kLeafEnd.seconds - 59});
    REQUIRE_FALSE(second == first);
    REQUIRE(tokens == 2);
    REQUIRE(told == 2);
    REQUIRE(fulcio.server.requests().size() == 2);
}

TEST_CASE("without a token nobody is asked for a certificate", "[identity_signer]") {
    Fulcio fulcio;
    HttpClient http;
    IdentitySigner signer(
        http, fulcio.server.url(""),
        []() -> Result<std::string> { return Error(Fault::Config, "no token"); }, {},
        [](const Certificate&) {});
    REQUIRE_REFUSED(signer.ready(kLeafStart), "no token");
    REQUIRE(fulcio.server.connections() == 0);
}
