#include "verify/certificate_chain.h"

#include <mutex>

namespace boltseal {

struct CertificateChain::Content {
    std::vector<Buffer> unread;
    std::once_flag once;  // guards what follows, which never changes afterwards
    std::vector<Certificate> certificates = {};
    std::optional<Error> problem = std::nullopt;

    void read() {
        std::vector<Certificate> found;
        for (const Buffer& der : unread) {
            auto certificate = parse_certificate(der);
            if (!certificate) {
                problem = std::move(certificate).error();
                return;
            }
            found.push_back(*std::move(certificate));
        }
        certificates = std::move(found);
    }
};

CertificateChain::CertificateChain(std::vector<Certificate> certificates)
    : chain_(std::make_shared<Content>()) {
    std::call_once(chain_->once, [&] { chain_->certificates = std::move(certificates); });
}

CertificateChain CertificateChain::later(std::vector<Buffer> certificates) {
    CertificateChain chain;
    chain.chain_ = std::make_shared<Content>();
    chain.chain_->unread = std::move(certificates);
    return chain;
}

const CertificateChain::Content& CertificateChain::read() const {
    static const Content kNone;
    if (!chain_) return kNone;
    std::call_once(chain_->once, [this] { chain_->read(); });
    return *chain_;
}

const std::vector<Certificate>& CertificateChain::certificates() const {
    return read().certificates;
}

Result<void> CertificateChain::check() const {
    if (const auto& problem = read().problem) return *problem;
    return {};
}

}  // namespace boltseal
