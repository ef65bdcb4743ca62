// Signs in the name of whoever a token of OpenID Connect names, with certificates that live for
// minutes.
#pragma once

#include "sign/certified_key.h"
#include "transparency/fulcio_client.h"

#include <functional>

namespace boltseal {

class IdentitySigner {
public:
    // Asked for each certificate: a token does not live long either.
    using TokenSource = std::function<Result<std::string>()>;
    using OnCertified = std::function<void(const Certificate&)>;

    // `url` is that of a Fulcio. The transport must outlive it.
    IdentitySigner(Transport& transport, std::string url, TokenSource token, Patience patience,
                   OnCertified on_certified);

    // A key whose certificate is valid for a minute more at least: of the last call, or a new one.
    // The errors of fetch_certificate. Borrowed until the next call.
    Result<Signer*> ready(Timestamp now);

private:
    Result<std::unique_ptr<CertifiedKey>> certify() const;

    Transport& transport_;
    std::string url_;
    TokenSource token_;
    Patience patience_;
    OnCertified on_certified_;
    std::unique_ptr<CertifiedKey> signer_;
};

}  // namespace boltseal
