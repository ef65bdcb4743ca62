// A request has one spelling: what an authority would grant is printed back to the same bytes. What
// it would not has a reason, and a reply that says so is DER.
#include "tests/fuzz/fuzz.h"
#include "transparency/timestamp_request.h"
#include "verify/der.h"

using namespace boltseal;

FUZZ(input) {
    const auto parsed = parse_timestamp_request(input);
    if (const auto* request = std::get_if<TimestampRequest>(&parsed)) {
        LAW(equal(encode_timestamp_request(*request), input));
        LAW(input.size() < 256);
        return;
    }
    const auto& refusal = std::get<TimestampRefusal>(parsed);
    LAW(!refusal.why.empty());
    LAW(read_der(refused_response(refusal), DerTag::Sequence).has_value());
}
