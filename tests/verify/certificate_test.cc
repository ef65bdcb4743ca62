#include "verify/certificate.h"

#include "core/pem.h"
#include "tests/check.h"
#include "tests/support/sigstore_vectors.h"
#include "tests/support/test_ca.h"
#include "tests/support/test_keys.h"

using namespace boltseal;
using test::CertificateSpec;
using test::TestCa;

namespace {

Buffer joined(Bytes a, Bytes b) {
    Buffer out = to_buffer(a);
    out.insert(out.end(), b.begin(), b.end());
    return out;
}

// The bytes with their only occurrence of `from` replaced by as many others.
Buffer replaced(Bytes bytes, std::string_view from, std::string_view to) {
    std::string text(as_text(bytes));
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    REQUIRE(text.find(from, at + 1) == std::string::npos);
    return to_buffer(text.replace(at, from.size(), to));
}

const TestCa& ca() {
    static const TestCa root;
    return root;
}

std::string pem_of(Bytes der, std::string_view label = "CERTIFICATE") {
    return to_pem(label, der);
}

Result<std::vector<Certificate>> parse_all(const std::string& pem) {
    return parse_certificates_pem(as_bytes(pem));
}

}  // namespace

TEST_CASE("a certificate has a key and a time, and stays the bytes it was", "[certificate]") {
    CertificateSpec spec;
    spec.key_type = GENERATE(KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::EcdsaP521,
                             KeyType::Ed25519, KeyType::Rsa);
    const auto signer = test::new_signer(spec.key_type);
    spec.key = signer->public_key();
    const Buffer der = ca().issue_der(spec);
    const auto certificate = parse_certificate(der);
    REQUIRE_OK(certificate);
    REQUIRE(certificate->key() == signer->public_key());
    REQUIRE(certificate->validity() == spec.validity);
    REQUIRE(equal(certificate->der(), der));
    REQUIRE(*certificate == parse_certificate(der).value());
    REQUIRE_FALSE(*certificate == ca().certificate());
}

TEST_CASE("what is no certificate, or more than one, is refused", "[certificate]") {
    const Buffer der = to_buffer(ca().certificate().der());
    REQUIRE_REFUSED(parse_certificate(joined(der, Buffer{0})),
                    "certificate has bytes after its end");
    REQUIRE_REFUSED(parse_certificate(joined(der, der)), "certificate has bytes after its end");
    REQUIRE_REFUSED(parse_certificate({}), "not a certificate");
    REQUIRE_REFUSED(parse_certificate(Bytes(der).first(der.size() - 1)), "not a certificate");
    REQUIRE_REFUSED(parse_certificate(ca().certificate().key().spki()), "not a certificate");
    REQUIRE_REFUSED(parse_certificate(Buffer((std::size_t{64} << 10) + 1)),
                    "certificate is too large");
    REQUIRE_FAULT(parse_certificate({}), Fault::Malformed);
}

TEST_CASE("a second spelling of a certificate is refused", "[certificate]") {
    const Buffer der = to_buffer(ca().certificate().der());
    REQUIRE(der[0] == 0x30);
    REQUIRE(der[1] == 0x82);
    Buffer indefinite = der;
    indefinite.erase(indefinite.begin() + 2, indefinite.begin() + 4);
    indefinite[1] = 0x80;
    indefinite.insert(indefinite.end(), 2, 0);
    REQUIRE_REFUSED(parse_certificate(indefinite), "certificate is not in its plain DER form");
}

TEST_CASE("a certificate with a key on another curve is refused", "[certificate]") {
    const Bytes der = ca().certificate().der();
    const std::string p256 = "\x2A\x86\x48\xCE\x3D\x03\x01\x07";
    const std::string other = "\x2A\x86\x48\xCE\x3D\x03\x01\x06";
    REQUIRE_REFUSED(parse_certificate(replaced(der, p256, other)),
                    "certificate: elliptic curve is not P-256, P-384 or P-521");
}

TEST_CASE("times of validity are written as RFC 5280 says", "[certificate]") {
    const auto parsed_with = [](Timestamp end) {
        CertificateSpec spec;
        spec.validity = {parse_rfc3339("1950-01-01T00:00:00Z").value(), end};
        return parse_certificate(ca().issue_der(spec));
    };
    for (const char* text : {"1999-12-31T23:59:59Z", "2000-02-29T12:34:56Z", "2049-12-31T23:59:59Z",
                             "2050-01-01T00:00:00Z", "9999-12-31T23:59:59Z"}) {
        const auto certificate = parsed_with(parse_rfc3339(text).value());
        REQUIRE_OK(certificate);
        REQUIRE(to_rfc3339(*certificate->validity().start) == "1950-01-01T00:00:00Z");
        REQUIRE(to_rfc3339(*certificate->validity().end) == text);
    }
}

