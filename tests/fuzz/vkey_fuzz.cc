// What parses prints back to the same text, and has a name that notes allow.
#include "tests/fuzz/fuzz.h"
#include "verify/note.h"

using namespace boltseal;

FUZZ(input) {
    const auto key = parse_vkey(as_text(input));
    if (!key) return;
    LAW(to_vkey(*key) == as_text(input));
    LAW(check_note_name(key->name).has_value());
    LAW(equal(key->log_id().bytes().first(4), key->id()));
}
