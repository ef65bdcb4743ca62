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

}  // namespace

void ChainMemo::belong_to(const CertificatePath& authority) {
    if (authority_ == authority) return;
    authority_ = authority;
    leaves_.clear();
    issuers_.clear();
}

const CertificatePath* ChainMemo::find_leaf(const Certificate& leaf) const {
    const auto found = std::ranges::find(leaves_, leaf.hash(), &Leaf::hash);
    return found == leaves_.end() ? nullptr : &found->path;
}

CertificatePath ChainMemo::find(const Certificate& leaf, const CertificatePath& authority) {
    const std::lock_guard lock(mutex_);
    belong_to(authority);
    const CertificatePath* path = find_leaf(leaf);
    return path ? *path : CertificatePath();
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
    CertificatePath forgotten;  // destroyed without the lock
    const std::lock_guard lock(mutex_);
    belong_to(authority);
    if (find_leaf(path.front())) return;
    leaves_.push_front(Leaf{path.front().hash(), path});
    if (leaves_.size() > kMaxLeaves) {
        forgotten = std::move(leaves_.back().path);
        leaves_.pop_back();
    }
    if (std::any_of(path.begin() + 1, path.end(), constrains_names)) return;
    CertificatePath issuers(path.begin() + 1, path.end());
    for (const CertificatePath& known : issuers_) {
        if (known.front() == issuers.front()) return;
    }
    if (issuers_.size() < kMaxIssuers) issuers_.push_back(std::move(issuers));
}

}  // namespace boltseal
