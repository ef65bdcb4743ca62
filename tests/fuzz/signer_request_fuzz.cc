// A request has one spelling: what the signer understands is printed back to the same bytes.
#include "tests/fuzz/fuzz.h"
#include "transparency/signer_link.h"

using namespace boltseal;

FUZZ(input) {
    const auto request = parse_signer_request(input);
    if (!request) return;
    LAW(request->proof.path.size() <= 64);
    LAW(equal(encode_signer_request(*request), input));
}
