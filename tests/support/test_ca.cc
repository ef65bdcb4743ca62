#include "tests/support/test_ca.h"

#include "tests/check.h"
#include "tests/support/test_keys.h"
#include "verify/openssl_ptr.h"

#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace boltseal::test {

namespace {

using X509Ptr = std::unique_ptr<X509, OpensslFree<X509_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, OpensslFree<X509_EXTENSION_free>>;
using ObjectPtr = std::unique_ptr<ASN1_OBJECT, OpensslFree<ASN1_OBJECT_free>>;
using StringPtr = std::unique_ptr<ASN1_OCTET_STRING, OpensslFree<ASN1_OCTET_STRING_free>>;
using NamesPtr = std::unique_ptr<GENERAL_NAMES, OpensslFree<GENERAL_NAMES_free>>;

template <typename T>
Buffer der_of(int (*print)(T, unsigned char**), T object) {
    Buffer der(static_cast<std::size_t>(print(object, nullptr)));
    unsigned char* next = der.data();
    REQUIRE(print(object, &next) > 0);
    return der;
}

EvpKey new_key(KeyType type) {
    switch (type) {
        case KeyType::EcdsaP256:
            return EvpKey(EVP_EC_gen("P-256"));
        case KeyType::EcdsaP384:
            return EvpKey(EVP_EC_gen("P-384"));
        case KeyType::EcdsaP521:
            return EvpKey(EVP_EC_gen("P-521"));
        case KeyType::Ed25519:
            return EvpKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
        case KeyType::Rsa:
            break;
    }
    return EvpKey(EVP_RSA_gen(2048));
}

PublicKey public_key_of(const EvpKey& key) {
    return parse_public_key_der(der_of<const EVP_PKEY*>(i2d_PUBKEY, key.get())).value();
}

StringPtr octets(Bytes bytes) {
    StringPtr string(ASN1_OCTET_STRING_new());
    REQUIRE(ASN1_OCTET_STRING_set(string.get(), bytes.data(), static_cast<int>(bytes.size())) == 1);
    return string;
}

void add_extension(X509* certificate, const ExtensionSpec& spec) {
    const ObjectPtr oid(OBJ_txt2obj(spec.oid.c_str(), 1));
    REQUIRE(oid != nullptr);
    const ExtensionPtr extension(X509_EXTENSION_create_by_OBJ(
        nullptr, oid.get(), spec.critical ? 1 : 0, octets(spec.value).get()));
    REQUIRE(X509_add_ext(certificate, extension.get(), -1) == 1);
}

void add_configured(X509* certificate, X509* issuer, int nid, const std::string& value) {
    if (value.empty()) return;
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const ExtensionPtr extension(X509V3_EXT_nconf_nid(nullptr, &context, nid, value.c_str()));
    CAPTURE(value);
    REQUIRE(extension != nullptr);
    REQUIRE(X509_add_ext(certificate, extension.get(), -1) == 1);
}

GENERAL_NAME* general_name(const SubjectName& name) {
    GENERAL_NAME* out = GENERAL_NAME_new();
    const auto size = static_cast<int>(name.value.size());
    if (name.kind == NameKind::Other) {
        ASN1_TYPE* value = ASN1_TYPE_new();
        ASN1_UTF8STRING* text = ASN1_UTF8STRING_new();
        REQUIRE(ASN1_STRING_set(text, name.value.data(), size) == 1);
        ASN1_TYPE_set(value, V_ASN1_UTF8STRING, text);
        REQUIRE(GENERAL_NAME_set0_othername(out, OBJ_txt2obj(fulcio_oid(7).c_str(), 1), value) ==
                1);
        return out;
    }
    ASN1_IA5STRING* text = ASN1_IA5STRING_new();
    REQUIRE(ASN1_STRING_set(text, name.value.data(), size) == 1);
    const int type = name.kind == NameKind::Email ? GEN_EMAIL
                     : name.kind == NameKind::Uri ? GEN_URI
                                                  : GEN_DNS;
    GENERAL_NAME_set0_value(out, type, text);
    return out;
}

void add_names(X509* certificate, const CertificateSpec& spec) {
    if (spec.names.empty()) return;
    const NamesPtr names(GENERAL_NAMES_new());
    for (const SubjectName& name : spec.names) {
        REQUIRE(sk_GENERAL_NAME_push(names.get(), general_name(name)) > 0);
    }
    REQUIRE(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(),
                              spec.common_name.empty() ? 1 : 0, X509V3_ADD_APPEND) == 1);
}

void add_fulcio(X509* certificate, const CertificateSpec& spec) {
    if (!spec.old_issuer.empty()) {
        add_extension(certificate, {fulcio_oid(1), to_buffer(spec.old_issuer)});
    }
    if (!spec.issuer.empty()) {
        add_extension(certificate, {fulcio_oid(8), utf8_string(spec.issuer)});
    }
}

