#include "tests/support/test_log.h"

#include "core/encoding.h"
#include "sign/ed25519_key.h"
#include "tests/check.h"
#include "tests/support/reference_tree.h"

namespace boltseal::test {

namespace {

constexpr std::string_view kSeed = "AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg";

void check_tiles(TileSource& tiles, const std::vector<TreeHash>& leaves) {
    ReferenceTree tree(leaves);
    std::uint64_t span = 1;  // leaves under one hash of the level
    for (unsigned level = 0; leaves.size() / span > 0; ++level, span *= kTileWidth) {
        const std::uint64_t hashes = leaves.size() / span;
        for (std::uint64_t n = 0; n * kTileWidth < hashes; ++n) {
            const Tile tile = tile_of_tree(Tile::Kind::Hashes, level, n, leaves.size());
            Buffer expected;
            for (std::uint64_t i = n * kTileWidth; i < n * kTileWidth + tile.width; ++i) {
                const TreeHash hash = tree.mth(i * span, (i + 1) * span);
                expected.insert(expected.end(), hash.bytes().begin(), hash.bytes().end());
            }
            INFO(to_path(tile));
            const auto stored = tiles.get(tile);
            REQUIRE_OK(stored);
            REQUIRE(*stored == expected);
        }
    }
}

}  // namespace

std::string TestLogKey::sign(const TreeHead& head) const {
    const std::string text = to_string(Checkpoint{note_key.name, head, {}});
    const Buffer signature = signer->sign(as_bytes(text)).value();
    return to_string(Note{text, {NoteSignature{note_key.name, note_key.id(), signature}}});
}

TestLogKey test_log_key() {
    const Buffer typed_seed = parse_base64(kSeed).value();
    auto signer = ed25519_key_from_seed(Bytes(typed_seed).subspan(1)).value();
    NoteKey key = log_note_key(std::string(kLogOrigin), signer->public_key()).value();
    REQUIRE(to_vkey(key) == kLogVkey);
    return {std::move(signer), std::move(key)};
}

TestLogKey other_log_key(const std::string& origin) {
    auto signer = generate_ed25519_key().value();
    NoteKey key = log_note_key(origin, signer->public_key()).value();
    return {std::move(signer), std::move(key)};
}

std::unique_ptr<MemoryStore> empty_log(const TestLogKey& key) {
    auto store = std::make_unique<MemoryStore>();
    store->head = key.sign({0, hash_empty()});
    store->heads.push_back(*store->head);
    return store;
}

TestLog::TestLog(TestLogKey log_key) : key(std::move(log_key)), store(empty_log(key)) {}

Result<void> TestLog::start(const SequencerLimits& limits, Sequencer::OnFailure on_failure) {
    stop();
    signer = std::make_unique<LocalHeadSigner>(*key.signer, key.note_key, *store);
    index = std::make_unique<MemoryLeafIndex>();
    BOLTSEAL_TRY(sequencer, Sequencer::start({*store, *store, *signer, *store, *index}, limits,
                                             std::move(on_failure)));
    return {};
}

void TestLog::restart() {
    REQUIRE_OK(start());
}

Result<Sequenced> TestLog::append(const std::string& entry) const {
    return sequencer->append(to_buffer(entry));
}

std::vector<Buffer> check_whole_log(TileSource& tiles, const std::string& note,
                                    const NoteKey& key) {
    const auto checkpoint = check_checkpoint(as_bytes(note), key);
    REQUIRE_OK(checkpoint);
    const std::uint64_t size = checkpoint->head().size;
    std::vector<Buffer> entries;
    for (std::uint64_t n = 0; n * kTileWidth < size; ++n) {
        const Tile tile = tile_of_tree(Tile::Kind::Entries, 0, n, size);
        INFO(to_path(tile));
        const auto stored = tiles.get(tile);
        REQUIRE_OK(stored);
        auto bundle = parse_entry_bundle(*stored, tile.width);
        REQUIRE_OK(bundle);
        for (Buffer& entry : *bundle) entries.push_back(std::move(entry));
    }
    std::vector<TreeHash> leaves;
    for (const Buffer& entry : entries) leaves.push_back(hash_leaf(entry));
    REQUIRE(checkpoint->head() == ReferenceTree(leaves).head(leaves.size()));
    check_tiles(tiles, leaves);
    return entries;
}

}  // namespace boltseal::test
