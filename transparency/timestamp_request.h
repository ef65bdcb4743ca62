// What time-stamping authorities are asked, and how an answer is wrapped: RFC 3161 section 2.4.
// Strict DER, one spelling: what parses is printed back to the same bytes.
// specs/log-api.md#time-stamps
#pragma once

#include "core/digest.h"

#include <string>
#include <variant>

namespace boltseal {

inline constexpr std::size_t kMaxTimestampRequest = 4096;

// The policy under which time stamps are given, the only one: 1.3.6.1.4.1.57264.2, what Sigstore
// calls time stamps of signatures. An OBJECT IDENTIFIER, all of it.
inline constexpr std::uint8_t kTimestampPolicy[] = {0x06, 0x09, 0x2B, 0x06, 0x01, 0x04,
                                                    0x01, 0x83, 0xBF, 0x30, 0x02};

// A TimeStampReq that an authority may grant.
struct TimestampRequest {
    Buffer imprint;  // a MessageImprint, all of it: it stands in the token as it was sent
    bool names_policy = false;
    Buffer nonce;  // an INTEGER, all of it; may be empty
    bool wants_certificate = false;
};

// PKIFailureInfo: the bit that says why not.
enum class TimestampFailure : std::uint8_t {
    BadAlgorithm = 0,
    BadRequest = 2,
    BadDataFormat = 5,
    TimeNotAvailable = 14,
    UnacceptedPolicy = 15,
    UnacceptedExtension = 16,
    SystemFailure = 25,
};

struct TimestampRefusal {
    TimestampFailure failure;
    std::string why;
};

// Refused: other versions than 1, other hashes than SHA-256, SHA-384 and SHA-512 or of another
// length, other policies, extensions of any kind, and nonces of more than 160 bits.
// Limit: kMaxTimestampRequest.
std::variant<TimestampRequest, TimestampRefusal> parse_timestamp_request(Bytes der);
Buffer encode_timestamp_request(const TimestampRequest& request);

// Asks for a token over this digest that brings the authority's certificate. Without a nonce: a
// token that was given for the same bytes before says something that is true.
TimestampRequest request_for(const BlobDigest& digest);

// A TimeStampResp (DER). The token is a ContentInfo, as time_stamping.h makes it.
Buffer granted_response(Bytes token);
Buffer refused_response(const TimestampRefusal& refusal);

}  // namespace boltseal
