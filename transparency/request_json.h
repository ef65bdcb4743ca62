// Members of proto3 JSON as clients send it: camelCase or snake_case names, never both; and what
// all requests to a log have in common, the verifier of a signature.
// github.com/sigstore/rekor-tiles, api/proto/rekor/v2/verifier.proto
#pragma once

#include "core/json.h"
#include "verify/signature.h"

namespace boltseal {

// A member under its JSON name or its proto name.
struct Name {
    std::string_view camel;
    std::string_view snake;
};

// Malformed with a message for the client, as all of these.
Result<const Json*> find_either(const Json& json, const Name& name);
Result<const Json*> object_at(const Json& json, const Name& name);
Result<const Json::Array*> array_at(const Json& json, const Name& name);
Result<const std::string*> string_at(const Json& json, const Name& name);
Result<Buffer> bytes_at(const Json& json, const Name& name);

struct Verifier {
    PublicKey key;
    SignatureAlgorithm algorithm;
    Buffer certificate;  // DER; empty for a bare key
};

// A public key or a certificate, and the algorithm. What is called a certificate may be a bare key,
// as @sigstore/sign sends it: then it is taken for that.
Result<Verifier> parse_verifier(const Json& json);
Json print_verifier(const PublicKey& key, Bytes certificate, std::string details);

}  // namespace boltseal
