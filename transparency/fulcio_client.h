// Asks a certificate authority that speaks Fulcio's API to certify a key for whoever a token of
// OpenID Connect names. github.com/sigstore/fulcio, fulcio.proto: v2 CreateSigningCertificate
#pragma once

#include "net/retry.h"
#include "sign/signer.h"

#include <string>

namespace boltseal {

inline constexpr std::size_t kMaxIdentityToken = std::size_t{64} << 10;

// Whom the token names: its `email` if it has one, which its issuer must have verified, else its
// `sub`. Nobody has checked it: it is what the authority wants to be signed, as proof that the key
// is held by whoever holds the token. Malformed unless it is a JWT (RFC 7519) within the limit.
Result<std::string> subject_of_token(std::string_view token);

// The certificate for the signer's key. Nothing is said of whether it can be trusted, nor of the
// rest of its chain. Declined, with the authority's words, if it gives none. Config for a token
// that names nobody, and unless the URL is https or leads to this machine: until it ends, the token
// lets anybody sign in that name. Malformed if the certificate is for another key.
Result<Certificate> fetch_certificate(Transport& transport, const std::string& url,
                                      const std::string& token, Signer& signer,
                                      const Patience& patience);

}  // namespace boltseal
