// One X.509 certificate (RFC 5280), as bundles and trusted roots carry it. Parsed, not trusted: who
// vouches for it is x509_chain.h, what it says of the signer is identity.h.
#pragma once

#include "core/time.h"
#include "verify/public_key.h"

#include <memory>
#include <optional>

struct x509_st;  // OpenSSL's X509

namespace boltseal {

using CertificateHash = Hash256<struct CertificateTag>;  // SHA-256 of its DER

class Certificate {
public:
    Bytes der() const;
    const CertificateHash& hash() const;
    const PublicKey& key() const;
    const TimeRange& validity() const;  // both ends are given
    bool is_self_issued() const;        // subject and issuer are the same, as in a root
    // The value of the extension with this object identifier, given as the contents of its DER, if
    // there is one. There is never a second. Borrowed.
    std::optional<Bytes> extension(Bytes oid) const;
    x509_st* openssl() const;  // borrowed, for the .cc files of verify/; not to be changed
    bool operator==(const Certificate& other) const {
        return parsed_ == other.parsed_ || hash() == other.hash();
    }

private:
    friend Result<Certificate> parse_certificate(Bytes der);
    struct Parsed;
    explicit Certificate(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}
    std::shared_ptr<const Parsed> parsed_;  // never changes; owned by every copy of the certificate
};

// Exactly one certificate of at most 64 KiB, in the DER it prints back to, with a key of a kind
// that public_key.h accepts, times as RFC 5280 section 4.1.2.5 wants them, and at most 64
// extensions, of which no two are the same and none that OpenSSL knows is broken.
Result<Certificate> parse_certificate(Bytes der);

// One or more "CERTIFICATE" blocks, 16 at most, with nothing but white space around them.
Result<std::vector<Certificate>> parse_certificates_pem(Bytes pem);
std::string to_pem(const Certificate& certificate);

}  // namespace boltseal
