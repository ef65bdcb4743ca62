#include "sign/cosign.h"

#include "core/encoding.h"
#include "sign/ecdsa_key.h"
#include "sign/ed25519_key.h"
#include "tests/check.h"

using namespace boltseal;

namespace {

// Of skylight's tests, as the reference prints it: the seed is a hash, and proves nothing.
struct Published {
    std::unique_ptr<PrivateKey> signer =
        ed25519_key_from_seed(sha256({as_bytes("skylight test witness key")})).value();
    NoteKey key = witness_note_key("witness.example.org", signer->public_key()).value();
    std::string text =
        "rome2026h1.example.org\n300\nlCkHUpkmVBEms2r2T1K6Og69+wUuuN3MIEW1/ezu2v0=\n";
};

}  // namespace

TEST_CASE("a published cosignature is reproduced byte for byte", "[cosign]") {
    const Published witness;
    REQUIRE(to_hex(witness.key.id()) == "b8a2cf20");
    const auto line = cosign(*witness.signer, witness.key, witness.text, {1'767'139'200});
    REQUIRE_OK(line);
    REQUIRE(
        to_string(*line) ==
        "\u2014 witness.example.org "
        "uKLPIAAAAABpVGeAhm2bOvKc3LaB9PFN1ruG19Y5yqslmcAAbhftnn1Zznmo0LXFZq4LGvqKqLX8jWlwLKasxEGTLI"
        "qAVusneCBmBw==\n");
    const auto signers = check_note({witness.text, {*line}}, {witness.key});
    REQUIRE_OK(signers);
    REQUIRE(signers->front().time == Timestamp{1'767'139'200});
}

TEST_CASE("a cosignature says when, or is not made", "[cosign]") {
    const Published witness;
    for (const std::int64_t time : {std::int64_t{0}, std::int64_t{-1}}) {
        REQUIRE_REFUSED(cosign(*witness.signer, witness.key, witness.text, {time}),
                        "the clock is not set");
    }
}

TEST_CASE("what a witness signs is verified before it leaves", "[cosign]") {
    const Published witness;
    const auto other = generate_ed25519_key().value();
    REQUIRE_REFUSED(cosign(*other, witness.key, witness.text, {1}),
                    "note: signature by 'witness.example.org' does not verify");
}

TEST_CASE("a witness has an Ed25519 key and a name that notes can carry", "[cosign]") {
    const auto ecdsa = generate_ecdsa_key(KeyType::EcdsaP256).value();
    REQUIRE_REFUSED(witness_note_key("witness.example", ecdsa->public_key()),
                    "the witness's key is not an Ed25519 key");
    const Published witness;
    REQUIRE(witness.key.type == NoteSignatureType::Ed25519Cosignature);
    REQUIRE_REFUSED(witness_note_key("two words", witness.signer->public_key()),
                    "name of the witness: note: name has a space, a '+' or a control character");
}
