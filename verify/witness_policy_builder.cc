#include "verify/witness_policy_builder.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxOfEach = 64;
constexpr std::string_view kNone = "none";

}  // namespace

Result<void> WitnessPolicyBuilder::add_log(NoteKey key) {
    if (policy_.logs_.size() == kMaxOfEach) return bad("more than 64 logs");
    if (key.type == NoteSignatureType::Ed25519Cosignature) {
        return bad("log '" + key.name + "' has the key of a witness (type 04)");
    }
    if (std::ranges::find(policy_.logs_, key.key, &NoteKey::key) != policy_.logs_.end()) {
        return bad("log '" + key.name + "' has the key of another log");
    }
    BOLTSEAL_CHECK(check_own_key(key));
    policy_.logs_.push_back(std::move(key));
    return {};
}

Result<void> WitnessPolicyBuilder::add_witness(Witness witness) {
    if (policy_.witnesses_.size() == kMaxOfEach) return bad("more than 64 witnesses");
    BOLTSEAL_CHECK(define(witness.name));
    if (witness.key.type != NoteSignatureType::Ed25519Cosignature) {
        return bad("key of witness " + printable(witness.name) + " is not for cosignatures");
    }
    for (const Witness& other : policy_.witnesses_) {
        if (other.key.key != witness.key.key) continue;
        return bad("witnesses " + printable(other.name) + " and " + printable(witness.name) +
                   " have the same key");
    }
    policy_.witnesses_.push_back(std::move(witness));
    for (const NoteKey& log : policy_.logs_) BOLTSEAL_CHECK(check_own_key(log));
    return {};
}

Result<void> WitnessPolicyBuilder::add_group(WitnessGroup group) {
    if (policy_.groups_.size() == kMaxOfEach) return bad("more than 64 groups");
    for (const std::string& member : group.members) {
        BOLTSEAL_CHECK(use(member, "in group " + printable(group.name)));
    }
    BOLTSEAL_CHECK(define(group.name));
    if (group.threshold == 0 || group.threshold > group.members.size()) {
        return bad("group " + printable(group.name) + " asks for " +
                   std::to_string(group.threshold) + " of " + std::to_string(group.members.size()) +
                   " member(s)");
    }
    policy_.groups_.push_back(std::move(group));
    return {};
}

Result<void> WitnessPolicyBuilder::set_quorum(const std::string& name) {
    if (has_quorum_) return bad("a second quorum");
    has_quorum_ = true;
    if (name == kNone) return {};
    BOLTSEAL_CHECK(use(name, "the quorum"));
    policy_.quorum_ = name;
    return {};
}

Result<WitnessPolicy> WitnessPolicyBuilder::finish() && {
    line_ = 0;
    if (!has_quorum_) return bad("no quorum is named");
    for (const auto& [name, definition] : names_) {
        if (!definition.use.empty()) continue;
        return bad_at(definition.line,
                      printable(name) + " is neither the quorum nor in a group that counts");
    }
    return std::move(policy_);
}

Error WitnessPolicyBuilder::bad_at(std::size_t line, const std::string& why) {
    return Error(Fault::Config, line == 0 ? why : "line " + std::to_string(line) + ": " + why);
}

Result<void> WitnessPolicyBuilder::check_own_key(const NoteKey& log) const {
    auto checked = check_independence(policy_, log);
    return checked ? checked : bad(checked.error().message());
}

Result<void> WitnessPolicyBuilder::define(const std::string& name) {
    if (name == kNone) return bad("'none' cannot be a name");
    if (!names_.try_emplace(name, Definition{line_, {}}).second) {
        return bad(printable(name) + " is defined twice");
    }
    return {};
}

Result<void> WitnessPolicyBuilder::use(const std::string& name, const std::string& how) {
    const auto found = names_.find(name);
    if (found == names_.end()) return bad(printable(name) + " is not defined before its use");
    if (!found->second.use.empty()) {
        return bad(printable(name) + " is used twice: it is " + found->second.use);
    }
    found->second.use = how;
    return {};
}

Result<WitnessPolicy> witness_quorum(std::size_t threshold, const std::vector<NoteKey>& keys) {
    WitnessPolicyBuilder builder;
    WitnessGroup group{
        std::to_string(threshold) + "-of-" + std::to_string(keys.size()), threshold, {}};
    for (const NoteKey& key : keys) {
        BOLTSEAL_CHECK(builder.add_witness({key.name, key, {}}));
        group.members.push_back(key.name);
    }
    const std::string name = group.name;
    BOLTSEAL_CHECK(builder.add_group(std::move(group)));
    BOLTSEAL_CHECK(builder.set_quorum(name));
    return std::move(builder).finish();
}

}  // namespace boltseal
