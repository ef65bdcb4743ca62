// boltseal-verify: static and offline. It links core and verify, and there is no network code in
// it.
#include "cli/command.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

namespace {

// What OpenSSL prepares and a verification does not need takes longer than the verification.
void start_openssl() {
    // A configuration file could load code; nothing is encrypted; errors are told in our words;
    // and there is nothing to wipe in the end.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
                            OPENSSL_INIT_NO_ADD_ALL_DIGESTS | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
                            OPENSSL_INIT_NO_ATEXIT,
                        nullptr);
    // By these names it looks for what a certificate is signed with. SHA-1 and SHA-224 are refused
    // all the same, and by name.
    for (const EVP_MD* md : {EVP_sha1(), EVP_sha224(), EVP_sha256(), EVP_sha384(), EVP_sha512()}) {
        EVP_add_digest(md);
    }
    // Random numbers only blind computations with public values here, and this source of them needs
    // no cipher. If it cannot be had, the default one does.
    RAND_set_DRBG_type(nullptr, "HASH-DRBG", nullptr, nullptr, "SHA256");
}

}  // namespace

int main(int argc, char** argv) {
    using namespace boltseal;
    start_openssl();
    return run_program(
        {"boltseal-verify",
         "Verify signatures offline",
         {add_bundle, add_lint, add_proof, add_recheck, add_policy, add_inspect, add_version}},
        argc, argv);
}
