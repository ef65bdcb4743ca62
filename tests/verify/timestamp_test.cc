#include "verify/timestamp.h"

#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/test_keys.h"
#include "tests/support/test_tsa.h"
#include "verify/tst_info.h"

#include <openssl/evp.h>

#include <algorithm>
#include <functional>

using namespace boltseal;
using test::TestCa;
using test::TestTsa;
using test::TokenParts;

namespace {

const Buffer kMessage = to_buffer("the raw bytes of a signature");
const std::string kBy = "time stamp by 'tsa.example.com': ";

using Edit = std::function<void(TokenParts&)>;
struct Row {
    std::string why;
    Edit edit;
};

Result<ProvedTime> check(const TestTsa& tsa, const Buffer& response) {
    return check_timestamp(response, kMessage, {tsa.authority()});
}

Result<ProvedTime> check_edited(const TestTsa& tsa, const Edit& edit) {
    TokenParts parts = tsa.parts(kMessage);
    edit(parts);
    return check(tsa, tsa.seal(parts));
}

Buffer der_of(const Certificate& certificate) {
    return to_buffer(certificate.der());
}

Buffer sha1_of(Bytes bytes) {
    Buffer digest(20);
    REQUIRE(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha1(), nullptr) ==
            1);
    return digest;
}

Buffer extension(bool critical, const Buffer& rest = {}) {
    const Buffer flag = critical ? test::der(DerTag::Boolean, {Buffer{0xFF}}) : Buffer();
    const Buffer one =
        test::der(DerTag::Sequence, {test::der_oid("1.2.3"), flag, test::der_octets({}), rest});
    return test::der(DerTag::Context1, {one});
}

Buffer tsa_name(const Buffer& general_name) {
    return test::der(DerTag::Context0, {general_name});
}

// A certificate of the right names and serial number, by and for somebody else.
Buffer forged(const Certificate& certificate) {
    Buffer der = der_of(certificate);
    const Buffer key = to_buffer(certificate.key().spki());
    const Buffer other = to_buffer(test::new_signer(certificate.key().type())->public_key().spki());
    const auto at = std::search(der.begin(), der.end(), key.begin(), key.end());
    REQUIRE(at != der.end());
    std::ranges::copy(other, at);
    REQUIRE_OK(parse_certificate(der));
    return der;
}

}  // namespace

TEST_CASE("a time stamp proves when a message existed", "[timestamp]") {
    const TestTsa tsa;
    const auto proved = check(tsa, tsa.stamp(kMessage, {test::kLeafStart.seconds + 7}));
    REQUIRE_OK(proved);
    REQUIRE(proved->time == Timestamp{test::kLeafStart.seconds + 7});
    REQUIRE(proved->source == "tsa.example.com");
    REQUIRE(proved->who == "https://tsa.example.com/api/v1/timestamp");
}

TEST_CASE("an authority counts by its operator, its address, or its certificate", "[timestamp]") {
    const TestTsa tsa;
    CertificateAuthority authority = tsa.authority();
    const Buffer response = tsa.stamp(kMessage);
    authority.operator_name = "operator";
    REQUIRE(check_timestamp(response, kMessage, {authority})->who == "operator");
    authority.operator_name.clear();
    authority.uri.clear();
    const auto proved = check_timestamp(response, kMessage, {authority});
    REQUIRE(proved->who == to_string(digest_of(tsa.certificate().der())));
    REQUIRE(proved->source == "CN=time stamper");
}

TEST_CASE("time stamps verify with every key and hash that is allowed", "[timestamp]") {
    const auto type = GENERATE(KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::EcdsaP521,
                               KeyType::Rsa, KeyType::Ed25519);
    CAPTURE(to_string(type));
    test::CertificateSpec spec = test::time_stamper_spec();
    spec.key_type = type;
    const TestTsa tsa("tsa.example.com", spec);
    for (const auto hash : {HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512}) {
        CAPTURE(to_string(hash));
        const auto checked = check(tsa, tsa.seal(tsa.parts(kMessage, test::kLeafStart, hash)));
        if (type == KeyType::Ed25519 && hash != HashAlgorithm::Sha512) {
            REQUIRE_REFUSED(checked, kBy + "signature is over sha512, the digest is " +
                                         std::string(to_string(hash)));
        } else {
            REQUIRE_OK(checked);
        }
    }
}

