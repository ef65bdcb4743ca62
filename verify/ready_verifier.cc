#include "verify/ready_verifier.h"

#include "verify/openssl_ptr.h"

#include <openssl/rsa.h>

#include <algorithm>
#include <array>

namespace boltseal {

namespace {

bool set_scheme(EVP_PKEY_CTX* context, const VerifierScheme& scheme) {
    if (scheme.rsa_padding == 0) return true;
    const EVP_MD* const md = openssl_hash(scheme.hash);
    if (EVP_PKEY_CTX_set_rsa_padding(context, scheme.rsa_padding) != 1 ||
        EVP_PKEY_CTX_set_signature_md(context, md) != 1) {
        return false;
    }
    return scheme.rsa_padding != RSA_PKCS1_PSS_PADDING ||
           (EVP_PKEY_CTX_set_rsa_mgf1_md(context, md) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1);
}

EvpKeyContext make_verifier(EVP_PKEY* key, const VerifierScheme& scheme) {
    EvpKeyContext context(key ? EVP_PKEY_CTX_new(key, nullptr) : nullptr);
    if (!context || EVP_PKEY_verify_init(context.get()) != 1 ||
        !set_scheme(context.get(), scheme)) {
        return nullptr;
    }
    return context;
}

// Its context owns the key, so that no other key can have that address.
struct KeptVerifier {
    EvpKeyContext context;
    VerifierScheme scheme;

    bool is_for(const EVP_PKEY* key, const VerifierScheme& wanted) const {
        return context && EVP_PKEY_CTX_get0_pkey(context.get()) == key && scheme == wanted;
    }
};

}  // namespace

EVP_PKEY_CTX* ready_verifier(EVP_PKEY* key, const VerifierScheme& scheme) {
    thread_local std::array<KeptVerifier, 4> ready;  // the last used one first
    auto found = std::ranges::find_if(
        ready, [&](const KeptVerifier& one) { return one.is_for(key, scheme); });
    if (found == ready.end()) {
        EvpKeyContext made = make_verifier(key, scheme);
        if (!made) return nullptr;
        --found;  // the place of the one not used for longest
        *found = {std::move(made), scheme};
    }
    std::rotate(ready.begin(), found, found + 1);
    return ready.front().context.get();
}

}  // namespace boltseal
