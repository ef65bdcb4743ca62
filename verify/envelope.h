// DSSE envelopes: a payload, its type, and one signature over both.
// github.com/secure-systems-lab/dsse, protocol.md v1.0.2 and envelope.md
#pragma once

#include "verify/proto_reader.h"
#include "verify/signature.h"

namespace boltseal {

inline constexpr std::string_view kInTotoPayloadType = "application/vnd.in-toto+json";

// The protocol allows several signatures; a Sigstore bundle has exactly one, and so have we.
struct Envelope {
    Buffer payload;
    std::string payload_type;
    Buffer signature;
    std::string key_id;  // a hint that nothing authenticates; empty if absent
};

// PAE(type, body) = "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body: the bytes that are signed.
Buffer pre_authentication_encoding(std::string_view payload_type, Bytes payload);

// Malformed unless there is exactly one signature. What the reader tolerates it notes.
Result<Envelope> parse_envelope(const ProtoReader& message);
Result<Envelope> parse_envelope(const Json& json);
Json to_json(const Envelope& envelope);

// Untrusted unless the envelope's signature is by `key` over its payload and type.
Result<void> check_envelope(const Envelope& envelope, const PublicKey& key,
                            SignatureAlgorithm algorithm);

}  // namespace boltseal