// Of some of them newer versions of OpenSSL make no certificate in the first place.
TEST_CASE("times of validity that are written otherwise are refused", "[certificate]") {
    const auto refuses = [](Bytes der) {
        const auto parsed = parse_certificate(der);
        REQUIRE_FALSE(parsed);
        const std::string& why = parsed.error().message();
        CAPTURE(why);
        REQUIRE((why == "certificate: time of validity is not written as RFC 5280 says" ||
                 why == "not a certificate"));
    };
    CertificateSpec spec;
    const Buffer der = ca().issue_der(spec);
    const std::string start = "261118110640Z";
    for (const char* changed : {"261118110660Z",     // a leap second
                                "261318110640Z",     // a thirteenth month
                                "2611181106400",     // no zone
                                "26111811+0100"}) {  // another zone
        refuses(replaced(der, start, changed));
    }
    for (const char* odd : {"20260101000000Z",      // the longer form for no reason
                            "205001010000Z",        // no seconds
                            "20500101000000.5Z",    // a fraction
                            "20500101000000+0100",  // another zone
                            "2050"}) {
        spec.odd_end = odd;
        refuses(ca().issue_der(spec));
    }
    spec.odd_end = "20500101000000Z";
    REQUIRE_OK(parse_certificate(ca().issue_der(spec)));
}

TEST_CASE("an extension is found by its identifier", "[certificate]") {
    CertificateSpec spec;
    spec.more = {{"1.2.3.4", to_buffer("four")}, {"1.2.3.5", {}}};
    const Certificate certificate = ca().issue(spec).certificate;
    REQUIRE(as_text(*certificate.extension(Buffer{0x2A, 0x03, 0x04})) == "four");
    REQUIRE(certificate.extension(Buffer{0x2A, 0x03, 0x05})->empty());
    REQUIRE_FALSE(certificate.extension(Buffer{0x2A, 0x03}).has_value());
    REQUIRE_FALSE(certificate.extension({}).has_value());
}

TEST_CASE("an extension that comes twice is refused", "[certificate]") {
    CertificateSpec spec;
    const std::string oid = GENERATE("1.2.3.4", "1.3.6.1.4.1.57264.1.8", "2.5.29.17");
    spec.more = {{oid, {0x30, 0x00}}, {"1.2.3.5", {}}, {oid, {0x30, 0x00}}};
    REQUIRE_REFUSED(parse_certificate(ca().issue_der(spec)),
                    "certificate: two extensions of the same kind");
}

TEST_CASE("a certificate has at most 64 extensions", "[certificate]") {
    CertificateSpec spec;
    spec.key_usage = spec.extended_key_usage = spec.subject_key_id = spec.authority_key_id = "";
    for (int i = 0; i < 64; ++i) spec.more.push_back({"1.2.3." + std::to_string(i), {}});
    REQUIRE_OK(parse_certificate(ca().issue_der(spec)));
    spec.more.push_back({"1.2.3.64", {}});
    REQUIRE_REFUSED(parse_certificate(ca().issue_der(spec)),
                    "certificate: more than 64 extensions");
}

TEST_CASE("an extension that is known and broken is refused", "[certificate]") {
    CertificateSpec spec;
    spec.key_usage = "";
    spec.extended_key_usage = "";
    spec.more = {{GENERATE("2.5.29.15", "2.5.29.37", "2.5.29.19", "2.5.29.17"), {0x05, 0x00}}};
    REQUIRE_REFUSED(parse_certificate(ca().issue_der(spec)), "certificate: an extension is broken");
}

TEST_CASE("certificates survive the way through PEM", "[certificate]") {
    const Certificate one = ca().certificate();
    const Certificate two = TestCa().certificate();
    REQUIRE(to_pem(one) == pem_of(one.der()));
    REQUIRE(*parse_all(to_pem(one)) == std::vector<Certificate>{one});
    REQUIRE(*parse_all(to_pem(one) + "\n" + to_pem(two)) == std::vector<Certificate>{one, two});
    std::string many;
    for (int i = 0; i < 16; ++i) many += to_pem(one);
    REQUIRE(parse_all(many)->size() == 16);
    REQUIRE_FAULT(parse_all(many + to_pem(one)), Fault::Malformed);
}

TEST_CASE("PEM that is not certificates is refused", "[certificate]") {
    const std::string pem = to_pem(ca().certificate());
    REQUIRE_REFUSED(parse_all(to_pem(ca().certificate().key())),
                    "a PEM block of another type than CERTIFICATE");
    REQUIRE_REFUSED(parse_all(pem + to_pem(ca().certificate().key())),
                    "a PEM block of another type than CERTIFICATE");
    REQUIRE_REFUSED(parse_all(pem_of(Buffer{1, 2, 3})), "not a certificate");
    REQUIRE_FAULT(parse_all(""), Fault::Malformed);
    REQUIRE_REFUSED(parse_all(std::string((std::size_t{2} << 20) + 1, '\n')),
                    "PEM file is too large");
}

TEST_CASE("a real certificate is valid for ten minutes", "[certificate]") {
    const Certificate leaf = test::bundle_certificate("happy-path-v0.3");
    REQUIRE(to_string(leaf.validity()) == "from 2024-03-19T17:26:26Z to 2024-03-19T17:36:26Z");
    REQUIRE(leaf.key().type() == KeyType::EcdsaP256);
}
