#include "transparency/head_signer.h"

#include "sign/ecdsa_key.h"
#include "tests/check.h"
#include "tests/support/reference_tree.h"
#include "tests/support/test_log.h"

using namespace boltseal;
using namespace boltseal::test;

namespace {

TreeHead head(std::uint64_t size, const char* root) {
    return {size, hash_leaf(as_bytes(root))};
}

}  // namespace

TEST_CASE("a head signer signs what every reader of the log accepts", "[head_signer]") {
    const TestLogKey key = test_log_key();
    MemoryStore store;
    LocalHeadSigner signer(*key.signer, key.note_key, store);
    REQUIRE_REFUSED(signer.last(), "the log has no signed head");
    const auto signed_head = signer.sign({0, hash_empty()}, {});
    REQUIRE_OK(signed_head);
    REQUIRE(signed_head->origin() == kLogOrigin);
    REQUIRE_OK(check_checkpoint(as_bytes(signed_head->note()), key.note_key));
    REQUIRE(store.head == signed_head->note());
    REQUIRE(signer.last()->note() == signed_head->note());
}

TEST_CASE("a log starts with the empty tree", "[head_signer]") {
    const TestLogKey key = test_log_key();
    MemoryStore store;
    LocalHeadSigner signer(*key.signer, key.note_key, store);
    const std::string why = "refusing to sign: a log starts with the empty tree";
    REQUIRE_REFUSED(signer.sign(head(3, "a"), {}), why);
    REQUIRE_REFUSED(signer.sign(head(0, "a"), {}), why);
    REQUIRE_FALSE(store.head.has_value());
}

TEST_CASE("a head signer never contradicts what it has signed", "[head_signer]") {
    const TestLogKey key = test_log_key();
    const auto store = empty_log(key);
    std::vector<TreeHash> leaves;
    for (int i = 0; i < 8; ++i) leaves.push_back(hash_leaf(as_bytes(std::to_string(i))));
    ReferenceTree tree(leaves);
    auto signer = std::make_unique<LocalHeadSigner>(*key.signer, key.note_key, *store);
    REQUIRE_OK(signer->sign(tree.head(5), {}));
    if (GENERATE(false, true)) {  // by an earlier process
        signer = std::make_unique<LocalHeadSigner>(*key.signer, key.note_key, *store);
    }
    const std::string before = *store->head;
    const auto refused = [&](const TreeHead& next, const std::vector<TreeHash>& proof,
                             const std::string& why) {
        REQUIRE_REFUSED(signer->sign(next, {proof}), "refusing to sign: " + why);
        REQUIRE(store->head == before);
    };
    refused(tree.head(4), {}, "log shrank");
    refused(head(5, "b"), {}, "same size, different root");
    refused(tree.head(7), {}, "consistency proof is too short");
    refused(head(7, "b"), tree.proof(5, 7), "proof does not lead to the newer root");
    refused(tree.head(8), tree.proof(5, 7), "proof does not lead to the newer root");
    REQUIRE(signer->sign(tree.head(5), {})->note() == before);
    REQUIRE_OK(signer->sign(tree.head(7), {tree.proof(5, 7)}));
    REQUIRE(store->heads.size() == 3);
}

TEST_CASE("a signature leaves the signer only when its head is durable", "[head_signer]") {
    const TestLogKey key = test_log_key();
    const auto store = empty_log(key);
    LocalHeadSigner signer(*key.signer, key.note_key, *store);
    store->plan.fail_at = 0;
    REQUIRE_REFUSED(signer.sign(head(1, "a"), {}), "the disk is gone");
}

TEST_CASE("a head signer goes on only from its own signature", "[head_signer]") {
    const TestLogKey key = test_log_key();
    MemoryStore store;
    store.head = other_log_key(std::string(kLogOrigin)).sign({0, hash_empty()});
    LocalHeadSigner signer(*key.signer, key.note_key, store);
    REQUIRE_FAULT(signer.last(), Fault::Untrusted);
    REQUIRE_FAULT(signer.sign(head(1, "a"), {}), Fault::Untrusted);
}

TEST_CASE("a log has an Ed25519 key and a name that notes can carry", "[head_signer]") {
    const auto ecdsa = generate_ecdsa_key(KeyType::EcdsaP256).value();
    REQUIRE_REFUSED(log_note_key("log.example", ecdsa->public_key()),
                    "the log's key is not an Ed25519 key");
    const TestLogKey key = test_log_key();
    for (const char* origin : {"", "two words", "a+b"}) {
        CAPTURE(origin);
        REQUIRE_FAULT(log_note_key(origin, key.signer->public_key()), Fault::Config);
    }
}
