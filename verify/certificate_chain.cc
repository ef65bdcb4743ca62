#include "verify/certificate_chain.h"

#include "verify/certificate_link.h"

#include <atomic>
#include <deque>
#include <mutex>

namespace boltseal {

struct CertificateChain::Content {
    struct Link {
        std::once_flag once;  // guards the verdict, which never changes afterwards
        int verdict = 0;
    };

    std::vector<Buffer> unread;
    std::once_flag once;  // guards what follows, which never changes afterwards
    std::vector<Certificate> certificates = {};
    std::optional<Error> problem = std::nullopt;
    std::deque<Link> links = {};           // of each certificate but the last to the next
    std::atomic<std::size_t> unknown = 1;  // how many of them; 1 until the certificates are read

    void read() {
        std::vector<Certificate> found;
        for (const Buffer& der : unread) {
            auto certificate = parse_certificate(der);
            if (!certificate) {
                problem = std::move(certificate).error();
                return hold({});
            }
            found.push_back(*std::move(certificate));
        }
        hold(std::move(found));
    }

    void hold(std::vector<Certificate> found) {
        certificates = std::move(found);
        links.resize(certificates.empty() ? 0 : certificates.size() - 1);
        unknown = links.size();
    }
};

CertificateChain::CertificateChain(std::vector<Certificate> certificates)
    : chain_(std::make_shared<Content>()) {
    std::call_once(chain_->once, [&] { chain_->hold(std::move(certificates)); });
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

int CertificateChain::link(std::size_t i) const {
    const std::vector<Certificate>& known = certificates();
    Content::Link& link = chain_->links.at(i);
    std::call_once(link.once, [&] {
        link.verdict = check_link(known[i].openssl(), known[i + 1].openssl());
        --chain_->unknown;
    });
    return link.verdict;
}

// From the anchor down: whoever needs them at the same time comes from below.
void CertificateChain::prepare(const std::stop_token& stop) const {
    if (stop.stop_requested()) return;
    for (std::size_t i = certificates().size(); i > 1 && !stop.stop_requested(); --i) link(i - 2);
}

bool CertificateChain::is_prepared() const {
    return !chain_ || chain_->unknown == 0;
}

}  // namespace boltseal
