// What is odd in a Sigstore bundle: all that a strict policy refuses, and what no policy minds but
// signers do not write, or nobody vouches for. Nothing is verified here, so a clean bundle may well
// be false, and one with deviations true.
#pragma once

#include "verify/sigstore_bundle.h"

namespace boltseal {

struct BundleLint {
    BundleVersion version = BundleVersion::V03;
    Deviations deviations;  // those of the reader first, then the others from top to bottom
};

// Malformed for what parse_bundle refuses. Where a deviation is inside of something encoded, its
// path goes on after ": ", as in "dsseEnvelope.payload: subject[0].digest.sha1".
Result<BundleLint> lint_bundle(Bytes bundle);

}  // namespace boltseal
