// A policy that is read has one JSON form, whose digest is its name, rules with names of their own,
// and passes no image that shows nothing.
#include "tests/fuzz/fuzz.h"
#include "verify/image_policy.h"

#include <set>

using namespace boltseal;

namespace {

constexpr std::string_view kKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEgQr3A13GHrUivf6c0EbHUSssPhXa\n"
    "4XqnCQ9o/Wu38GE+KmLaOc0XCmyn/4EqhFGmAUdEoFm/LuOtjrd7l8I+VQ==\n"
    "-----END PUBLIC KEY-----\n";
constexpr std::string_view kLog =
    "log.example.com+c2f03be4+Af9Zk0scRP5gJ+IJusiWnNN4uV4HoCWqnIwgh70i7oE7";

// Files that a policy may name, so that there is more to it than what it lacks.
Result<Buffer> load(const std::string& name, std::size_t) {
    if (name == "a.pub") return to_buffer(kKey);
    if (name == "log.pub") return to_buffer(kLog);
    return Error(Fault::Missing, "'" + name + "' does not exist");
}

}  // namespace

FUZZ(input) {
    const auto read = read_policy_file(input, load);
    if (const auto* problems = std::get_if<std::vector<PolicyProblem>>(&read)) {
        LAW(!problems->empty());
        return;
    }
    const auto& file = std::get<PolicyFile>(read);
    const std::string form = to_canonical_json(file.json);
    LAW(file.digest == digest_of(as_bytes(form)));
    const auto again = parse_json(form);
    LAW(again && to_canonical_json(*again) == form);
    LAW(!file.policies.empty());
    for (const ImagePolicy& policy : file.policies) {
        const auto rules = waivable_rules(policy);
        LAW(std::set<std::string>(rules.begin(), rules.end()).size() == rules.size());
        LAW(!explain_policy(policy).empty());
        ImageEvidence nothing;
        nothing.repository = policy.scopes.at(0);
        LAW(find_policy(file, nothing.repository) == &policy);
        LAW(decide(file, nothing, {0}).verdict != Verdict::Allowed);
    }
}
