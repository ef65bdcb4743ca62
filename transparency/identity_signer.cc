#include "transparency/identity_signer.h"

namespace boltseal {

namespace {

constexpr std::int64_t kTimeToSign = 60;  // seconds: two requests over a bad line, and repeated

}  // namespace

IdentitySigner::IdentitySigner(Transport& transport, std::string url, TokenSource token,
                               Patience patience, OnCertified on_certified)
    : transport_(transport),
      url_(std::move(url)),
      token_(std::move(token)),
      patience_(std::move(patience)),
      on_certified_(std::move(on_certified)) {}

Result<std::unique_ptr<CertifiedKey>> IdentitySigner::certify() const {
    BOLTSEAL_TRY(const std::string token, token_());
    BOLTSEAL_TRY(std::unique_ptr<PrivateKey> key, generate_key(KeyType::EcdsaP256));
    BOLTSEAL_TRY(Certificate certificate,
                 fetch_certificate(transport_, url_, token, *key, patience_));
    on_certified_(certificate);
    return std::make_unique<CertifiedKey>(std::move(key), std::move(certificate));
}

Result<Signer*> IdentitySigner::ready(Timestamp now) {
    const Timestamp done{now.seconds + kTimeToSign};
    if (!signer_ || !signer_->certificate()->validity().contains(done)) {
        BOLTSEAL_TRY(signer_, certify());
    }
    return signer_.get();
}

}  // namespace boltseal