TEST_CASE("an RSA signature may leave its hash to the digest algorithm", "[timestamp]") {
    test::CertificateSpec spec = test::time_stamper_spec();
    spec.key_type = KeyType::Rsa;
    const TestTsa tsa("tsa.example.com", spec);
    TokenParts parts = tsa.parts(kMessage, test::kLeafStart, HashAlgorithm::Sha384);
    parts.signature_algorithm = test::der_algorithm("1.2.840.113549.1.1.1", test::kDerNull);
    REQUIRE_OK(check(tsa, tsa.seal(parts)));
    parts.signature_algorithm = test::der_algorithm("1.2.840.113549.1.1.5", test::kDerNull);
    REQUIRE_REFUSED(check(tsa, tsa.seal(parts)),
                    kBy + "signature algorithm is not RSA PKCS#1, ECDSA or Ed25519 with SHA-2");
}

TEST_CASE("what the standard leaves open is accepted", "[timestamp]") {
    test::CertificateSpec spec = test::time_stamper_spec();
    spec.names = {{NameKind::Uri, "https://tsa.example.com"}};
    const TestTsa tsa("tsa.example.com", spec);
    const Certificate& own = tsa.certificate();
    const TestTsa other;
    const Buffer uri = test::der(DerTag{0x86}, {to_buffer("https://tsa.example.com")});
    const Row rows[] = {
        {"words in the status",
         [](TokenParts& p) {
             p.status = test::joined({p.status, test::der(DerTag::Sequence)});
         }},
        {"no options", [](TokenParts& p) { p.options.clear(); }},
        {"fraction of a second", [](TokenParts& p) { p.time = "20261118110640.123456789Z"; }},
        {"ordering", [](TokenParts& p) { p.options = test::der(DerTag::Boolean, {Buffer{0xFF}}); }},
        {"ordering false",
         [](TokenParts& p) { p.options = test::der(DerTag::Boolean, {Buffer{0}}); }},
        {"nonce", [](TokenParts& p) { p.options = test::der_integer(9); }},
        {"name is the subject",
         [&](TokenParts& p) {
             p.options = tsa_name(test::der(DerTag::Context4, {test::subject_of(own)}));
         }},
        {"name is an alternative", [&](TokenParts& p) { p.options = tsa_name(uri); }},
        {"extension that is not critical", [](TokenParts& p) { p.options = extension(false); }},
        {"NULL with the hash",
         [](TokenParts& p) {
             p.digest_algorithm =
                 test::der_algorithm(test::hash_oid(HashAlgorithm::Sha256), test::kDerNull);
         }},
        {"own certificate", [&](TokenParts& p) { p.certificates = {der_of(own)}; }},
        {"certificates of others, first and last",
         [&](TokenParts& p) {
             p.certificates = {der_of(other.certificate()), der_of(own),
                               der_of(tsa.authority().chain.back())};
         }},
        {"what is no certificate",
         [&](TokenParts& p) {
             p.certificates = {test::der(DerTag::Sequence), der_of(own)};
         }},
        {"unsigned attributes",
         [](TokenParts& p) { p.unsigned_attributes = test::der(DerTag::Context1); }},
        {"signer by its key",
         [&](TokenParts& p) {
             p.signer_version = test::der_integer(3);
             p.signer_id = test::der(DerTag::Primitive0, {test::subject_key_id(own)});
         }},
        {"signing certificate by SHA-1",
         [&](TokenParts& p) {
             p.attributes.erase(test::kSigningCertificateV2Oid);
             p.attributes[test::kSigningCertificateOid] =
                 test::signing_certificate(sha1_of(own.der()), test::issuer_serial(own));
         }},
        {"signing certificate both ways",
         [&](TokenParts& p) {
             p.attributes[test::kSigningCertificateOid] =
                 test::signing_certificate(sha1_of(own.der()));
         }},
        {"signing certificate by another hash",
         [&](TokenParts& p) {
             p.attributes[test::kSigningCertificateV2Oid] =
                 test::signing_certificate_v2(own, HashAlgorithm::Sha512);
         }},
        {"only what must be there",
         [&](TokenParts& p) {
             p.attributes.erase("1.2.840.113549.1.9.5");
             p.attributes[test::kSigningCertificateV2Oid] =
                 test::signing_certificate_v2(own, HashAlgorithm::Sha256);
         }},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        const auto proved = check_edited(tsa, row.edit);
        REQUIRE_OK(proved);
        REQUIRE(proved->time == test::kLeafStart);
    }
}

