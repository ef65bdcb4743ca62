// What parses and names at least one digest of ours per subject prints to a text that parses to
// the same statement, whose canonical text it is.
#include "tests/fuzz/fuzz.h"
#include "verify/statement.h"

using namespace boltseal;

FUZZ(input) {
    const auto statement = parse_statement(input);
    if (!statement) return;
    LAW(!statement->subjects.empty());
    const Buffer text = encode_statement(*statement);
    const auto again = parse_statement(text);
    if (!again) return;  // a subject without digests of ours, or a number that RFC 8785 prints long
    LAW(encode_statement(*again) == text);
    for (const Subject& subject : statement->subjects) {
        for (const BlobDigest& digest : subject.digests) LAW(find_subject(*again, digest));
    }
}
