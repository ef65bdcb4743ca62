// What a log takes as a request, its readers can read: the body says of which kind it is, and a
// statement that is kept is the one that the body is about.
#include "tests/fuzz/fuzz.h"
#include "transparency/dsse_request.h"
#include "verify/entry_names.h"

using namespace boltseal;

FUZZ(input) {
    const auto admitted = admit(input);
    if (!admitted) return;
    const auto names = read_entry_names(admitted->body);
    LAW(names.has_value());
    LAW(names->kind == admitted->kind);
    if (admitted->statement.empty()) return;
    LAW(admitted->statement.size() <= kMaxKeptStatement);
    LAW(names->digest == digest_of(admitted->statement));
}