void add_extensions(X509* certificate, X509* issuer, const CertificateSpec& spec) {
    add_configured(certificate, issuer, NID_basic_constraints, spec.basic_constraints);
    add_configured(certificate, issuer, NID_key_usage, spec.key_usage);
    add_configured(certificate, issuer, NID_ext_key_usage, spec.extended_key_usage);
    add_configured(certificate, issuer, NID_subject_key_identifier, spec.subject_key_id);
    add_configured(certificate, issuer, NID_authority_key_identifier, spec.authority_key_id);
    add_configured(certificate, issuer, NID_name_constraints, spec.name_constraints);
    add_names(certificate, spec);
    add_fulcio(certificate, spec);
    for (const ExtensionSpec& extension : spec.more) add_extension(certificate, extension);
}

void set_odd_end(X509* certificate, const std::string& text) {
    const std::unique_ptr<ASN1_STRING, OpensslFree<ASN1_STRING_free>> time(
        ASN1_STRING_type_new(V_ASN1_GENERALIZEDTIME));
    REQUIRE(ASN1_STRING_set(time.get(), text.data(), static_cast<int>(text.size())) == 1);
    REQUIRE(X509_set1_notAfter(certificate, time.get()) == 1);
}

X509Ptr unsigned_certificate(const CertificateSpec& spec, const PublicKey& key) {
    X509Ptr out(X509_new());
    REQUIRE(X509_set_version(out.get(), X509_VERSION_3) == 1);
    std::uint64_t serial = 0;
    REQUIRE(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), 7) == 1);
    REQUIRE(ASN1_INTEGER_set_uint64(X509_get_serialNumber(out.get()), serial) == 1);
    REQUIRE(ASN1_TIME_set(X509_getm_notBefore(out.get()), spec.validity.start->seconds));
    REQUIRE(ASN1_TIME_set(X509_getm_notAfter(out.get()), spec.validity.end->seconds));
    if (!spec.odd_end.empty()) set_odd_end(out.get(), spec.odd_end);
    if (!spec.common_name.empty()) {
        REQUIRE(X509_NAME_add_entry_by_NID(
                    X509_get_subject_name(out.get()), NID_commonName, MBSTRING_UTF8,
                    reinterpret_cast<const unsigned char*>(spec.common_name.c_str()), -1, -1,
                    0) == 1);
    }
    const unsigned char* spki = key.spki().data();
    const EvpKey evp(d2i_PUBKEY(nullptr, &spki, static_cast<long>(key.spki().size())));
    REQUIRE(X509_set_pubkey(out.get(), evp.get()) == 1);
    return out;
}

void sign_with(X509* certificate, EVP_PKEY* key, const std::string& hash) {
    const bool own_hash = EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519;
    REQUIRE(X509_sign(certificate, key, own_hash ? nullptr : EVP_get_digestbyname(hash.c_str())) >
            0);
}

// RFC 6962 section 3.1: the logs sign what the certificate is without their promises. It has to be
// signed once for the algorithm to be in there.
void add_scts(X509* certificate, EVP_PKEY* key, const PublicKey& issuer,
              const CertificateSpec& spec) {
    sign_with(certificate, key, spec.hash);
    const Buffer tbs = der_of<X509*>(i2d_re_X509_tbs, certificate);
    const auto key_hash = sha256({issuer.spki()});
    std::vector<Buffer> promises;
    for (const SctSpec& sct : spec.scts) {
        promises.push_back(sct.log->promise(key_hash, tbs, sct.milliseconds, sct.extensions));
    }
    add_extension(certificate, {std::string(kSctOid), sct_list(promises)});
}

}  // namespace

std::string fulcio_oid(int last) {
    return "1.3.6.1.4.1.57264.1." + std::to_string(last);
}

Buffer utf8_string(std::string_view text) {
    const std::unique_ptr<ASN1_UTF8STRING, OpensslFree<ASN1_UTF8STRING_free>> string(
        ASN1_UTF8STRING_new());
    REQUIRE(ASN1_STRING_set(string.get(), text.data(), static_cast<int>(text.size())) == 1);
    return der_of<const ASN1_UTF8STRING*>(i2d_ASN1_UTF8STRING, string.get());
}

TestCtLog::TestCtLog(KeyType type, std::string name)
    : signer_(new_signer(type)),
      log_{"https://" + name,
           LogId(sha256({signer_->public_key().spki()})),
           signer_->public_key(),
           default_algorithm(signer_->public_key()),
           {},
           {}} {}

