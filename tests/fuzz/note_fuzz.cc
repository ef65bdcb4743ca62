// What parses prints back to the same bytes, or a signature could be over one text and shown
// with another. No note verifies without a key.
#include "tests/fuzz/fuzz.h"
#include "verify/note.h"

using namespace boltseal;

FUZZ(input) {
    const auto note = parse_note(input);
    if (!note) return;
    LAW(to_string(*note) == as_text(input));
    LAW(note->text.ends_with('\n'));
    for (const NoteSignature& line : note->signatures) LAW(check_note_name(line.name).has_value());
    LAW(!check_note(*note, {}).has_value());
}
