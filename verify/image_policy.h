// START HERE for whole images: may this image run, as the policy file says? specs/policy.md
//
// A pure function of what was found beside the image. Nothing unsigned reaches a rule, every bundle
// is bound to the digest of the manifest it was found for, and each is verified once, however many
// rules look at it. What is missing, too old or cannot be read makes a rule unknown, never held.
#pragma once

#include "verify/checkpoint.h"
#include "verify/policy_file.h"
#include "verify/statement.h"

namespace boltseal {

// One manifest, and the bundles that were attached to it.
struct ManifestEvidence {
    BlobDigest digest;
    std::string platform;         // "linux/arm64"; of an index, and where it is not known, empty
    std::vector<Buffer> bundles;  // Sigstore bundles, as they were found
    // Why there may be more than was found; empty if looking for it was complete.
    std::string incomplete;
};

struct ImageEvidence {
    std::string repository;  // "registry.example/team/app": what scopes are compared with
    ManifestEvidence image;
    std::vector<ManifestEvidence> children;  // of an index, every image in it
    bool is_index = false;
    std::string platform;  // that was asked for; may be empty
};

enum class Outcome { Pass, Fail, Unknown, Waived };
std::string_view to_string(Outcome outcome);  // "pass", "fail", "unknown", "waived"

// An exception that holds, in the words of whoever signed it.
struct Waiver {
    std::string owner;
    std::string reason;
    Timestamp until;
    BlobDigest evidence;
};

struct RuleOutcome {
    std::string rule;  // "signature", "sbom/os/alpine", ...
    Outcome outcome = Outcome::Unknown;
    std::string expected;
    std::string found;
    std::vector<BlobDigest> evidence;  // SHA-256 of the bundles that it rests on
    std::string hint = {};             // may be empty
    // What it is about; all that is judged if there is none.
    std::optional<BlobDigest> manifest = std::nullopt;
    std::string platform = {};                    // of that; may be empty
    std::optional<Waiver> waiver = std::nullopt;  // with Outcome::Waived
};

// A bundle that no rule counted, and why.
struct Uncounted {
    BlobDigest evidence;
    BlobDigest manifest;
    std::string why;
};

// Why and how an image was judged. The verdict follows from the outcomes alone: Refused if one
// fails, else Undetermined if one is unknown, else Allowed; and there is at least one.
struct Decision {
    Verdict verdict = Verdict::Undetermined;
    std::string policy;  // the one that applies; empty if none does
    std::vector<RuleOutcome> rules;
    std::vector<Uncounted> uncounted;
    // Of all bundles that verify, for who remembers what logs have shown.
    std::vector<VerifiedCheckpoint> checkpoints;
};

// The policy whose scope is the longest prefix of the repository at a '/', or null.
const ImagePolicy* find_policy(const PolicyFile& file, std::string_view repository);

// Limits: of each manifest the first 64 bundles are judged; if there are more, what they could
// change is unknown.
Decision decide(const PolicyFile& file, const ImageEvidence& evidence, Timestamp now);

// Statements of this type about the image and the images in it, which no rule need ask for, by the
// signers of [policy.signature]: whoever signs an image signs its chunk lists. None if the policy
// has no such rule. They are for an image that was allowed, and prove nothing of it.
std::vector<Statement> statements_beside(const PolicyFile& file, const ImageEvidence& evidence,
                                         std::string_view type, Timestamp now);

// What a policy asks, rule by rule in the order of a decision, and what comes before all rules.
struct Asked {
    std::string rule;
    std::string expected;
};
std::vector<Asked> explain_policy(const ImagePolicy& policy);

// What the author expected and what came of it; nothing if they are the same.
std::optional<std::string> run_policy_test(const PolicyFile& file, const PolicyTest& test);

}  // namespace boltseal
