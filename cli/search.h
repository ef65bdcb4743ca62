// The search for something that proves what the policy asks: what is found is judged as it comes,
// until one holds. Offline: whoever fetches (evidence.h), or has it recorded (transcript.h), hands
// it in.
#pragma once

#include "verify/verify_bundle.h"

#include <optional>
#include <variant>

namespace boltseal {

// cosign's older image signature, verify/simple_signing.h.
struct SimpleSigning {
    Buffer payload;
    Buffer signature;
};

// Something that may prove it: a bundle, an older signature, or why one could not be read.
struct Candidate {
    std::variant<Buffer, SimpleSigning, Error> content;
    bool other_type = false;  // it says that it is about something else, so its refusal says little
};

// What came of it, and all that a person or a program is told.
struct Judgement {
    Result<Verified> verified;
    Trace trace;                         // also when it is refused
    std::optional<BlobDigest> evidence;  // of the bundle or payload that this is about
};

enum class KeepEvidence { No, Yes };  // for a transcript

// `policy` must outlive it.
class Search {
public:
    Search(const Artifact& artifact, const Policy& policy, Timestamp now, KeepEvidence keep);

    // One held, or nothing can: no more candidates are needed.
    bool is_over() const { return proved_ || hopeless_; }
    void consider(Candidate candidate);

    // Proved by one of the candidates. Untrusted if there are none, or none that holds; then it is
    // about the one of which most held. Whatever kept one from being read is an error of its own
    // kind, never "unsigned", unless another one holds.
    Judgement conclude() const;

    // Everything that was considered, up to kMaxEvidence bytes; beyond that, and if nothing was to
    // be kept, nothing.
    static constexpr std::size_t kMaxEvidence = std::size_t{64} << 20;
    std::optional<std::vector<Candidate>> evidence() const;

private:
    Judgement judge(const Candidate& candidate) const;
    void note(Judgement judgement);
    void keep(Candidate candidate);

    Artifact artifact_;
    const Policy& policy_;
    Timestamp now_;
    std::optional<std::vector<Candidate>> kept_;
    std::size_t kept_bytes_ = 0;

    std::optional<Judgement> proved_;
    std::optional<Judgement> hopeless_;    // the policy can pass nothing
    std::optional<Judgement> unreadable_;  // the first that could not be judged
    std::optional<Judgement> closest_;     // of those that were refused
    std::size_t refused_ = 0;
};

}  // namespace boltseal
