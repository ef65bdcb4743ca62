// What is read of a token's file prints back to the same bytes.
#include "tests/fuzz/fuzz.h"
#include "transparency/tokens.h"

using namespace boltseal;

FUZZ(input) {
    const auto token = parse_token(input);
    if (!token) return;
    LAW(to_string(*token) == as_text(input));
    LAW(token->created <= token->expires);
}
