// What a capsule says of itself, beside the image layout that it is: specs/capsule.md. All of it is
// the word of whoever made the file, or changed it on the way: it can make a capsule refused, and
// never believed.
#pragma once

#include "cli/trust_material.h"
#include "core/digest.h"
#include "core/json.h"
#include "core/time.h"

#include <chrono>
#include <optional>

namespace boltseal {

inline constexpr const char* kCapsuleMember = "boltseal-capsule.json";
inline constexpr std::size_t kMaxCapsule = std::size_t{4} << 20;

struct Capsule {
    std::string tool;   // the version of the program that made it
    BlobDigest image;   // the manifest that it is about
    std::string name;   // where it was: "registry.example/app"
    std::string tag;    // may be empty
    Timestamp created;  // by the clock of whoever made it
    std::optional<Timestamp> expires;
    bool verified = false;
    TrustMaterial trust;        // that it was verified with; empty if it was not, or by a policy
    std::string policy_digest;  // of the policy that it was verified by; may be empty
};

// RFC 8785 and a line feed. Malformed for any other spelling, or an end before the beginning.
std::string to_string(const Capsule& capsule);
Result<Capsule> parse_capsule(Bytes text);

// What the one who loads it asks for, and what can be known of the time.
struct Freshness {
    std::optional<std::chrono::seconds> max_age;  // of the capsule
    std::optional<Timestamp> newest_proved;       // the newest time that something in it proves
    Timestamp now;                                // this machine's clock
};

// Untrusted if the capsule has expired, is older than `max_age`, or is of a time that has not come;
// or if what is proved shows that the clock, or the capsule, is behind. Clocks may differ by five
// minutes.
Result<void> check_freshness(const Capsule& capsule, const Freshness& freshness);

// How the loader's trust compares with that of the capsule, in a sentence for people.
std::string compare_trust(const Capsule& capsule, const TrustMaterial& loader);

}  // namespace boltseal
