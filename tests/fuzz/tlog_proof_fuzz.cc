// What parses prints back to the same bytes, and nothing is proved for a key that signed nothing.
#include "tests/fuzz/fuzz.h"
#include "verify/tlog_proof.h"

using namespace boltseal;

FUZZ(input) {
    // The example of c2sp.org/signed-note, whose private key has signed no checkpoint.
    static const NoteKey kStranger =
        parse_vkey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k").value();
    const auto proof = parse_tlog_proof(input);
    if (!proof) return;
    LAW(to_string(*proof) == as_text(input));
    LAW(!check_tlog_proof(*proof, hash_empty(), kStranger, {}).has_value());
}
