// A log for tests: a published key that signs nothing but tests, and a check of everything a log
// has published.
#pragma once

#include "sign/private_key.h"
#include "tests/support/memory_store.h"
#include "transparency/sequencer.h"

#include <memory>
#include <string>
#include <vector>

namespace boltseal::test {

// Of tessera's testdata/log, as the reference prints it.
inline constexpr std::string_view kLogOrigin = "example.com/log/testdata";
inline constexpr std::string_view kLogVkey =
    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

struct TestLogKey {
    std::unique_ptr<PrivateKey> signer;
    NoteKey note_key;

    std::string sign(const TreeHead& head) const;  // without any check
};
TestLogKey test_log_key();
TestLogKey other_log_key(const std::string& origin);  // a fresh one

// A memory store with the signed empty tree.
std::unique_ptr<MemoryStore> empty_log(const TestLogKey& key);

// A log in memory. The store outlives the sequencer, as a disk does.
struct TestLog {
    TestLogKey key;
    std::unique_ptr<MemoryStore> store;
    std::unique_ptr<LocalHeadSigner> signer;
    std::unique_ptr<MemoryLeafIndex> index;
    std::unique_ptr<Sequencer> sequencer;

    explicit TestLog(TestLogKey log_key = test_log_key());
    Result<void> start(const SequencerLimits& limits = {}, Sequencer::OnFailure on_failure = {});
    void stop() { sequencer.reset(); }
    void restart();  // fails the test if it does not start

    Result<Sequenced> append(const std::string& entry) const;
    std::uint64_t size() const { return sequencer->published()->head().size; }
};

// Every entry that the head covers, after all tiles and bundles were computed again from them and
// compared byte by byte, and the root with the signed one. Fails the test otherwise.
std::vector<Buffer> check_whole_log(TileSource& tiles, const std::string& note, const NoteKey& key);

}  // namespace boltseal::test
