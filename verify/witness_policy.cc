#include "verify/witness_policy.h"

#include <algorithm>
#include <set>

namespace boltseal {

namespace {

// The names of witnesses and groups that are met by these cosignatures. A group's members are
// defined before it, so one pass will do.
std::set<std::string> met_by(const std::vector<Cosigned>& cosigned, const WitnessPolicy& policy) {
    std::set<std::string> met;
    for (const Cosigned& one : cosigned) met.insert(one.witness);
    for (const WitnessGroup& group : policy.groups()) {
        const auto count = std::ranges::count_if(
            group.members, [&](const std::string& member) { return met.contains(member); });
        if (static_cast<std::size_t>(count) >= group.threshold) met.insert(group.name);
    }
    return met;
}

// "group 'eu' lacks 1 of 2, ...", for each that is not met.
std::string what_is_missing(const std::set<std::string>& met, const WitnessPolicy& policy) {
    std::string text;
    for (const WitnessGroup& group : policy.groups()) {
        if (met.contains(group.name)) continue;
        const auto count = static_cast<std::size_t>(std::ranges::count_if(
            group.members, [&](const std::string& member) { return met.contains(member); }));
        text += (text.empty() ? "group " : ", group ") + printable(group.name) + " lacks " +
                std::to_string(group.threshold - count) + " of " + std::to_string(group.threshold);
    }
    if (text.empty()) return "witness " + printable(policy.quorum()) + " is missing";
    return text;
}

std::string names_of(const std::vector<Cosigned>& cosigned) {
    std::string text;
    for (const Cosigned& one : cosigned) {
        text += (text.empty() ? "" : ", ") + printable(one.witness);
    }
    return text.empty() ? "nobody" : text;
}

Error not_enough(const VerifiedCheckpoint& checkpoint, const WitnessPolicy& policy,
                 const std::vector<Cosigned>& counted, const std::vector<Cosigned>& too_old) {
    std::string why = "checkpoint of log " + printable(checkpoint.origin()) + " is cosigned by " +
                      names_of(counted);
    if (!too_old.empty()) why += ", too long ago by " + names_of(too_old);
    return Error(Fault::Untrusted, why + ": " + what_is_missing(met_by(counted, policy), policy))
        .comparing("the quorum " + printable(policy.quorum(), kInFull), to_string(counted))
        .with_hint(
            "witnesses sign the newest tree only: have it signed again once they follow the log, "
            "or name witnesses that do in the witness policy");
}

}  // namespace

Result<void> check_independence(const WitnessPolicy& policy, const NoteKey& log) {
    for (const Witness& witness : policy.witnesses()) {
        if (witness.key.key != log.key) continue;
        return Error(Fault::Config, "witness " + printable(witness.name) + " has the key of log '" +
                                        log.name + "', which cannot vouch for itself");
    }
    return {};
}

Result<std::vector<Cosigned>> check_witnesses(const VerifiedCheckpoint& checkpoint,
                                              const WitnessPolicy& policy,
                                              std::optional<Timestamp> oldest) {
    if (policy.asks_for_none()) return std::vector<Cosigned>();
    BOLTSEAL_TRY(const Note note, parse_note(as_bytes(checkpoint.note())));
    std::vector<NoteKey> known;
    for (const Witness& witness : policy.witnesses()) known.push_back(witness.key);
    BOLTSEAL_TRY(const auto signers, find_signers(note, known));

    std::vector<Cosigned> counted;
    std::vector<Cosigned> too_old;
    for (const Witness& witness : policy.witnesses()) {
        const auto signer = std::ranges::find(signers, witness.key, &NoteSigner::key);
        if (signer == signers.end()) continue;
        // Zero says that the tree is consistent, not that it was the newest: c2sp.org/tlog-witness.
        if (!signer->time || signer->time->seconds == 0) {
            return Error(Fault::Untrusted,
                         "cosignature by " + printable(witness.name) + " gives no time");
        }
        (oldest && *signer->time < *oldest ? too_old : counted)
            .push_back({witness.name, *signer->time});
    }
    if (met_by(counted, policy).contains(policy.quorum())) return counted;
    return not_enough(checkpoint, policy, counted, too_old);
}

std::string to_string(const std::vector<Cosigned>& cosigned) {
    if (cosigned.empty()) return "cosigned by nobody";
    std::string text;
    for (const Cosigned& one : cosigned) {
        text += (text.empty() ? "cosigned by " : ", ") + printable(one.witness) + " at " +
                to_rfc3339(one.time);
    }
    return text;
}

}  // namespace boltseal
