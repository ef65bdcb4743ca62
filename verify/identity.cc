#include "verify/identity.h"

#include "verify/der.h"
#include "verify/openssl_ptr.h"

#include <openssl/x509v3.h>

#include <algorithm>

namespace boltseal {

namespace {

using NamesPtr = std::unique_ptr<GENERAL_NAMES, OpensslFree<GENERAL_NAMES_free>>;

constexpr int kMaxNames = 64;
constexpr std::uint8_t kSubjectAltName[] = {0x55, 0x1D, 0x11};  // 2.5.29.17

constexpr std::uint8_t kOldIssuer = 1;
constexpr std::uint8_t kOtherName = 7;
constexpr std::uint8_t kIssuer = 8;

struct Known {
    std::uint8_t last;  // of 1.3.6.1.4.1.57264.1.*
    const char* name;
};
constexpr Known kExtensions[] = {
    {2, "github-workflow-trigger"},
    {3, "github-workflow-sha"},
    {4, "github-workflow-name"},
    {5, "github-workflow-repository"},
    {6, "github-workflow-ref"},
    {9, "build-signer-uri"},
    {10, "build-signer-digest"},
    {11, "runner-environment"},
    {12, "source-repository-uri"},
    {13, "source-repository-digest"},
    {14, "source-repository-ref"},
    {15, "source-repository-identifier"},
    {16, "source-repository-owner-uri"},
    {17, "source-repository-owner-identifier"},
    {18, "build-config-uri"},
    {19, "build-config-digest"},
    {20, "build-trigger"},
    {21, "run-invocation-uri"},
    {22, "source-repository-visibility"},
};

Error bad_identity(const std::string& why) {
    return Error(Fault::Malformed, why);
}

std::array<std::uint8_t, 10> fulcio_oid(std::uint8_t last) {
    return {0x2B, 0x06, 0x01, 0x04, 0x01, 0x83, 0xBF, 0x30, 0x01, last};
}

Result<std::string> text_of(Bytes bytes) {
    if (bytes.empty()) return bad_identity("is empty");
    if (std::find(bytes.begin(), bytes.end(), 0) != bytes.end()) {
        return bad_identity("has a NUL byte");
    }
    if (!is_utf8(bytes)) return bad_identity("is not UTF-8");
    return std::string(as_text(bytes));
}

// RFC 5280 section 4.2.1.6: IA5String, which is ASCII.
Result<std::string> ascii_of(Bytes bytes) {
    if (std::any_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b > 0x7F; })) {
        return bad_identity("is not ASCII");
    }
    return text_of(bytes);
}

// The extensions up to 7 are bare text, the newer ones are DER.
Result<std::string> fulcio_text(std::uint8_t last, Bytes value) {
    if (last < kOtherName) return text_of(value);
    BOLTSEAL_TRY(const Bytes contents, read_der(value, DerTag::Utf8String));
    return text_of(contents);
}

// Empty if there is none.
Result<std::string> fulcio_extension(const Certificate& certificate, std::uint8_t last,
                                     const char* name) {
    const auto value = certificate.extension(fulcio_oid(last));
    if (!value) return std::string();
    auto text = fulcio_text(last, *value);
    if (!text) return std::move(text).error().context(std::string("certificate's ") + name);
    return text;
}

Result<std::string> issuer_of(const Certificate& certificate) {
    BOLTSEAL_TRY(std::string old, fulcio_extension(certificate, kOldIssuer, "issuer"));
    BOLTSEAL_TRY(std::string issuer, fulcio_extension(certificate, kIssuer, "issuer"));
    if (issuer.empty()) return old;
    if (!old.empty() && old != issuer) {
        return bad_identity("certificate names two issuers, " + printable(old) + " and " +
                            printable(issuer));
    }
    return issuer;
}

bool is_fulcio_name(const OTHERNAME* other) {
    const Bytes oid(OBJ_get0_data(other->type_id), OBJ_length(other->type_id));
    return equal(oid, fulcio_oid(kOtherName));
}

Result<SubjectName> other_name(const OTHERNAME* other) {
    if (ASN1_TYPE_get(other->value) != V_ASN1_UTF8STRING) {
        return bad_identity("is not a UTF8String");
    }
    BOLTSEAL_TRY(std::string text, text_of(bytes_of(other->value->value.utf8string)));
    return SubjectName{NameKind::Other, std::move(text)};
}

// Nothing for names of kinds that no policy speaks of.
Result<std::optional<SubjectName>> name_of(const GENERAL_NAME* name) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(name, &type);
    if (type == GEN_OTHERNAME) {
        const auto* other = static_cast<const OTHERNAME*>(value);
        if (!is_fulcio_name(other)) return std::optional<SubjectName>();
        BOLTSEAL_TRY(SubjectName out, other_name(other));
        return std::optional(std::move(out));
    }
    if (type != GEN_EMAIL && type != GEN_URI && type != GEN_DNS) {
        return std::optional<SubjectName>();
    }
    BOLTSEAL_TRY(std::string text, ascii_of(bytes_of(static_cast<const ASN1_STRING*>(value))));
    const NameKind kind = type == GEN_EMAIL ? NameKind::Email
                          : type == GEN_URI ? NameKind::Uri
                                            : NameKind::Dns;
    return std::optional(SubjectName{kind, std::move(text)});
}

bool prints_back(const GENERAL_NAMES* names, Bytes der) {
    unsigned char* encoded = nullptr;
    const int size = i2d_GENERAL_NAMES(names, &encoded);
    const std::unique_ptr<unsigned char, decltype([](unsigned char* p) { OPENSSL_free(p); })> owned(
        encoded);
    return size > 0 && equal(Bytes(encoded, static_cast<std::size_t>(size)), der);
}

Result<std::vector<SubjectName>> parse_names(Bytes der) {
    const OpensslErrorScope errors;
    const unsigned char* next = der.data();
    const NamesPtr parsed(d2i_GENERAL_NAMES(nullptr, &next, static_cast<long>(der.size())));
    if (!parsed || !prints_back(parsed.get(), der)) {
        return bad_identity("is not in its plain DER form");
    }
    const int count = sk_GENERAL_NAME_num(parsed.get());
    if (count > kMaxNames) return bad_identity("has more than 64 names");
    std::vector<SubjectName> names;
    for (int i = 0; i < count; ++i) {
        BOLTSEAL_TRY(auto name, name_of(sk_GENERAL_NAME_value(parsed.get(), i)));
        if (name) names.push_back(*std::move(name));
    }
    return names;
}

}  // namespace

std::string_view to_string(NameKind kind) {
    switch (kind) {
        case NameKind::Email:
            return "email";
        case NameKind::Uri:
            return "uri";
        case NameKind::Dns:
            return "dns";
        case NameKind::Other:
            break;
    }
    return "other";
}

Result<CertificateIdentity> read_identity(const Certificate& certificate) {
    CertificateIdentity identity;
    if (const auto der = certificate.extension(kSubjectAltName)) {
        auto names = parse_names(*der);
        if (!names) return std::move(names).error().context("certificate's name");
        identity.names = *std::move(names);
    }
    BOLTSEAL_TRY(identity.issuer, issuer_of(certificate));
    for (const Known& known : kExtensions) {
        BOLTSEAL_TRY(std::string text, fulcio_extension(certificate, known.last, known.name));
        if (!text.empty()) identity.extensions.emplace(known.name, std::move(text));
    }
    return identity;
}

}  // namespace boltseal
