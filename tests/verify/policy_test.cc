#include "verify/policy.h"

#include "tests/check.h"
#include "tests/support/bundle_maker.h"
#include "tests/support/test_keys.h"
#include "tests/support/test_witness.h"

using namespace boltseal;

namespace {

constexpr Timestamp kNow{1'750'000'000};  // 2025-06-15T15:06:40Z

Policy policy_with_one_log() {
    Policy policy;
    policy.keys = {test::signer_of(KeyType::EcdsaP256).public_key()};
    policy.root.logs = {test::SmallLog().key()};
    return policy;
}

}  // namespace

TEST_CASE("a policy asks for one log unless told otherwise", "[policy]") {
    REQUIRE(Policy{}.log_threshold == 1);
    REQUIRE_OK(check_policy(policy_with_one_log(), kNow));
}

TEST_CASE("a policy without a key passes nothing", "[policy]") {
    Policy policy = policy_with_one_log();
    policy.keys.clear();
    REQUIRE_REFUSED(check_policy(policy, kNow), "policy names nobody who may sign");
    REQUIRE_FAULT(check_policy(policy, kNow), Fault::Config);
    REQUIRE_FAULT(check_policy({}, kNow), Fault::Config);
}

TEST_CASE("a policy that asks for more logs than it names passes nothing", "[policy]") {
    Policy policy = policy_with_one_log();
    policy.log_threshold = 2;
    const auto checked = check_policy(policy, kNow);
    REQUIRE_REFUSED(checked, "policy asks for 2 log(s) and names 1");
    REQUIRE_FAULT(checked, Fault::Config);
    REQUIRE(checked.error().hint() == "name the log's key with --log-key");
    policy.log_threshold = SIZE_MAX;
    REQUIRE_FAULT(check_policy(policy, kNow), Fault::Config);
    policy.log_threshold = 0;
    policy.root.logs.clear();
    REQUIRE_OK(check_policy(policy, kNow));
}

TEST_CASE("the same log named twice is one log", "[policy]") {
    Policy policy = policy_with_one_log();
    policy.root.logs.push_back(policy.root.logs.front());
    REQUIRE_OK(check_policy(policy, kNow));
    policy.log_threshold = 2;
    REQUIRE_REFUSED(check_policy(policy, kNow), "policy asks for 2 log(s) and names 1");
}

TEST_CASE("witnesses are of logs, and none is the log itself", "[policy]") {
    Policy policy = policy_with_one_log();
    REQUIRE(policy.witnesses.asks_for_none());
    const test::TestWitness witness("a.example");
    policy.witnesses = witness_quorum(1, {witness.key()}).value();
    REQUIRE_OK(check_policy(policy, kNow));
    NoteKey own = policy.root.logs[0].key;
    own.type = NoteSignatureType::Ed25519Cosignature;
    Policy vain = policy;
    vain.witnesses = witness_quorum(1, {witness.key(), own}).value();
    const auto checked = check_policy(vain, kNow);
    REQUIRE_REFUSED(checked,
                    "witness 'log.example.com' has the key of log 'log.example.com', which cannot "
                    "vouch for itself");
    REQUIRE_FAULT(checked, Fault::Config);
    policy.log_threshold = 0;
    REQUIRE_REFUSED(check_policy(policy, kNow),
                    "policy asks for witnesses of a log, and for no log");
    REQUIRE_FAULT(check_policy(policy, kNow), Fault::Config);
}

TEST_CASE("a policy holds to the very second it expires", "[policy]") {
    Policy policy = policy_with_one_log();
    policy.expires = kNow;
    REQUIRE_OK(check_policy(policy, kNow));
    REQUIRE_OK(check_policy(policy, {kNow.seconds - 1}));
    const auto later = check_policy(policy, {kNow.seconds + 1});
    REQUIRE_REFUSED(later, "policy has expired on 2025-06-15T15:06:40Z");
    REQUIRE_FAULT(later, Fault::Config);
}
