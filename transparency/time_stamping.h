// Gives time stamps: RFC 3161 tokens, signed with ECDSA on P-256. The name and the time in them are
// the authority's own; only what is stamped comes from whoever asks.
#pragma once

#include "sign/private_key.h"
#include "transparency/timestamp_request.h"
#include "transparency/watched_clock.h"
#include "verify/certificate.h"

#include <memory>
#include <vector>

namespace boltseal {

// Not for use from two threads at once, unless it says so.
class TimeStamper {
public:
    virtual ~TimeStamper() = default;

    // A ContentInfo (DER). Declined if there is no time that could be given, Io for everything
    // else.
    virtual Result<Buffer> stamp(const TimestampRequest& request) = 0;
};

// The key of an authority, and the certificates that vouch for it, its own first.
struct TimeStampingKey {
    std::unique_ptr<PrivateKey> signer;
    std::vector<Certificate> chain;
};

// What the bytes of one token are made of.
struct TokenFacts {
    Timestamp time;
    Buffer serial;  // an INTEGER, all of it
};

// The token: a TSTInfo, accurate to one second, in SignedData whose signed attributes are content
// type, message digest and the signing certificate by its SHA-256 (RFC 5816).
Result<Buffer> make_token(const TimestampRequest& request, const TokenFacts& facts, Signer& signer,
                          const Certificate& certificate);

// With the key in this process. Serial numbers have 128 random bits.
class LocalTimeStamper : public TimeStamper {
public:
    // REQUIRES: key.chain is not empty, and its first certificate is for key.signer
    LocalTimeStamper(TimeStampingKey key, WatchedClock clock)
        : key_(std::move(key)), clock_(std::move(clock)) {}

    // Declined as well when the certificate has expired.
    Result<Buffer> stamp(const TimestampRequest& request) override;

private:
    TimeStampingKey key_;
    WatchedClock clock_;
};

}  // namespace boltseal