TEST_CASE("what is no granted response is malformed", "[timestamp]") {
    const TestTsa tsa;
    const Buffer sha256 = test::der_algorithm(test::hash_oid(HashAlgorithm::Sha256));
    const auto attribute = [](const std::string& type, const std::vector<Buffer>& values) {
        return test::der(DerTag::Sequence, {test::der_oid(type), test::der(DerTag::Set, values)});
    };
    const std::string attributes = "time stamp: signer: signed attributes: ";
    const Row rows[] = {
        {"time stamp: status is not 'granted'",
         [](TokenParts& p) { p.status = test::der_integer(1); }},
        {"time stamp: status is not 'granted'",
         [](TokenParts& p) { p.status = test::der_integer(2); }},
        {"time stamp: 4 bytes more than expected",  // failure info
         [](TokenParts& p) {
             p.status = test::joined({p.status, {0x03, 0x02, 0x07, 0x80}});
         }},
        {"time stamp: not signed data",
         [](TokenParts& p) { p.signed_data_type = "1.2.840.113549.1.7.1"; }},
        {"time stamp: version is not 3", [](TokenParts& p) { p.version = test::der_integer(1); }},
        {"time stamp: ends where tag 30 is expected",
         [](TokenParts& p) { p.digest_algorithms.clear(); }},
        {"time stamp: 13 bytes more than expected",
         [&](TokenParts& p) {
             p.digest_algorithms = test::joined({sha256, sha256});
         }},
        {"time stamp: digest algorithm is not that of the signer",
         [](TokenParts& p) {
             p.digest_algorithms = test::der_algorithm(test::hash_oid(HashAlgorithm::Sha512));
         }},
        {"time stamp: digest algorithm is not that of the signer",
         [](TokenParts& p) {
             p.digest_algorithms = test::der_algorithm(test::hash_oid(HashAlgorithm::Sha256),
                                                       test::der(DerTag::OctetString));
         }},
        {"time stamp: content is not a TSTInfo",
         [](TokenParts& p) { p.content_type = "1.2.840.113549.1.7.1"; }},
        {"time stamp: TSTInfo: version is not 1",
         [](TokenParts& p) { p.info_version = test::der_integer(2); }},
        {"time stamp: TSTInfo: time '20261118110640' is not a time in UTC",
         [](TokenParts& p) { p.time = "20261118110640"; }},
        {"time stamp: TSTInfo: 2 bytes more than expected",
         [](TokenParts& p) { p.options = test::kDerNull; }},
        {"time stamp: TSTInfo: 2 bytes more than expected",
         [](TokenParts& p) { p.imprint_rest = test::kDerNull; }},
        {"time stamp: TSTInfo: 2 bytes more than expected",
         [](TokenParts& p) { p.options = extension(false, test::kDerNull); }},
        {"time stamp: 2 bytes more than expected",
         [](TokenParts& p) { p.content_rest = test::kDerNull; }},
        {"time stamp: 2 bytes more than expected",
         [](TokenParts& p) { p.signed_data_rest = test::kDerNull; }},
        {"time stamp: 2 bytes more than expected",
         [](TokenParts& p) { p.content_info_rest = test::kDerNull; }},
        {"time stamp: 2 bytes more than expected",
         [](TokenParts& p) { p.response_rest = test::kDerNull; }},
        {"time stamp: TSTInfo: boolean is neither FF nor 00",
         [](TokenParts& p) { p.options = test::der(DerTag::Boolean, {Buffer{1}}); }},
        {"time stamp: certificate of another kind than X.509",
         [](TokenParts& p) { p.certificates = {test::der(DerTag::Context1)}; }},
        {"time stamp: too many certificates",
         [&](TokenParts& p) {
             p.certificates = std::vector<Buffer>(17, test::der(DerTag::Sequence));
         }},
        {"time stamp: no signature", [](TokenParts& p) { p.signatures = 0; }},
        {"time stamp: more than one signature", [](TokenParts& p) { p.signatures = 2; }},
        {"time stamp: signer: version is not 1, as with a serial number",
         [](TokenParts& p) { p.signer_version = test::der_integer(3); }},
        {"time stamp: signer: version is not 3, as with a subject key id",
         [](TokenParts& p) { p.signer_id = test::der(DerTag::Primitive0, {Buffer(20)}); }},
        {"time stamp: signer: 2 bytes more than expected",
         [&](TokenParts& p) {
             const Buffer& own = p.signer_id;
             const Bytes names = read_der(own, DerTag::Sequence).value();
             p.signer_id = test::der(DerTag::Sequence, {to_buffer(names), test::kDerNull});
         }},
        {"time stamp: signer: no signed attributes",
         [](TokenParts& p) { p.has_signed_attributes = false; }},
        {"time stamp: signer: 2 bytes more than expected",
         [](TokenParts& p) { p.unsigned_attributes = test::kDerNull; }},
        {attributes + "no content type",
         [](TokenParts& p) { p.attributes.erase(test::kContentTypeOid); }},
        {attributes + "no message digest",
         [](TokenParts& p) { p.attributes.erase(test::kMessageDigestOid); }},
        {attributes + "no signing certificate",
         [](TokenParts& p) { p.attributes.erase(test::kSigningCertificateV2Oid); }},
        {attributes + "not in ascending order", [](TokenParts& p) { p.in_order = false; }},
        {attributes + "not in ascending order",  // the same twice
         [&](TokenParts& p) {
             p.more_attributes = std::vector<Buffer>(2, attribute("1.2.3", {test::kDerNull}));
         }},
        {attributes + "one is there twice",
         [&](TokenParts& p) {
             p.more_attributes = {attribute(test::kContentTypeOid, {test::der_oid("1.2.3")})};
         }},
        {attributes + "2 bytes more than expected",
         [](TokenParts& p) {
             p.more_attributes = {
                 test::der(DerTag::Sequence,
                           {test::der_oid("1.2.3"), test::der(DerTag::Set), test::kDerNull})};
         }},
        {attributes + "2 bytes more than expected",
         [&](TokenParts& p) {
             p.attributes.erase(test::kContentTypeOid);
             p.more_attributes = {
                 attribute(test::kContentTypeOid, {test::kDerNull, test::kDerNull})};
         }},
        {attributes + "there are too many",
         [&](TokenParts& p) {
             for (int i = 0; i < 29; ++i) {
                 p.more_attributes.push_back(
                     attribute("1.2.3." + std::to_string(i), {test::kDerNull}));
             }
         }},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        const auto checked = check_edited(tsa, row.edit);
        REQUIRE_REFUSED(checked, row.why);
        REQUIRE_FAULT(checked, Fault::Malformed);
    }
}

