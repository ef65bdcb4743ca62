// RFC 3161 time-stamp tokens: when a signature existed, as an authority says it.
#pragma once

#include "verify/x509_chain.h"

namespace boltseal {

enum class TimeSource { Authority, Log };  // a time-stamping authority, or a log's promise

struct ProvedTime {
    Timestamp time;      // to the second, as far as it has passed
    std::string source;  // for people: "timestamp.sigstore.dev", or the log's name
    std::string who;     // what counts once towards a threshold: operator, or the authority
    TimeSource kind = TimeSource::Authority;
};

// A TimeStampResp (DER) over `message`: for bundles, the raw bytes of the signature. Missing if no
// authority of the list has signed it; Untrusted if one has and anything about it does not hold;
// Malformed if it is no granted response.
//
// Status 0 alone is granted: with modifications (1) it is not what was asked for. An authority has
// signed it if the token names a signer of its chain, or, where the chain has none, if the token
// brings one that the chain proves. Certificates in the token prove nothing else; if there are any,
// the signer's must be there, byte for byte. All hashes are SHA-256, SHA-384 or SHA-512; only the
// signing certificate attribute may name a certificate, which we know anyway, by its SHA-1.
// Limits: 64 KiB, 16 certificates, 32 signed attributes.
// RFC 3161 section 2.4.2, RFC 5652 section 5, RFC 5816
Result<ProvedTime> check_timestamp(Bytes response, Bytes message,
                                   const std::vector<CertificateAuthority>& authorities);

// What such a response says. Proves nothing. Malformed as above.
Result<Timestamp> claimed_time(Bytes response);

}  // namespace boltseal
