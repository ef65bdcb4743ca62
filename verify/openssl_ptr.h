// Ownership of OpenSSL objects inside verify/ and sign/, and what its calls answer. Included by .cc
// files only.
#pragma once

#include "core/digest.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>

namespace boltseal {

template <auto Free>
struct OpensslFree {
    template <typename T>
    void operator()(T* object) const {
        Free(object);
    }
};

using EvpKey = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using EvpKeyContext = std::unique_ptr<EVP_PKEY_CTX, OpensslFree<EVP_PKEY_CTX_free>>;

inline const EVP_MD* openssl_hash(HashAlgorithm algorithm) {
    switch (algorithm) {
        case HashAlgorithm::Sha256:
            return EVP_sha256();
        case HashAlgorithm::Sha384:
            return EVP_sha384();
        case HashAlgorithm::Sha512:
            break;
    }
    return EVP_sha512();
}

inline Bytes bytes_of(const ASN1_STRING* string) {
    return Bytes(ASN1_STRING_get0_data(string),
                 static_cast<std::size_t>(ASN1_STRING_length(string)));
}

// What failed input leaves in OpenSSL's queue must not be found by the next caller.
class OpensslErrorScope {
public:
    OpensslErrorScope() { clear(); }
    OpensslErrorScope(const OpensslErrorScope&) = delete;
    OpensslErrorScope& operator=(const OpensslErrorScope&) = delete;
    ~OpensslErrorScope() { clear(); }

private:
    // To clear a queue that is empty costs as much as to hash a kilobyte.
    static void clear() {
        if (ERR_peek_error() != 0) ERR_clear_error();
    }
};

}  // namespace boltseal
