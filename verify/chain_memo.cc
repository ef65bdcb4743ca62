#include "verify/chain_memo.h"

#include <openssl/x509v3.h>

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxLeaves = 64;
constexpr std::size_t kMaxIssuers = 16;
constexpr std::uint8_t kNameConstraints[] = {0x55, 0x1D, 0x1E};  // 2.5.29.30

bool constrains_names(const Certificate& certificate) {
    return certificate.extension(kNameConstraints).has_value();
}

bool starts_with(const CertificatePath& path, const Certificate& first) {
    return path.front() == first;
}

}  // namespace

void ChainMemo::belong_to(const CertificatePath& authority) {
    if (authority_ == authority) return;
    authority_ = authority;
    leaves_.clear();
    issuers_.clear();
}

CertificatePath ChainMemo::find(const Certificate& leaf, const CertificatePath& authority) {
    const std::lock_guard lock(mutex_);
    belong_to(authority);
    for (const CertificatePath& path : leaves_) {
        if (starts_with(path, leaf)) return path;
    }
    return {};
}

CertificatePath ChainMemo::find_issuer(const Certificate& leaf, const CertificatePath& authority) {
    const std::lock_guard lock(mutex_);
    belong_to(authority);
    for (const CertificatePath& path : issuers_) {
        if (X509_check_issued(path.front().openssl(), leaf.openssl()) == X509_V_OK) return path;
    }
    return {};
}

void ChainMemo::remember(const CertificatePath& path, const CertificatePath& authority) {
    const std::lock_guard lock(mutex_);
    belong_to(authority);
    for (const CertificatePath& known : leaves_) {
        if (starts_with(known, path.front())) return;
    }
    leaves_.push_front(path);
    if (leaves_.size() > kMaxLeaves) leaves_.pop_back();
    if (std::any_of(path.begin() + 1, path.end(), constrains_names)) return;
    CertificatePath issuers(path.begin() + 1, path.end());
    for (const CertificatePath& known : issuers_) {
        if (starts_with(known, issuers.front())) return;
    }
    if (issuers_.size() < kMaxIssuers) issuers_.push_back(std::move(issuers));
}

}  // namespace boltseal
