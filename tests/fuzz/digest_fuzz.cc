// Whatever parse_digest accepts, to_string prints back unchanged: one value, one spelling.
#include "core/digest.h"
#include "tests/fuzz/fuzz.h"

FUZZ(input) {
    const auto text = boltseal::as_text(input);
    const auto digest = boltseal::parse_digest(text);
    if (digest) LAW(boltseal::to_string(*digest) == text);
}
