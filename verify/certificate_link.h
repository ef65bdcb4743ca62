// The signature of one certificate by the key of another.
#pragma once

struct x509_st;  // OpenSSL's X509

namespace boltseal {

// RFC 5280 section 6.1.3 step (a)(1) for the certificate, and 6.1.4 step (n) for its issuer.
// X509_V_OK, or OpenSSL's number for what is wrong. Depends on nothing but these two.
int check_link(x509_st* certificate, x509_st* issuer);

}  // namespace boltseal
