// The two numbers of an RSA key, as its SubjectPublicKeyInfo has them in the one plain DER form:
// RFC 3279 section 2.3.1, RFC 8017 appendix A.1.1. Which numbers are accepted is public_key.h.
#pragma once

#include "core/bytes.h"
#include "core/result.h"

namespace boltseal {

struct RsaNumbers {
    Bytes modulus;  // the contents of INTEGERs that are not negative
    Bytes exponent;
};

// Malformed for every other key, every other form, and bytes after the end. They borrow from
// `spki`.
Result<RsaNumbers> parse_rsa_numbers(Bytes spki);

}  // namespace boltseal
