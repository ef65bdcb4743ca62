// What a witness reads prints back to the same bytes: what it has checked is what was sent.
#include "tests/fuzz/fuzz.h"
#include "transparency/witness_request.h"

using namespace boltseal;

FUZZ(input) {
    const auto size = parse_tree_size(as_text(input));
    if (size) LAW(print_tree_size(*size) == as_text(input));
    const auto request = parse_add_checkpoint(input);
    if (!request) return;
    LAW(request->proof.path.size() <= 63);
    LAW(to_string(*request) == as_text(input));
}
