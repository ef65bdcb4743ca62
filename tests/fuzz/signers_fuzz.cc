// A list of signers means the same when it is written down again, whatever its order was.
#include "tests/fuzz/fuzz.h"
#include "transparency/watch_list.h"

using namespace boltseal;

FUZZ(input) {
    const auto signers = parse_signers(input);
    if (!signers) return;
    std::string text;
    for (const std::string& key : signers->keys) text += "key " + key + "\n";
    for (const std::string& name : signers->identities) text += "identity " + name + "\n";
    const auto again = parse_signers(as_bytes(text));
    LAW(again && again->keys == signers->keys && again->identities == signers->identities);
}
