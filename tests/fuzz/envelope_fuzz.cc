// What parses prints to JSON that parses to the same envelope, and what is signed tells type and
// payload apart.
#include "tests/fuzz/fuzz.h"
#include "verify/envelope.h"

using namespace boltseal;

FUZZ(input) {
    const auto json = parse_json(input);
    if (!json) return;
    const auto envelope = parse_envelope(*json);
    if (!envelope) return;
    const auto again = parse_envelope(to_json(*envelope)).value();
    LAW(again.payload == envelope->payload && again.payload_type == envelope->payload_type);
    LAW(again.signature == envelope->signature && again.key_id == envelope->key_id);
    const Buffer signed_bytes = pre_authentication_encoding(again.payload_type, again.payload);
    LAW(as_text(signed_bytes).ends_with(as_text(again.payload)));
}
