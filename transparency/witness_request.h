// What a log sends to a witness, and what the witness says of its own state. c2sp.org/tlog-witness
//
//   old <size>
//   <base64 of 32 bytes>      0 to 63 lines: the consistency proof from that size
//   <empty line>
//   <checkpoint, a signed note, byte for byte>
#pragma once

#include "verify/merkle.h"

#include <string>

namespace boltseal {

inline constexpr char kAddCheckpointPath[] = "/add-checkpoint";
inline constexpr std::size_t kMaxWitnessRequest = std::size_t{256} << 10;
inline constexpr char kTreeSizeType[] = "text/x.tlog.size";  // of the answer 409

struct AddCheckpoint {
    std::uint64_t old_size = 0;  // of what the witness has cosigned last, as the log believes
    ConsistencyProof proof;
    std::string note;  // nothing about it is checked

    bool operator==(const AddCheckpoint& other) const {
        return old_size == other.old_size && proof.path == other.proof.path && note == other.note;
    }
};

// One spelling, at most 256 KiB. Malformed for anything else.
Result<AddCheckpoint> parse_add_checkpoint(Bytes body);
std::string to_string(const AddCheckpoint& request);

// "<decimal>\n", one spelling: what 409 carries.
Result<std::uint64_t> parse_tree_size(std::string_view body);
std::string print_tree_size(std::uint64_t size);

}  // namespace boltseal
