// A policy file: whom to believe, and what an image must show, by where it comes from.
// specs/policy.md is the format; image_policy.h makes the decision.
//
// Whatever is in these structs has been checked: names are known, thresholds can be met, files were
// read, no two policies claim the same scope. Nothing in them is optional by accident.
#pragma once

#include "verify/allowed_algorithms.h"
#include "verify/policy_rules.h"
#include "verify/policy_table.h"

namespace boltseal {

struct TrustedSigner {
    std::string name;
    std::variant<TrustedKey, TrustedIdentity> who;
};

// Which parts of a multi-platform image are judged. An image for one platform is its only part.
enum class Platforms {
    All,        // the index and every image in it
    Requested,  // the image for the platform that was asked for
    Index,      // the index, which names its images by digest
};

struct ImagePolicy {
    std::string name;
    std::vector<std::string> scopes;  // "registry.example/team", a prefix that ends at a '/'
    Platforms platforms = Platforms::All;
    std::optional<Timestamp> expires;
    AllowedAlgorithms algorithms;
    std::vector<TrustedSigner> signers;  // those that its rules name
    // Their keys and identities, the root without what `algorithms` leaves out, and how many logs
    // and time-stamping authorities must vouch for each bundle, of whatever predicate type.
    Policy evidence;

    std::optional<SignerRule> signature;
    std::vector<AttestationRule> attestations;
    std::optional<SbomRule> sbom;
    std::optional<ProvenanceRule> provenance;
    std::vector<AssertRule> asserts;
    std::optional<ExceptionRule> exceptions;
};

// The ids of the rules that an exception may name: all but those that say who is believed at all.
std::vector<std::string> waivable_rules(const ImagePolicy& policy);

enum class Verdict { Allowed, Refused, Undetermined };
std::string_view to_string(Verdict verdict);  // "allowed", "refused", "undetermined"

// A manifest with the bundles that were recorded for it.
struct PolicyTestPart {
    BlobDigest digest;
    std::string platform;  // may be empty
    std::vector<Buffer> bundles;
};

// A decision that the policy's author expects.
struct PolicyTest {
    std::string name;
    std::size_t line = 0;
    std::string repository;
    PolicyTestPart image;
    std::vector<PolicyTestPart> children;
    std::string platform;  // that is asked for; may be empty
    Timestamp at;
    Verdict verdict = Verdict::Refused;
    std::string rule;  // the first that does not hold; empty if all do
};

struct PolicyFile {
    std::string name;
    std::uint64_t version = 0;
    BlobDigest digest;  // of the RFC 8785 form, specs/policy.md#digest
    Json json;          // that form
    std::vector<ImagePolicy> policies;
    std::vector<PolicyTest> tests;
};

// Limits: those of core/toml.h and policy_table.h, 256 policies with 64 scopes each.
using PolicyOrProblems = std::variant<PolicyFile, std::vector<PolicyProblem>>;
PolicyOrProblems read_policy_file(Bytes text, const LoadPolicyFile& load);  // problems by line

// The same where one answer is enough: Config with the first problem.
Result<PolicyFile> parse_policy_file(Bytes text, const LoadPolicyFile& load);

}  // namespace boltseal
