// CMS SignedData with one signature over signed attributes: RFC 5652 section 5, as time-stamp
// tokens use it (RFC 3161 section 2.4.2). Who may sign, and what the content says, is timestamp.h.
#pragma once

#include "verify/certificate.h"
#include "verify/der.h"

namespace boltseal {

// How the signature names its certificate: by the first two, or by the third.
struct SignerId {
    Bytes issuer;  // a Name, all of it
    Bytes serial;  // an INTEGER, all of it
    Bytes subject_key_id;
};

// The signed attributes that are read, the value of each: all of one element. The last two may be
// empty, but not both.
struct SignedAttributes {
    Bytes content_type;
    Bytes message_digest;
    Bytes signing_certificate;     // names the certificate by its SHA-1, RFC 2634 section 5.4
    Bytes signing_certificate_v2;  // RFC 5035 section 3
};

// Every view is into the bytes that were parsed, which must outlive it.
struct SignedData {
    Bytes content_type;  // an OBJECT IDENTIFIER, all of it
    Bytes content;
    std::vector<Bytes> certificates;  // each DER of something; may be empty
    bool has_revocation_lists = false;
    SignerId signer;
    DerAlgorithm digest_algorithm;
    SignedAttributes attributes;
    Buffer signed_bytes;  // what the signature is over: the attributes, as a SET OF
    DerAlgorithm signature_algorithm;
    Bytes signature;
};

// A ContentInfo (DER) that holds SignedData, with 16 certificates and 32 signed attributes at most.
// Malformed if there is not exactly one signature, if it has no signed attributes, or if one of the
// three that a time stamp must have is missing. Certificates of other kinds than X.509 are refused;
// unsigned attributes, which prove nothing, are skipped.
Result<SignedData> parse_signed_data(Bytes content_info);

// Whether the signature names this certificate. Proves nothing.
bool names(const SignerId& signer, const Certificate& certificate);

// Untrusted unless `signer` has signed the content: the attributes are about it and about this very
// certificate (the first that a signing certificate attribute lists), and the signature over them
// verifies. Revocation lists, which we would not heed, are refused. RSA PKCS#1 v1.5 and ECDSA with
// SHA-256, SHA-384 or SHA-512, one hash for all of it; Ed25519 with SHA-512 (RFC 8419 section 3).
// Whether the certificate may sign is not looked at.
Result<void> check_signed_data(const SignedData& data, const Certificate& signer);

}  // namespace boltseal
