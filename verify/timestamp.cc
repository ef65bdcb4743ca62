#include "verify/timestamp.h"

#include "verify/openssl_ptr.h"
#include "verify/signed_data.h"
#include "verify/tst_info.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <optional>

namespace boltseal {

namespace {

constexpr std::size_t kMaxResponse = std::size_t{64} << 10;
constexpr std::uint8_t kGranted = 0;
// id-ct-TSTInfo, an OBJECT IDENTIFIER.
constexpr std::uint8_t kTstInfo[] = {0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86, 0xF7,
                                     0x0D, 0x01, 0x09, 0x10, 0x01, 0x04};

struct Token {
    SignedData signed_data;
    TstInfo info;
};

Error bad_timestamp(const char* why) {
    return Error(Fault::Malformed, why);
}

Error refused_timestamp(const char* why) {
    return Error(Fault::Untrusted, why);
}

// RFC 3161 section 2.4.2, PKIStatusInfo: a request that was granted has no failure info.
Result<void> check_granted(Bytes content) {
    DerReader in(content);
    BOLTSEAL_TRY(const DerElement status, in.take(DerTag::Integer));
    if (!equal(status.content, Bytes(&kGranted, 1))) {
        return bad_timestamp("status is not 'granted'");
    }
    BOLTSEAL_CHECK(in.take_if(DerTag::Sequence));  // words for people
    return in.end();
}

// RFC 3161 section 2.4.2, TimeStampResp.
Result<Token> parse_token_fields(Bytes response) {
    BOLTSEAL_TRY(const Bytes content, read_der(response, DerTag::Sequence));
    DerReader in(content);
    BOLTSEAL_TRY(const DerElement status, in.take(DerTag::Sequence));
    BOLTSEAL_CHECK(check_granted(status.content));
    BOLTSEAL_TRY(const DerElement token, in.take(DerTag::Sequence));
    BOLTSEAL_CHECK(in.end());
    BOLTSEAL_TRY(SignedData data, parse_signed_data(token.whole));
    if (!equal(data.content_type, kTstInfo)) return bad_timestamp("content is not a TSTInfo");
    BOLTSEAL_TRY(const TstInfo info, parse_tst_info(data.content));
    return Token{std::move(data), info};
}

Result<Token> parse_response(Bytes response) {
    if (response.size() > kMaxResponse) return bad_timestamp("time stamp: larger than 64 KiB");
    auto token = parse_token_fields(response);
    if (!token) return std::move(token).error().context("time stamp");
    return token;
}

bool is_ca(const Certificate& certificate) {
    return X509_check_ca(certificate.openssl()) != 0;
}

bool is_issued_by(const Certificate& certificate, const CertificateAuthority& authority) {
    const X509_NAME* issuer = X509_get_issuer_name(certificate.openssl());
    return std::ranges::any_of(authority.chain, [issuer](const Certificate& member) {
        return X509_NAME_cmp(issuer, X509_get_subject_name(member.openssl())) == 0;
    });
}

// An authority that lists its signers has no others; one that does not brings them in the token.
std::optional<Certificate> find_signer(const SignedData& data,
                                       const CertificateAuthority& authority) {
    bool lists_signers = false;
    for (const Certificate& member : authority.chain) {
        if (is_ca(member)) continue;
        lists_signers = true;
        if (names(data.signer, member)) return member;
    }
    if (lists_signers) return std::nullopt;
    for (const Bytes der : data.certificates) {
        const auto embedded = parse_certificate(der);
        if (embedded && names(data.signer, *embedded) && is_issued_by(*embedded, authority)) {
            return *embedded;
        }
    }
    return std::nullopt;
}

// RFC 3161 section 2.4.2: an authority that adds certificates adds its own. Parsing one takes as
// long as verifying a signature, so those of others alone are parsed.
Result<void> check_embedded(const SignedData& data, const Certificate& signer) {
    bool found = data.certificates.empty();
    for (const Bytes der : data.certificates) {
        if (equal(der, signer.der())) {
            found = true;
            continue;
        }
        const auto other = parse_certificate(der);
        if (other && names(data.signer, *other)) {
            return refused_timestamp(
                "a certificate in it has the name of the signer's and is another");
        }
    }
    if (!found) return refused_timestamp("the certificates in it are not the signer's");
    return {};
}

Result<void> check_imprint(const TstInfo& info, Bytes message) {
    const auto hash = hash_of(info.imprint_algorithm);
    if (!hash) return Error(hash.error()).context("message imprint");
    if (equal(info.imprint, digest_of(message, *hash).bytes())) return {};
    return refused_timestamp("message imprint is of another message");
}

bool is_subject(Bytes general_name, const Certificate& certificate) {
    const unsigned char* der = nullptr;
    std::size_t size = 0;
    const X509_NAME* subject = X509_get_subject_name(certificate.openssl());
    const auto name = read_der(general_name, DerTag::Context4);
    return name && X509_NAME_get0_der(subject, &der, &size) == 1 && equal(*name, Bytes(der, size));
}

bool is_alternative_name(Bytes general_name, const Certificate& certificate) {
    const int at = X509_get_ext_by_NID(certificate.openssl(), NID_subject_alt_name, -1);
    if (at < 0) return false;
    const ASN1_STRING* value = X509_EXTENSION_get_data(X509_get_ext(certificate.openssl(), at));
    const auto names_in_it = read_der(bytes_of(value), DerTag::Sequence);
    if (!names_in_it) return false;
    DerReader in(*names_in_it);
    for (auto name = in.any(); name; name = in.any()) {
        if (equal(name->whole, general_name)) return true;
    }
    return false;
}

// RFC 3161 section 2.4.2: the authority's name for itself is one of its certificate's.
Result<void> check_name(const TstInfo& info, const Certificate& signer) {
    if (info.tsa.empty() || is_subject(info.tsa, signer) || is_alternative_name(info.tsa, signer)) {
        return {};
    }
    return refused_timestamp("its name for itself is not one of its certificate");
}

Result<void> check_token(const Token& token, Bytes message, const Certificate& signer,
                         const CertificateAuthority& authority) {
    BOLTSEAL_CHECK(check_imprint(token.info, message));
    if (token.info.has_critical_extension) {
        return refused_timestamp("critical extension is not known");
    }
    BOLTSEAL_CHECK(check_name(token.info, signer));
    BOLTSEAL_CHECK(check_embedded(token.signed_data, signer));
    BOLTSEAL_CHECK(check_chain(signer, authority, {token.info.time}, CertificateUse::TimeStamping));
    return check_signed_data(token.signed_data, signer);
}

std::string subject_of(const Certificate& certificate) {
    const std::unique_ptr<BIO, OpensslFree<BIO_free>> out(BIO_new(BIO_s_mem()));
    char* text = nullptr;
    if (!out || X509_NAME_print_ex(out.get(), X509_get_subject_name(certificate.openssl()), 0,
                                   XN_FLAG_RFC2253) < 0) {
        return {};
    }
    const long size = BIO_get_mem_data(out.get(), &text);
    return std::string(text, static_cast<std::size_t>(size));
}

std::string source_of(const CertificateAuthority& authority, const Certificate& signer) {
    constexpr std::string_view kScheme = "://";
    const std::size_t at = authority.uri.find(kScheme);
    if (at == std::string::npos) return subject_of(signer);
    const std::string rest = authority.uri.substr(at + kScheme.size());
    return rest.substr(0, rest.find_first_of("/?#"));
}

std::string who_is(const CertificateAuthority& authority) {
    if (!authority.operator_name.empty()) return authority.operator_name;
    if (!authority.uri.empty()) return authority.uri;
    return to_string(digest_of(authority.chain.front().der()));
}

}  // namespace

Result<ProvedTime> check_timestamp(Bytes response, Bytes message,
                                   const std::vector<CertificateAuthority>& authorities) {
    BOLTSEAL_TRY(const Token token, parse_response(response));
    const OpensslErrorScope errors;
    std::optional<Error> refusal;
    for (const CertificateAuthority& authority : authorities) {
        if (auto read = authority.chain.check(); !read) {
            return std::move(read).error().context("time-stamping authority").as(Fault::Config);
        }
        const auto signer = find_signer(token.signed_data, authority);
        if (!signer) continue;
        const std::string source = source_of(authority, *signer);
        const auto checked = check_token(token, message, *signer, authority);
        if (checked) return ProvedTime{token.info.time, source, who_is(authority)};
        if (!refusal) {
            refusal = Error(checked.error()).context("time stamp by " + printable(source));
        }
    }
    if (refusal) return *refusal;
    return Error(Fault::Missing, "time stamp is by no authority that we know");
}

Result<Timestamp> claimed_time(Bytes response) {
    BOLTSEAL_TRY(const Token token, parse_response(response));
    return token.info.time;
}

}  // namespace boltseal
