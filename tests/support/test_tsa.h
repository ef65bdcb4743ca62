// A time-stamping authority for tests: RFC 3161 tokens as a real one issues them, or wrong in one
// place. All keys are fresh.
#pragma once

#include "tests/support/der_maker.h"
#include "tests/support/test_ca.h"
#include "verify/timestamp.h"

#include <map>

namespace boltseal::test {

inline const std::string kTstInfoOid = "1.2.840.113549.1.9.16.1.4";
inline const std::string kContentTypeOid = "1.2.840.113549.1.9.3";
inline const std::string kMessageDigestOid = "1.2.840.113549.1.9.4";
inline const std::string kSigningCertificateOid = "1.2.840.113549.1.9.16.2.12";
inline const std::string kSigningCertificateV2Oid = "1.2.840.113549.1.9.16.2.47";

// What a response is made of, in DER where it is a Buffer. Change it, then seal it.
struct TokenParts {
    Buffer status = der_integer(0);  // all that is in the PKIStatusInfo

    // TSTInfo. `options` is what comes after the time.
    Buffer info_version = der_integer(1);
    Buffer imprint_algorithm;
    Buffer imprint;    // the bytes
    std::string time;  // "20261118110640Z"
    Buffer options;

    // SignedData.
    std::string signed_data_type = "1.2.840.113549.1.7.2";
    std::string content_type = kTstInfoOid;
    Buffer version = der_integer(3);
    Buffer digest_algorithms;          // all that is in the SET
    std::vector<Buffer> certificates;  // the field is left out if there are none
    Buffer revocation_lists;           // the field, if it is to be there
    int signatures = 1;                // so many times the same

    // SignerInfo.
    Buffer signer_version = der_integer(1);
    Buffer signer_id;
    Buffer digest_algorithm;
    bool has_signed_attributes = true;         // or the signature is over the content
    std::map<std::string, Buffer> attributes;  // values by type; seal fills in the message digest
    std::vector<Buffer> more_attributes;       // in whatever form
    bool in_order = true;                      // or in the opposite
    Buffer signature_algorithm;
    HashAlgorithm signing_hash = HashAlgorithm::Sha256;  // of message digest and signature
    Buffer unsigned_attributes;                          // the field, if it is to be there

    // What does not belong there, at the end of the message imprint, of the content with
    // its type, the SignedData, the ContentInfo and the response.
    Buffer imprint_rest;
    Buffer content_rest;
    Buffer signed_data_rest;
    Buffer content_info_rest;
    Buffer response_rest;
};

class TestTsa {
public:
    // Its certificate is issued by `ca` as `spec` says.
    explicit TestTsa(const std::string& host = "tsa.example.com",
                     const CertificateSpec& spec = time_stamper_spec(),
                     const TestCa& ca = TestCa());

    // As trusted roots list it: its certificate first, then the chain up to the root.
    const CertificateAuthority& authority() const { return authority_; }
    // As some list it: without its own certificate, so that tokens must bring it.
    CertificateAuthority issuers() const;
    const Certificate& certificate() const { return authority_.chain.front(); }
    Signer& key() const { return *key_; }

    // A granted response that holds, without certificates; `hash` is the one for everything.
    Buffer stamp(Bytes message, Timestamp time = kLeafStart) const {
        return seal(parts(message, time));
    }
    TokenParts parts(Bytes message, Timestamp time = kLeafStart,
                     HashAlgorithm hash = HashAlgorithm::Sha256) const;
    Buffer seal(const TokenParts& parts) const;

private:
    CertificateAuthority authority_;
    std::shared_ptr<Signer> key_;  // shared by copies of the authority
};

std::string hash_oid(HashAlgorithm hash);
Buffer issuer_and_serial(const Certificate& certificate);
Buffer subject_of(const Certificate& certificate);
Buffer subject_key_id(const Certificate& certificate);  // the bytes

// SigningCertificate and SigningCertificateV2 about one certificate. With SHA-256, which is the
// default, the second has no algorithm in it.
Buffer signing_certificate(Bytes certificate_hash, const Buffer& issuer_serial = {});
Buffer signing_certificate_v2(const Certificate& certificate, HashAlgorithm hash,
                              const Buffer& issuer_serial = {});
Buffer issuer_serial(const Certificate& certificate);  // as these two name it

}  // namespace boltseal::test
