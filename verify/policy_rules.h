// What a policy can ask of an image, rule by rule: specs/policy.md. Structs only, made by
// policy_file.h, judged by image_policy.h.
#pragma once

#include "verify/json_pointer.h"
#include "verify/package_version.h"
#include "verify/policy.h"
#include "verify/purl.h"
#include "verify/spdx_licence.h"

#include <memory>

namespace boltseal {

// Any `threshold` of these signers, each counted once. The names are those in [trust].
struct SignerRule {
    std::vector<std::string> signers;
    std::size_t threshold = 1;
};

// Which of the attestations that count are looked into: all, or of each signer the newest.
enum class Select { Latest, All };

struct AttestationRule {
    std::string id;
    std::string predicate_type;
    SignerRule by;
    Select select = Select::All;
    std::optional<std::int64_t> max_age;  // in seconds, by the earliest proved time
};

// A release of an operating system, or all of them.
struct ForbiddenOs {
    std::string id;
    std::string os;  // as in os-release: "alpine"
    std::optional<VersionRange> versions;
};

struct ForbiddenPackage {
    std::string id;
    Purl package;  // without a version
    std::optional<VersionRange> versions;
};

struct SbomRule {
    std::string attestation;
    std::vector<ForbiddenOs> forbidden_os;
    std::vector<ForbiddenPackage> forbidden_packages;
    std::optional<AllowedLicences> allowed_licences;
    std::vector<Licence> denied_licences;
    std::vector<Pattern> allowed_bases;
    bool names_licences() const { return allowed_licences || !denied_licences.empty(); }
};

// A JSON value that must be equal, text that must match, anything at all, or an object of such.
struct ExpectedValue {
    struct Anything {};
    using Members = std::map<std::string, ExpectedValue>;
    std::variant<Anything, Json, Pattern, std::shared_ptr<const Members>> value;
    // `place` is for the answer: where and how `found` differs, or nothing if it does not.
    std::optional<std::string> difference(const Json& found, const std::string& place) const;
};

struct ProvenanceRule {
    std::string attestation;
    std::vector<Pattern> builders;
    std::vector<Pattern> build_types;
    std::optional<Pattern> source;
    std::vector<Pattern> refs;
    std::optional<ExpectedValue::Members> parameters;  // all there may and must be
    std::vector<Pattern> materials_include;            // each matches the uri of at least one
    std::vector<Pattern> materials_only;               // each uri matches at least one
};

enum class Operator { Equal, NotEqual, Less, AtMost, Greater, AtLeast, In, Matches, Exists };
enum class Quantifier { All, Any, None };

struct AssertRule {
    std::string id;
    std::string attestation;
    JsonPointer pointer;  // into the predicate
    Operator op = Operator::Equal;
    Json value;       // of In a list, of Matches and Exists nothing
    Pattern pattern;  // of Matches
    Quantifier quantifier = Quantifier::All;
};

struct ExceptionRule {
    SignerRule by;
    std::int64_t max_lifetime = 0;   // in seconds, from the proved time of the exception
    std::vector<std::string> rules;  // that may be waived
};

}  // namespace boltseal
