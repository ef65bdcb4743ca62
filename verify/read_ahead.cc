#include "verify/read_ahead.h"

#include <exception>
#include <system_error>

namespace boltseal {

namespace {

// What goes wrong here will go wrong for whoever needs it, and is theirs to report.
void prepare(const std::stop_token& stop, const std::vector<CertificateChain>& chains) try {
    for (const CertificateChain& chain : chains) chain.prepare(stop);
} catch (const std::exception&) {
}

}  // namespace

ReadAhead::ReadAhead(std::vector<CertificateChain> chains) {
    std::erase_if(chains, [](const CertificateChain& chain) { return chain.is_prepared(); });
    if (chains.empty()) return;
    try {
        thread_ = std::jthread(prepare, std::move(chains));
    } catch (const std::system_error&) {
    }
}

}  // namespace boltseal
