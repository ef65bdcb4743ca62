// A private key that a certificate speaks for.
#pragma once

#include "sign/private_key.h"

namespace boltseal {

class CertifiedKey : public Signer {
public:
    // REQUIRES: the certificate is for this key
    CertifiedKey(std::unique_ptr<PrivateKey> key, Certificate certificate)
        : key_(std::move(key)), certificate_(std::move(certificate)) {}

    using Signer::sign;
    const PublicKey& public_key() const override { return key_->public_key(); }
    const Certificate* certificate() const override { return &certificate_; }
    Result<Buffer> sign(Bytes message, SignatureAlgorithm algorithm) override {
        return key_->sign(message, algorithm);
    }

private:
    std::unique_ptr<PrivateKey> key_;
    Certificate certificate_;
};

}  // namespace boltseal
