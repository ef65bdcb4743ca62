// Which witnesses must have cosigned a log's checkpoint before it is believed: named witnesses,
// groups of them and of groups, and one quorum. c2sp.org/tlog-policy (draft); the cosignatures are
// c2sp.org/tlog-cosignature@v1.0.1, Ed25519. specs/profile-witness.md
//
// What witnesses vouch for is that everybody is shown this one tree. They do not look at entries.
#pragma once

#include "verify/checkpoint.h"

namespace boltseal {

struct Witness {
    std::string name;  // in the policy; the key has a name of its own
    NoteKey key;       // of type Ed25519Cosignature
    std::string url;   // where it can be asked; may be empty, and is not used here
    bool operator==(const Witness&) const = default;
};

struct WitnessGroup {
    std::string name;
    std::size_t threshold = 0;         // of its members, which are witnesses or earlier groups
    std::vector<std::string> members;  // at least as many as the threshold
    bool operator==(const WitnessGroup&) const = default;
};

// Whatever makes one has proved: names and keys are unique, no log is a witness of its own, every
// group can be met and is in no other or in one, every witness counts towards the quorum. So there
// are no cycles.
class WitnessPolicy {
public:
    WitnessPolicy() = default;  // asks for none

    bool asks_for_none() const { return quorum_.empty(); }
    const std::string& quorum() const { return quorum_; }  // a witness or group; empty for none
    const std::vector<Witness>& witnesses() const { return witnesses_; }
    const std::vector<WitnessGroup>& groups() const { return groups_; }
    const std::vector<NoteKey>& logs() const {
        return logs_;
    }  // that the policy is for; may be none
    bool operator==(const WitnessPolicy&) const = default;

private:
    friend class WitnessPolicyBuilder;
    std::vector<NoteKey> logs_;
    std::vector<Witness> witnesses_;
    std::vector<WitnessGroup> groups_;
    std::string quorum_;
};

// The text form, in UTF-8. Limits: 64 KiB, 64 of logs, witnesses and groups each. Config, with the
// line, for anything that is not understood, ML-DSA-44 keys included, or that would ask for less
// than it seems to: a witness or group that the quorum does not reach.
Result<WitnessPolicy> parse_witness_policy(Bytes text);
std::string to_string(const WitnessPolicy& policy);  // without comments and addresses of logs

// Any `threshold` of these keys. Config if that makes no policy.
Result<WitnessPolicy> witness_quorum(std::size_t threshold, const std::vector<NoteKey>& keys);

// Config if one of the witnesses has the log's own key: nobody vouches for himself.
Result<void> check_independence(const WitnessPolicy& policy, const NoteKey& log);

// A witness, by its name in the policy, and when it has seen the checkpoint.
struct Cosigned {
    std::string witness;
    Timestamp time;
    bool operator==(const Cosigned&) const = default;
};

// Proved: the quorum has cosigned this checkpoint. All witnesses that have, in the policy's order.
// Untrusted otherwise, with who has and what each group lacks; also if a line by one of the
// witnesses does not verify or gives no time. Cosignatures from before `oldest` do not count.
Result<std::vector<Cosigned>> check_witnesses(const VerifiedCheckpoint& checkpoint,
                                              const WitnessPolicy& policy,
                                              std::optional<Timestamp> oldest = std::nullopt);

// "cosigned by 'a' at 2026-11-23T15:44:29Z, 'b' at ..."; "cosigned by nobody" for none.
std::string to_string(const std::vector<Cosigned>& cosigned);

}  // namespace boltseal
