// The certificates of an authority, read when they are first asked for: a trusted root names many
// authorities, and a verification asks for one or two.
#pragma once

#include "verify/certificate.h"

namespace boltseal {

// Copies share what was read. Safe from several threads, as long as nobody assigns to it.
class CertificateChain {
public:
    CertificateChain() = default;
    CertificateChain(std::vector<Certificate> certificates);          // NOLINT: known already
    static CertificateChain later(std::vector<Buffer> certificates);  // DER

    // Empty if one of them is no certificate that parse_certificate takes: then nothing leads to
    // this authority, and check says why.
    const std::vector<Certificate>& certificates() const;
    Result<void> check() const;

    operator const std::vector<Certificate>&() const { return certificates(); }  // NOLINT
    auto begin() const { return certificates().begin(); }
    auto end() const { return certificates().end(); }
    bool empty() const { return certificates().empty(); }
    std::size_t size() const { return certificates().size(); }
    const Certificate& operator[](std::size_t i) const { return certificates()[i]; }
    const Certificate& front() const { return certificates().front(); }
    const Certificate& back() const { return certificates().back(); }
    bool operator==(const CertificateChain& other) const {
        return certificates() == other.certificates();
    }

private:
    struct Content;
    const Content& read() const;
    std::shared_ptr<Content> chain_;  // null: empty
};

}  // namespace boltseal
