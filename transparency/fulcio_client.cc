#include "transparency/fulcio_client.h"

#include "core/encoding.h"
#include "core/json.h"
#include "net/url.h"

namespace boltseal {

namespace {

constexpr std::size_t kMaxAnswer = std::size_t{1} << 20;

Error bad_token(const std::string& why) {
    return Error(Fault::Malformed, "identity token: " + why);
}

// RFC 7519 section 7.2: the middle of three parts.
Result<Json> claims_of(std::string_view token) {
    const std::size_t first = token.find('.');
    const std::size_t second = first == token.npos ? first : token.find('.', first + 1);
    if (token.size() > kMaxIdentityToken || second == token.npos ||
        token.find('.', second + 1) != token.npos) {
        return bad_token("not a JWT");
    }
    const auto bytes = parse_base64url(token.substr(first + 1, second - first - 1));
    if (!bytes) return bad_token("not a JWT");
    auto claims = parse_json(*bytes, JsonLimits{kMaxIdentityToken, 8});
    if (!claims || !claims->is_object()) return bad_token("its claims are no JSON object");
    return claims;
}

// Some issuers write a string.
bool says_true(const Json* value) {
    if (!value) return false;
    const bool* const boolean = value->as_bool();
    const std::string* const text = value->as_string();
    return (boolean && *boolean) || (text && *text == "true");
}

std::string key_algorithm(const PublicKey& key) {
    if (key.type() == KeyType::Rsa) return "RSA_PSS";
    return key.type() == KeyType::Ed25519 ? "ED25519" : "ECDSA";
}

Result<Request> make_request(const std::string& url, const std::string& token, Signer& signer) {
    BOLTSEAL_TRY(const Url parsed, parse_url(url));
    if (!is_confidential(parsed)) {
        return Error(Fault::Config, "an identity token is sent over https only");
    }
    auto subject = subject_of_token(token);
    if (!subject) return std::move(subject).error().as(Fault::Config);
    BOLTSEAL_TRY(const Buffer proof, signer.sign(as_bytes(*subject)));
    const PublicKey& key = signer.public_key();
    const Json asked =
        Json::object({{"publicKeyRequest",
                       Json::object({{"publicKey", Json::object({{"algorithm", key_algorithm(key)},
                                                                 {"content", to_pem(key)}})},
                                     {"proofOfPossession", to_base64(proof)}})}});
    Request request;
    request.method = "POST";
    request.url = url + (url.ends_with('/') ? "" : "/") + "api/v2/signingCert";
    request.headers = {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + token}};
    request.body = to_buffer(to_json(asked));
    request.max_body = kMaxAnswer;
    return request;
}

// {"code":...,"message":"..."}
Error refusal(const Response& response) {
    std::string why = "it answered " + std::to_string(response.status);
    const auto json = parse_json(response.body, JsonLimits{kMaxAnswer, 16});
    const auto words = json ? json->string_at("message") : json.error();
    if (words) why += ": " + printable(**words);
    return Error(may_repeat_status(response.status) ? Fault::Io : Fault::Declined, why);
}

// The chain is in one member or the other, whether or not the leaf has its SCT in it.
Result<Certificate> leaf_in(const Json& answer) {
    const char* const kMembers[] = {"signedCertificateEmbeddedSct", "signedCertificateDetachedSct"};
    for (const char* const member : kMembers) {
        if (!answer.find(member)) continue;
        BOLTSEAL_TRY(const Json* const given, answer.object_at(member));
        BOLTSEAL_TRY(const Json* const chain, given->object_at("chain"));
        BOLTSEAL_TRY(const Json::Array* const certificates, chain->array_at("certificates"));
        const std::string* const pem =
            certificates->empty() ? nullptr : certificates->front().as_string();
        if (!pem) break;
        BOLTSEAL_TRY(auto parsed, parse_certificates_pem(as_bytes(*pem)));
        return std::move(parsed.front());
    }
    return Error(Fault::Malformed, "its answer has no certificate");
}

Result<Certificate> fetch(Transport& transport, const Request& request, const PublicKey& key,
                          const Patience& patience) {
    BOLTSEAL_TRY(const Response response,
                 send_with_retries(transport, request, patience, Repeatable::Yes));
    if (response.status != 200 && response.status != 201) return refusal(response);
    BOLTSEAL_TRY(const Json answer, parse_json(response.body, JsonLimits{kMaxAnswer, 16}));
    BOLTSEAL_TRY(Certificate leaf, leaf_in(answer));
    if (leaf.key() != key) return Error(Fault::Malformed, "its certificate is for another key");
    return leaf;
}

}  // namespace

Result<std::string> subject_of_token(std::string_view token) {
    BOLTSEAL_TRY(const Json claims, claims_of(token));
    if (const Json* const email = claims.find("email")) {
        const std::string* const text = email->as_string();
        if (!text || text->empty()) return bad_token("its email is no text");
        if (!says_true(claims.find("email_verified"))) {
            return bad_token("its issuer has not verified the email");
        }
        return *text;
    }
    const auto subject = claims.string_at("sub");
    if (!subject || (*subject)->empty()) return bad_token("it names nobody");
    return **subject;
}

Result<Certificate> fetch_certificate(Transport& transport, const std::string& url,
                                      const std::string& token, Signer& signer,
                                      const Patience& patience) {
    auto request = make_request(url, token, signer);
    auto certificate = request ? fetch(transport, *request, signer.public_key(), patience)
                               : std::move(request).error();
    if (certificate) return certificate;
    return std::move(certificate).error().context("certificate authority '" + url + "'");
}

}  // namespace boltseal
