// Makes a witness policy, one definition after the other, and refuses each that would make it
// wrong. Included by the .cc files that read policies only.
#pragma once

#include "verify/witness_policy.h"

#include <map>

namespace boltseal {

// Every error is Config, with the line of the text it is from, if it is from one.
class WitnessPolicyBuilder {
public:
    void next_line() { ++line_; }
    Error bad(const std::string& why) const { return bad_at(line_, why); }

    // Members of a group, and the quorum, are defined before. 64 of each at most.
    Result<void> add_log(NoteKey key);
    Result<void> add_witness(Witness witness);
    Result<void> add_group(WitnessGroup group);
    Result<void> set_quorum(const std::string& name);  // "none" asks for nobody

    Result<WitnessPolicy> finish() &&;

private:
    struct Definition {
        std::size_t line = 0;
        std::string use;  // "in group 'eu'" or "the quorum"; empty as long as there is none
    };

    static Error bad_at(std::size_t line, const std::string& why);
    Result<void> check_own_key(const NoteKey& log) const;
    Result<void> define(const std::string& name);
    Result<void> use(const std::string& name, const std::string& how);

    WitnessPolicy policy_;
    std::map<std::string, Definition> names_;
    bool has_quorum_ = false;
    std::size_t line_ = 0;  // of the text; 0 if there is none
};

}  // namespace boltseal