TEST_CASE("a response is at most 64 KiB long, with nothing after it", "[timestamp]") {
    test::CertificateSpec spec = test::time_stamper_spec();
    spec.key_type = KeyType::Ed25519;  // its signatures have one length
    const TestTsa tsa("tsa.example.com", spec);
    const auto with_unread = [&](std::size_t size) {
        TokenParts parts = tsa.parts(kMessage, test::kLeafStart, HashAlgorithm::Sha512);
        parts.unsigned_attributes = test::der(DerTag::Context1, {Buffer(size)});
        return tsa.seal(parts);
    };
    const std::size_t rest = with_unread(60'000).size() - 60'000;
    REQUIRE_OK(check(tsa, with_unread(65'536 - rest)));
    REQUIRE_REFUSED(check(tsa, with_unread(65'537 - rest)), "time stamp: larger than 64 KiB");
    Buffer trailing = tsa.stamp(kMessage);
    trailing.push_back(0);
    REQUIRE_REFUSED(check(tsa, trailing), "time stamp: 1 bytes more than expected");
    REQUIRE_REFUSED(check(tsa, {}), "time stamp: ends where tag 30 is expected");
}

TEST_CASE("a rejected request has no token", "[timestamp]") {
    const Buffer rejected =
        test::der(DerTag::Sequence, {test::der(DerTag::Sequence, {test::der_integer(2)})});
    REQUIRE_REFUSED(check(TestTsa(), rejected), "time stamp: status is not 'granted'");
    const Buffer granted =
        test::der(DerTag::Sequence, {test::der(DerTag::Sequence, {test::der_integer(0)})});
    REQUIRE_REFUSED(check(TestTsa(), granted), "time stamp: ends where tag 30 is expected");
}

TEST_CASE("a time stamp by a known authority that does not hold is untrusted", "[timestamp]") {
    const TestTsa tsa;
    const Certificate& own = tsa.certificate();
    const TestTsa other;
    const std::string weak = "hash algorithm is not SHA-256, SHA-384 or SHA-512";
    const std::string sha1 = "1.3.14.3.2.26";
    const std::string signing = "signing certificate: ";
    const std::string scheme = "signature algorithm is not RSA PKCS#1, ECDSA or Ed25519 with SHA-2";
    const std::string named = "its name for itself is not one of its certificate";
    const auto v2 = [](const Buffer& value) {
        return [value](TokenParts& p) { p.attributes[test::kSigningCertificateV2Oid] = value; };
    };
    const Row rows[] = {
        {"message imprint is of another message", [](TokenParts& p) { p.imprint[0] ^= 1; }},
        {"message imprint is of another message", [](TokenParts& p) { p.imprint.pop_back(); }},
        {"message imprint is of another message",
         [](TokenParts& p) {
             p.imprint_algorithm = test::der_algorithm(test::hash_oid(HashAlgorithm::Sha512));
         }},
        {"message imprint: " + weak,
         [&](TokenParts& p) {
             p.imprint_algorithm = test::der_algorithm(sha1);
             p.imprint = sha1_of(kMessage);
         }},
        {"message imprint: " + weak,
         [&](TokenParts& p) {
             p.imprint_algorithm = test::der_algorithm(test::hash_oid(HashAlgorithm::Sha256),
                                                       test::der(DerTag::OctetString));
         }},
        {"critical extension is not known", [](TokenParts& p) { p.options = extension(true); }},
        {named,
         [&](TokenParts& p) {
             const Buffer name = test::subject_of(tsa.authority().chain.back());
             p.options = tsa_name(test::der(DerTag::Context4, {name}));
         }},
        {named,
         [&](TokenParts& p) {
             p.options = tsa_name(test::der(DerTag{0x86}, {to_buffer("https://tsa.example.com")}));
         }},
        {"the certificates in it are not the signer's",
         [&](TokenParts& p) { p.certificates = {der_of(other.certificate())}; }},
        {"a certificate in it has the name of the signer's and is another",
         [&](TokenParts& p) { p.certificates = {forged(own)}; }},
        {"a certificate in it has the name of the signer's and is another",
         [&](TokenParts& p) { p.certificates = {forged(own), der_of(own)}; }},
        {"revocation lists in it are not read",
         [](TokenParts& p) { p.revocation_lists = test::der(DerTag::Context1); }},
        {weak,
         [&](TokenParts& p) {
             p.digest_algorithms = test::der_algorithm(sha1);
             p.digest_algorithm = test::der_algorithm(sha1);
         }},
        {"signed content type is not that of the content",
         [](TokenParts& p) { p.attributes[test::kContentTypeOid] = test::der_oid("1.2.3"); }},
        {"signed digest is not that of the content",
         [](TokenParts& p) {
             p.attributes[test::kMessageDigestOid] = test::der_octets(Buffer(32));
         }},
        {"signed digest is not that of the content",
         [](TokenParts& p) { p.attributes[test::kMessageDigestOid] = test::kDerNull; }},
        {signing + "digest is not that of the signer's certificate",
         v2(test::signing_certificate_v2(other.certificate(), HashAlgorithm::Sha256))},
        {signing + "digest is not that of the signer's certificate",
         [&](TokenParts& p) {
             p.attributes[test::kSigningCertificateOid] =
                 test::signing_certificate(sha1_of(other.certificate().der()));
         }},
        {signing + weak,
         v2(test::der(DerTag::Sequence,
                      {test::der(DerTag::Sequence,
                                 {test::der(DerTag::Sequence,
                                            {test::der_algorithm(sha1),
                                             test::der_octets(sha1_of(own.der()))})})}))},
        {signing + "issuer and serial number are not the signer's",
         v2(test::signing_certificate_v2(own, HashAlgorithm::Sha256,
                                         test::issuer_serial(other.certificate())))},
        {signing + "issuer and serial number are not the signer's",
         v2(test::signing_certificate_v2(own, HashAlgorithm::Sha256,
                                         test::issuer_serial(tsa.authority().chain.back())))},
        {signing + "2 bytes more than expected",
         v2(test::signing_certificate_v2(
             own, HashAlgorithm::Sha256,
             test::joined({test::issuer_serial(own), test::kDerNull})))},
        {signing + "2 bytes more than expected",
         [&](TokenParts& p) {
             const Buffer right = test::issuer_serial(own);
             const Bytes names = read_der(right, DerTag::Sequence).value();
             p.attributes[test::kSigningCertificateV2Oid] = test::signing_certificate_v2(
                 own, HashAlgorithm::Sha256,
                 test::der(DerTag::Sequence, {to_buffer(names), test::kDerNull}));
         }},
        {signing + "found tag 05, expected tag 30",
         v2(test::signing_certificate_v2(own, HashAlgorithm::Sha256, test::kDerNull))},
        {signing + "ends where tag 30 is expected",
         v2(test::der(DerTag::Sequence, {test::der(DerTag::Sequence)}))},
        {signing + "2 bytes more than expected",
         v2(test::der(DerTag::Sequence,
                      {test::der(DerTag::Sequence), test::der(DerTag::Sequence), test::kDerNull}))},
        {scheme,
         [](TokenParts& p) { p.signature_algorithm = test::der_algorithm("1.2.840.10045.4.1"); }},
        {scheme,
         [](TokenParts& p) {
             p.signature_algorithm =
                 test::der_algorithm("1.2.840.10045.4.3.2", test::der(DerTag::OctetString));
         }},
        {"signature algorithm does not fit a key of type ECDSA P-256",
         [](TokenParts& p) {
             p.signature_algorithm = test::der_algorithm("1.2.840.113549.1.1.11", test::kDerNull);
         }},
        {"signature is over sha384, the digest is sha256",
         [](TokenParts& p) { p.signature_algorithm = test::der_algorithm("1.2.840.10045.4.3.3"); }},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        const auto checked = check_edited(tsa, row.edit);
        REQUIRE_REFUSED(checked, kBy + row.why);
        REQUIRE_FAULT(checked, Fault::Untrusted);
    }
}

TEST_CASE("the signature of a time stamp is by the key of its signer", "[timestamp]") {
    const auto type = GENERATE(KeyType::EcdsaP256, KeyType::Rsa, KeyType::Ed25519);
    test::CertificateSpec spec = test::time_stamper_spec();
    spec.key_type = type;
    const TestTsa tsa("tsa.example.com", spec);
    const TestTsa impostor("tsa.example.com", spec);
    const auto checked =
        check(tsa, impostor.seal(tsa.parts(kMessage, test::kLeafStart, HashAlgorithm::Sha512)));
    REQUIRE_REFUSED(checked, kBy + (type == KeyType::Ed25519 ? "Ed25519 signature does not verify"
                                                             : "signature does not verify"));
    REQUIRE_FAULT(checked, Fault::Untrusted);
}

TEST_CASE("a time stamp that is changed after it was signed is untrusted", "[timestamp]") {
    const TestTsa tsa;
    const auto changed = [&](const std::string& from, const std::string& to) {
        Buffer response = tsa.stamp(kMessage);
        const auto at = std::search(response.begin(), response.end(), from.begin(), from.end());
        REQUIRE(at != response.end());
        std::ranges::copy(to, at);
        return check(tsa, response);
    };
    REQUIRE_REFUSED(changed("20261118110640Z", "20261118110641Z"),
                    kBy + "signed digest is not that of the content");
    REQUIRE_REFUSED(changed("\x17\x0D"
                            "261118110640Z",
                            "\x17\x0D"
                            "261118110641Z"),
                    kBy + "signature does not verify");
}

TEST_CASE("the signer's certificate is for time stamps and valid when it made one", "[timestamp]") {
    test::CertificateSpec spec = test::time_stamper_spec();
    spec.validity = {Timestamp{1'795'000'000}, Timestamp{1'795'000'100}};
    const TestTsa tsa("tsa.example.com", spec);
    const auto at = [&](std::int64_t seconds) {
        return check(tsa, tsa.stamp(kMessage, Timestamp{seconds}));
    };
    const std::string valid =
        kBy + "certificate is valid from 2026-11-18T11:06:40Z to 2026-11-18T11:08:20Z, not at ";
    REQUIRE_OK(at(1'795'000'000));
    REQUIRE_OK(at(1'795'000'100));
    REQUIRE_REFUSED(at(1'794'999'999), valid + "2026-11-18T11:06:39Z");
    REQUIRE_REFUSED(at(1'795'000'101), valid + "2026-11-18T11:08:21Z");

    spec.extended_key_usage = "critical,codeSigning";
    const TestTsa signer("tsa.example.com", spec);
    const auto checked = check(signer, signer.stamp(kMessage));
    REQUIRE_REFUSED(checked, kBy + "certificate is not for time stamping");
    REQUIRE_FAULT(checked, Fault::Untrusted);
}

TEST_CASE("an authority is believed in its time", "[timestamp]") {
    const TestTsa tsa;
    CertificateAuthority authority = tsa.authority();
    authority.valid_for = {Timestamp{1'795'000'000}, Timestamp{1'795'000'100}};
    const auto at = [&](std::int64_t seconds) {
        return check_timestamp(tsa.stamp(kMessage, Timestamp{seconds}), kMessage, {authority});
    };
    const std::string trusted = kBy +
                                "certificate authority is trusted from 2026-11-18T11:06:40Z to "
                                "2026-11-18T11:08:20Z, not at ";
    REQUIRE_OK(at(1'795'000'000));
    REQUIRE_OK(at(1'795'000'100));
    REQUIRE_REFUSED(at(1'794'999'999), trusted + "2026-11-18T11:06:39Z");
    REQUIRE_REFUSED(at(1'795'000'101), trusted + "2026-11-18T11:08:21Z");
}

TEST_CASE("time stamps of unknown authorities are missing, whatever they say", "[timestamp]") {
    const TestTsa tsa;
    const TestTsa other;
    TokenParts parts = other.parts(kMessage);
    const auto missing = [&] {
        const Buffer response = other.seal(parts);
        const auto checked = check(tsa, response);
        REQUIRE_REFUSED(checked, "time stamp is by no authority that we know");
        REQUIRE_FAULT(checked, Fault::Missing);
        REQUIRE_FAULT(check_timestamp(response, kMessage, {}), Fault::Missing);
    };
    missing();
    parts.certificates = {der_of(other.certificate())};
    missing();
    parts.imprint_algorithm = test::der_algorithm("1.3.14.3.2.26");
    parts.digest_algorithm = test::der_algorithm("1.3.14.3.2.26");
    parts.digest_algorithms = parts.digest_algorithm;
    parts.signature_algorithm = test::der_algorithm("1.2.840.113549.1.1.10", extension(true));
    parts.options = extension(true);
    missing();
}

TEST_CASE("a signer is known by its issuer and its serial number, not by one of them",
          "[timestamp]") {
    const TestTsa tsa;
    TokenParts parts = tsa.parts(kMessage);
    const Buffer id = parts.signer_id;
    DerReader names(read_der(id, DerTag::Sequence).value());
    const Buffer issuer = to_buffer(names.any()->whole);
    const Buffer serial = to_buffer(names.any()->whole);
    parts.signer_id = test::der(DerTag::Sequence, {issuer, test::der_integer(1)});
    REQUIRE_FAULT(check(tsa, tsa.seal(parts)), Fault::Missing);
    const Buffer subject = test::subject_of(tsa.certificate());
    parts.signer_id = test::der(DerTag::Sequence, {subject, serial});
    REQUIRE_FAULT(check(tsa, tsa.seal(parts)), Fault::Missing);
    parts.signer_version = test::der_integer(3);
    parts.signer_id = test::der(DerTag::Primitive0, {Buffer(20)});
    REQUIRE_FAULT(check(tsa, tsa.seal(parts)), Fault::Missing);
    parts.signer_id = test::der(DerTag::Primitive0);
    REQUIRE_FAULT(check(tsa, tsa.seal(parts)), Fault::Missing);
}

TEST_CASE("the certificates above a signer make no time stamps", "[timestamp]") {
    const TestTsa tsa;
    TokenParts parts = tsa.parts(kMessage);
    parts.signer_id = test::issuer_and_serial(tsa.authority().chain.back());
    REQUIRE_FAULT(check(tsa, tsa.seal(parts)), Fault::Missing);
}

TEST_CASE("an authority that lists no signer has it in the token", "[timestamp]") {
    const TestCa root;
    const TestTsa tsa("tsa.example.com", test::time_stamper_spec(),
                      root.intermediate(test::authority_spec("time stampers")));
    TokenParts parts = tsa.parts(kMessage);
    const auto checked = [&] {
        return check_timestamp(tsa.seal(parts), kMessage, {tsa.issuers()});
    };
    REQUIRE_FAULT(checked(), Fault::Missing);
    parts.certificates = {der_of(tsa.authority().chain.back()), der_of(tsa.certificate())};
    REQUIRE_OK(checked());
    CertificateAuthority nameless = tsa.issuers();
    nameless.uri.clear();
    REQUIRE(check_timestamp(tsa.seal(parts), kMessage, {nameless})->who ==
            to_string(digest_of(nameless.chain.front().der())));

    parts.certificates = {der_of(tsa.certificate()), forged(tsa.certificate())};
    REQUIRE_REFUSED(checked(),
                    kBy + "a certificate in it has the name of the signer's and is another");
    parts.certificates = {forged(tsa.certificate())};
    REQUIRE_REFUSED(checked(), kBy + "certificate: signature does not verify");

    // Another authority that calls itself the same, and one that does not.
    const TestCa same_name = TestCa().intermediate(test::authority_spec("time stampers"));
    const TestTsa impostor("tsa.example.com", test::time_stamper_spec(), same_name);
    parts = impostor.parts(kMessage);
    parts.certificates = {der_of(impostor.certificate())};
    const auto refused = check_timestamp(impostor.seal(parts), kMessage, {tsa.issuers()});
    REQUIRE_REFUSED(refused, kBy + "certificate does not lead to this authority");
    REQUIRE_FAULT(refused, Fault::Untrusted);
    const TestTsa stranger("tsa.example.com", test::time_stamper_spec(),
                           TestCa(test::authority_spec("another root")));
    parts = stranger.parts(kMessage);
    parts.certificates = {der_of(stranger.certificate())};
    REQUIRE_FAULT(check_timestamp(stranger.seal(parts), kMessage, {tsa.issuers()}), Fault::Missing);
}

TEST_CASE("an authority that lists its signer has no other", "[timestamp]") {
    const TestCa ca;
    const TestTsa tsa("tsa.example.com", test::time_stamper_spec(), ca);
    const TestTsa sibling("tsa.example.com", test::time_stamper_spec(), ca);
    TokenParts parts = sibling.parts(kMessage);
    parts.certificates = {der_of(sibling.certificate())};
    REQUIRE_FAULT(check(tsa, sibling.seal(parts)), Fault::Missing);
}

TEST_CASE("one authority of the list is enough, and its first refusal is told", "[timestamp]") {
    const TestTsa tsa;
    CertificateAuthority over = tsa.authority();
    over.uri = "https://old.example.com";
    over.valid_for.end = Timestamp{0};
    const Buffer response = tsa.stamp(kMessage);
    const auto proved =
        check_timestamp(response, kMessage, {TestTsa().authority(), over, tsa.authority()});
    REQUIRE_OK(proved);
    REQUIRE(proved->source == "tsa.example.com");
    const Buffer other = tsa.stamp(to_buffer("another message"));
    REQUIRE_REFUSED(check_timestamp(other, kMessage, {over, tsa.authority()}),
                    "time stamp by 'old.example.com': message imprint is of another message");
}

TEST_CASE("the time of a time stamp has one spelling", "[timestamp]") {
    REQUIRE(parse_generalized_time("20260513192333Z").value() ==
            parse_rfc3339("2026-05-13T19:23:33Z").value());
    REQUIRE(parse_generalized_time("20260513192333.000000001Z").value() ==
            parse_rfc3339("2026-05-13T19:23:33Z").value());
    const std::string text = GENERATE(values<std::string>({"",
                                                           "Z",
                                                           "20260513192333",
                                                           "202605131923Z",
                                                           "2026051319Z",
                                                           "260513192333Z",
                                                           "20260513192333.Z",
                                                           "20260513192333.10Z",
                                                           "20260513192333.0Z",
                                                           "20260513192333,1Z",
                                                           "20260513192333.1234567891Z",
                                                           "20260513192333z",
                                                           "20260513192333+0000",
                                                           "20260513192333+00:00Z",
                                                           "20260513192333ZZ",
                                                           "20260513192360Z",
                                                           "20260513242333Z",
                                                           "20260230192333Z",
                                                           "2026-513192333Z",
                                                           " 20260513192333Z",
                                                           "20260513192333 Z"}));
    const auto time = parse_generalized_time(text);
    REQUIRE_REFUSED(time, "time " + printable(text) + " is not a time in UTC");
    REQUIRE_FAULT(time, Fault::Malformed);
}
