// A proof that an entry is in a log, in a file of its own: c2sp.org/tlog-proof (draft),
// "c2sp.org/tlog-proof@v1", usually named *.tlog-proof.
//
// It says nothing of what the entry means, or of who may write it: the entry is the caller's.
#pragma once

#include "verify/witness_policy.h"

namespace boltseal {

// Parsed, not checked.
struct TlogProof {
    Buffer extra;  // for the application, vouched for by nobody; empty if the line is not there
    InclusionProof inclusion;
    std::string checkpoint;  // the signed note, byte for byte
};

// Limits: 2 MiB, 64 hashes; the checkpoint parses as a note and as a checkpoint. What parses prints
// back to the same bytes.
Result<TlogProof> parse_tlog_proof(Bytes bytes);
std::string to_string(const TlogProof& proof);

// What a proof has proved.
struct ProvedEntry {
    VerifiedCheckpoint checkpoint;
    std::vector<Cosigned> cosigned;  // empty where the policy asks for none
};

// Proved, in this order: the log has signed the checkpoint, the quorum has cosigned it, and the
// leaf (hash_leaf of the entry) is in that tree at the proof's index. Untrusted otherwise, a
// checkpoint that does not parse included; Config if the log is a witness of its own.
Result<ProvedEntry> check_tlog_proof(const TlogProof& proof, const TreeHash& leaf,
                                     const NoteKey& log, const WitnessPolicy& witnesses);

}  // namespace boltseal
