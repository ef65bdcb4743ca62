// Who vouches for a certificate, and when: RFC 5280 section 6, with a trusted authority as anchor
// and a proved time as "now". The wall clock plays no part, nor do revocation lists and certificate
// policies, which Sigstore has not.
#pragma once

#include "verify/certificate_chain.h"
#include "verify/chain_memo.h"

namespace boltseal {

// Of Fulcio, of a private CA, or of a time-stamping authority, as a trusted root names them.
struct CertificateAuthority {
    std::string uri;
    std::string operator_name;  // whose it is; may be empty
    CertificateChain chain;     // certificates that sign or are signed, the anchor last
    TimeRange valid_for;
    // What has been proved with this chain. It never changes an answer, only what it costs. Owned
    // by all copies of the authority.
    std::shared_ptr<ChainMemo> memo = std::make_shared<ChainMemo>();
};

enum class CertificateUse { CodeSigning, TimeStamping };

// The proved path, leaf first and anchor last. The anchor need not be self-signed. Untrusted unless
// every certificate of the path is valid at each of `times` (closed intervals), which must not be
// empty, the authority is valid then too, and the leaf is for `use`, as are those of its issuers
// that say what they are for. Signatures in the path are ECDSA or RSA with SHA-2. Config for an
// authority of no certificates, of more than 16, or of one that cannot be read.
Result<std::vector<Certificate>> check_chain(const Certificate& leaf,
                                             const CertificateAuthority& authority,
                                             const std::vector<Timestamp>& times,
                                             CertificateUse use);

}  // namespace boltseal
