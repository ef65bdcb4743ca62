// Brings a log's folder that comes from a copy up to what others have seen of the log, so that it
// can go on without a fork. specs/operations.md#restore
#pragma once

#include "transparency/prover.h"
#include "transparency/sequencer.h"

#include <filesystem>

namespace boltseal {

// A log as files that somebody has copied: checkpoint, tiles and entry bundles as in
// c2sp.org/tlog-tiles. Nothing about them is checked here.
class MirrorFolder : public ObjectStore {
public:
    explicit MirrorFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}
    Result<void> put(const std::vector<StoredObject>& objects) override;  // Declined
    Result<Buffer> get(std::string_view path) override;

private:
    std::filesystem::path folder_;
};

// Untrusted if what the copy has, signed or not, is not the beginning of the tree that the mirror
// shows, or the other way round.
Result<void> check_same_history(LogTail& copy, TileSource& mirror, const TreeHead& shown);

// Appends the entries that the mirror has and the log has not, each hashed up to `shown`; returns
// how many. What was appended before an error stays, and need not be appended again.
// REQUIRES: check_same_history has passed, and nobody else appends.
Result<std::uint64_t> append_missing(Sequencer& log, TileSource& mirror, const TreeHead& shown);

}  // namespace boltseal
