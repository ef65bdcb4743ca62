// What has been proved of the paths to one authority, so that of many certificates by the same
// issuer only the own signature of each has to be verified. Proofs only: what failed is tried
// again, and nothing here depends on time.
#pragma once

#include "verify/certificate.h"

#include <deque>
#include <mutex>

namespace boltseal {

using CertificatePath = std::vector<Certificate>;  // leaf first, anchor last

// For use from several threads at once. Keeps the paths of 64 leaves and 16 issuers. Every call
// names the certificates of the authority that it is about: others make it forget everything.
class ChainMemo {
public:
    // The path from this very leaf, or empty.
    CertificatePath find(const Certificate& leaf, const CertificatePath& authority);

    // The path from a certificate that names itself as the leaf's issuer, or empty. It was proved
    // for another leaf, and nothing in it depends on which: there are no name constraints.
    CertificatePath find_issuer(const Certificate& leaf, const CertificatePath& authority);

    // REQUIRES: path is proved to lead to the last of `authority`, and is of two or more
    void remember(const CertificatePath& path, const CertificatePath& authority);

private:
    struct Leaf {
        CertificateHash hash;  // here, so that a search reads nothing else
        CertificatePath path;
    };

    void belong_to(const CertificatePath& authority);
    const CertificatePath* find_leaf(const Certificate& leaf) const;

    std::mutex mutex_;  // guards what follows; held by whoever is in one of the calls above
    CertificatePath authority_;
    std::deque<Leaf> leaves_;  // newest first
    std::vector<CertificatePath> issuers_;
};

}  // namespace boltseal
