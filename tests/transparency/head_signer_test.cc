#include "transparency/head_signer.h"

#include "sign/ecdsa_key.h"
#include "tests/check.h"
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
    const auto signed_head = key.head_signer().sign(head(3, "a"));
    REQUIRE_OK(signed_head);
    REQUIRE(signed_head->origin() == kLogOrigin);
    REQUIRE_OK(check_checkpoint(as_bytes(signed_head->note()), key.note_key));
}

TEST_CASE("a head signer never contradicts what it has signed", "[head_signer]") {
    const TestLogKey key = test_log_key();
    HeadSigner signer = key.head_signer();
    if (GENERATE(false, true)) {
        REQUIRE_OK(signer.resume(key.sign(head(5, "a"))));  // by an earlier process
    } else {
        REQUIRE_OK(signer.sign(head(5, "a")));
    }
    REQUIRE_REFUSED(signer.sign(head(4, "a")), "refusing to sign a head smaller than the last one");
    REQUIRE_REFUSED(signer.sign(head(5, "b")), "refusing to sign a second root for one size");
    REQUIRE_OK(signer.sign(head(5, "a")));
    REQUIRE_OK(signer.sign(head(6, "b")));
}

TEST_CASE("a head signer goes on only from its own signature", "[head_signer]") {
    const TestLogKey key = test_log_key();
    HeadSigner signer = key.head_signer();
    const TestLogKey other = other_log_key(std::string(kLogOrigin));
    REQUIRE_FAULT(signer.resume(other.sign(head(5, "a"))), Fault::Untrusted);
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
