// Every key of a list of logs can speak for the log under whose name it stands, and for no other.
#include "tests/fuzz/fuzz.h"
#include "transparency/watched_logs.h"

using namespace boltseal;

FUZZ(input) {
    const auto logs = parse_watched_logs(input);
    if (!logs) return;
    std::string text;
    for (const auto& [origin, keys] : *logs) {
        LAW(!keys.empty() && keys.size() <= 4);
        for (const NoteKey& key : keys) {
            LAW(key.name == origin);
            LAW(key.type != NoteSignatureType::Ed25519Cosignature);
            text += "log " + to_vkey(key) + "\n";
        }
    }
    LAW(parse_watched_logs(as_bytes(text)).value() == *logs);
}