Buffer TestCtLog::promise(Bytes issuer_key_hash, Bytes tbs, std::uint64_t milliseconds,
                          Bytes extensions) const {
    Writer to_sign;  // RFC 6962 section 3.2
    to_sign.u8(0).u8(0).u64(milliseconds).u16(1).put(issuer_key_hash);
    to_sign.u8(static_cast<std::uint8_t>(tbs.size() >> 16));
    to_sign.u16(static_cast<std::uint16_t>(tbs.size())).put(tbs);
    REQUIRE_OK(to_sign.put_u16_prefixed(extensions));
    const auto signature = signer_->sign(to_sign.bytes());
    REQUIRE_OK(signature);
    Writer sct;
    sct.u8(0).put(log_.id.bytes()).u64(milliseconds);
    REQUIRE_OK(sct.put_u16_prefixed(extensions));
    sct.u8(4).u8(log_.key.type() == KeyType::Rsa ? 1 : 3);
    REQUIRE_OK(sct.put_u16_prefixed(*signature));
    return std::move(sct).take();
}

Buffer sct_list(const std::vector<Buffer>& promises) {
    Writer items;
    for (const Buffer& promise : promises) REQUIRE_OK(items.put_u16_prefixed(promise));
    Writer list;
    REQUIRE_OK(list.put_u16_prefixed(items.bytes()));
    return der_of<const ASN1_OCTET_STRING*>(i2d_ASN1_OCTET_STRING, octets(list.bytes()).get());
}

CertificateSpec signer_spec(const SubjectName& name, std::string issuer) {
    CertificateSpec spec;
    spec.names = {name};
    spec.old_issuer = issuer;
    spec.issuer = std::move(issuer);
    return spec;
}

CertificateSpec leaf_spec() {
    return signer_spec({NameKind::Email, "a@example.com"}, "https://issuer.example.com");
}

Certificate with_bad_signature(const Certificate& certificate) {
    Buffer der = to_buffer(certificate.der());
    der.back() ^= 1;
    return parse_certificate(der).value();
}

CertificateSpec time_stamper_spec() {
    CertificateSpec spec;
    spec.common_name = "time stamper";
    spec.validity = {kCaStart, kCaEnd};
    spec.extended_key_usage = "critical,timeStamping";
    return spec;
}

CertificateSpec authority_spec(std::string common_name) {
    CertificateSpec spec;
    spec.common_name = std::move(common_name);
    spec.validity = {kCaStart, kCaEnd};
    spec.basic_constraints = "critical,CA:TRUE";
    spec.key_usage = "critical,keyCertSign,cRLSign";
    spec.extended_key_usage = "";
    return spec;
}

struct TestCa::Key {
    EvpKey evp;
};

namespace {

// By itself if there is no issuer.
Buffer signed_certificate(const CertificateSpec& spec, const PublicKey& key, EVP_PKEY* issuer_key,
                          const Certificate* issuer) {
    const X509Ptr out = unsigned_certificate(spec, key);
    X509* const by = issuer ? issuer->openssl() : out.get();
    REQUIRE(X509_set_issuer_name(out.get(), X509_get_subject_name(by)) == 1);
    add_extensions(out.get(), by, spec);
    if (!spec.scts.empty()) add_scts(out.get(), issuer_key, issuer ? issuer->key() : key, spec);
    sign_with(out.get(), issuer_key, spec.hash);
    return der_of<const X509*>(i2d_X509, out.get());
}

Certificate parsed(Bytes der) {
    auto certificate = parse_certificate(der);
    REQUIRE_OK(certificate);
    return std::move(certificate).value();
}

}  // namespace

TestCa::TestCa(const CertificateSpec& spec)
    : key_(std::make_shared<const Key>(Key{new_key(spec.key_type)})),
      chain_{parsed(signed_certificate(spec, public_key_of(key_->evp), key_->evp.get(), nullptr))} {
}

TestCa::TestCa(std::shared_ptr<const Key> key, std::vector<Certificate> chain)
    : key_(std::move(key)), chain_(std::move(chain)) {}

TestCa TestCa::intermediate(const CertificateSpec& spec) const {
    auto key = std::make_shared<const Key>(Key{new_key(spec.key_type)});
    CertificateSpec with_key = spec;
    with_key.key = public_key_of(key->evp);
    std::vector<Certificate> chain = chain_;
    chain.insert(chain.begin(), issue(with_key).certificate);
    return TestCa(std::move(key), std::move(chain));
}

IssuedCertificate TestCa::issue(const CertificateSpec& spec) const {
    if (spec.key) return {parsed(issue_der(spec)), nullptr};
    std::shared_ptr<Signer> signer = new_signer(spec.key_type);
    CertificateSpec with_key = spec;
    with_key.key = signer->public_key();
    return {parsed(issue_der(with_key)), std::move(signer)};
}

Buffer TestCa::issue_der(const CertificateSpec& spec) const {
    const PublicKey key = spec.key ? *spec.key : new_signer(spec.key_type)->public_key();
    return signed_certificate(spec, key, key_->evp.get(), &certificate());
}

CertificateAuthority TestCa::authority(TimeRange valid_for) const {
    return {"https://ca.example.com", "example", chain_, valid_for};
}

}  // namespace boltseal::test
