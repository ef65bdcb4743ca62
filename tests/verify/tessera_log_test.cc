// A small log made by another implementation: transparency-dev/tessera, testdata/log.
#include "core/encoding.h"
#include "core/file.h"
#include "tests/check.h"
#include "tests/support/bundle_maker.h"
#include "tests/support/reference_tree.h"
#include "tests/support/vectors.h"
#include "verify/checkpoint.h"

using namespace boltseal;

namespace {

// With its tests, tessera publishes the key, and the leaves with their spelling.
constexpr std::string_view kVkey =
    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
constexpr std::string_view kLeaves[] = {"one",    "two",   "three",    "four",    "five",
                                        "six",    "seven", "eit",      "nain",    "ten",
                                        "ileven", "twelf", "threeten", "fourten", "fivten"};

Buffer read(const std::filesystem::path& file) {
    const auto bytes = read_file(file, 1 << 20);
    REQUIRE_OK(bytes);
    return *bytes;
}

test::ReferenceTree tree() {
    std::vector<TreeHash> leaves;
    for (const std::string_view leaf : kLeaves) leaves.push_back(hash_leaf(as_bytes(leaf)));
    return test::ReferenceTree(std::move(leaves));
}

}  // namespace

TEST_CASE("tessera's published key prints back", "[tessera_log]") {
    const auto key = parse_vkey(kVkey);
    REQUIRE_OK(key);
    REQUIRE(key->name == "example.com/log/testdata");
    REQUIRE(key->type == NoteSignatureType::Ed25519);
    REQUIRE(to_vkey(*key) == kVkey);
}

TEST_CASE("every checkpoint of tessera's log verifies and prints back", "[tessera_log][vectors]") {
    const auto folder = test::require_vectors("tlog-tiles/tessera-log");
    const NoteKey key = parse_vkey(kVkey).value();
    test::ReferenceTree expected = tree();
    std::vector<VerifiedCheckpoint> checkpoints;
    for (std::size_t size = 0; size <= std::size(kLeaves); ++size) {
        CAPTURE(size);
        const Buffer bytes = read(folder / ("checkpoint." + std::to_string(size)));
        const auto note = parse_note(bytes);
        REQUIRE_OK(note);
        REQUIRE(to_string(*note) == as_text(bytes));
        const auto parsed = parse_checkpoint(note->text);
        REQUIRE_OK(parsed);
        REQUIRE(to_string(*parsed) == note->text);
        const auto verified = check_checkpoint(bytes, key);
        REQUIRE_OK(verified);
        REQUIRE(verified->head() == expected.head(size));
        checkpoints.push_back(*verified);
    }
    REQUIRE_OK(check_checkpoint(read(folder / "checkpoint"), key));
    for (std::size_t older = 0; older < checkpoints.size(); ++older) {
        for (std::size_t newer = older; newer < checkpoints.size(); ++newer) {
            CAPTURE(older, newer);
            REQUIRE_OK(check_consistency(checkpoints[older].head(), checkpoints[newer].head(),
                                         {expected.proof(older, newer)}));
        }
    }
}

TEST_CASE("checkpoints of tessera's log do not verify with another key", "[tessera_log][vectors]") {
    const auto file = test::require_vectors("tlog-tiles/tessera-log") / "checkpoint.15";
    const test::SmallLog impostor("example.com/log/testdata");
    REQUIRE_REFUSED(check_checkpoint(read(file), impostor.key()),
                    "note: not signed by any known key");
    const test::SmallLog other("example.com/other");
    REQUIRE_REFUSED(
        check_checkpoint(read(file), other.key()),
        "checkpoint is of log 'example.com/log/testdata', expected 'example.com/other'");
}

TEST_CASE("no changed byte of tessera's checkpoint verifies", "[tessera_log][vectors]") {
    const Buffer good = read(test::require_vectors("tlog-tiles/tessera-log") / "checkpoint.7");
    const NoteKey key = parse_vkey(kVkey).value();
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const int bit : {0, 5, 7}) {
            Buffer changed = good;
            changed[i] = static_cast<std::uint8_t>(changed[i] ^ (1 << bit));
            CAPTURE(i, bit);
            REQUIRE_FALSE(check_checkpoint(changed, key).has_value());
        }
    }
}
