#include "transparency/timestamp_client.h"

#include "net/url.h"
#include "transparency/timestamp_request.h"
#include "verify/der.h"

namespace boltseal {

namespace {

constexpr std::size_t kMaxResponse = std::size_t{64} << 10;

// What an authority that refuses says of it: PKIStatusInfo, RFC 3161 section 2.4.2. Empty if it
// grants, or if that cannot be read.
std::string refusal_of(Bytes response) {
    const auto content = read_der(response, DerTag::Sequence);
    const auto status = content ? DerReader(*content).take(DerTag::Sequence) : content.error();
    if (!status) return {};
    DerReader in(status->content);
    const auto number = in.take(DerTag::Integer);
    if (!number || number->content.size() != 1 || number->content[0] < 2) return {};
    const auto words = in.take(DerTag::Sequence);
    const auto text = words ? DerReader(words->content).take(DerTag::Utf8String) : words;
    return "the authority refuses" + (text ? ": " + printable(as_text(text->content)) : "");
}

Result<Request> make_request(const std::string& url, Bytes signature, const std::string& token) {
    BOLTSEAL_TRY(const Url parsed, parse_url(url));
    Request request;
    request.method = "POST";
    request.url = url;
    request.headers = {{"Content-Type", "application/timestamp-query"}};
    request.body = encode_timestamp_request(request_for(digest_of(signature)));
    request.max_body = kMaxResponse;
    if (token.empty()) return request;
    if (!is_confidential(parsed)) {
        return Error(Fault::Config, "a token for the authority is sent over https only");
    }
    request.headers.push_back({"Authorization", "Bearer " + token});
    return request;
}

Result<Timestamped> fetch(Transport& transport, const std::string& url, Bytes signature,
                          const std::vector<CertificateAuthority>& authorities,
                          const std::string& token) {
    BOLTSEAL_TRY(const Request request, make_request(url, signature, token));
    BOLTSEAL_TRY(Response response, transport.send(request));
    if (response.status != 200 && response.status != 201) {
        const bool passing = response.status == 429 || response.status >= 500;
        return Error(passing ? Fault::Io : Fault::Declined,
                     "it answered " + std::to_string(response.status));
    }
    if (const std::string refusal = refusal_of(response.body); !refusal.empty()) {
        return Error(Fault::Declined, refusal);
    }
    auto proved = check_timestamp(response.body, signature, authorities);
    if (proved) return Timestamped{std::move(response.body), *std::move(proved)};
    if (proved.error().fault() == Fault::Missing) {
        return std::move(proved).error().as(Fault::Untrusted);
    }
    return std::move(proved).error();
}

}  // namespace

Result<Timestamped> fetch_timestamp(Transport& transport, const std::string& url, Bytes signature,
                                    const std::vector<CertificateAuthority>& authorities,
                                    const std::string& token) {
    auto stamped = fetch(transport, url, signature, authorities, token);
    if (stamped) return stamped;
    return std::move(stamped).error().context("time-stamping authority '" + url + "'");
}

}  // namespace boltseal
