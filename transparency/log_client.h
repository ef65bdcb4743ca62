// Talks to a Rekor v2 or boltseal log: submits entries, fetches checkpoints, follows its history.
// Nothing is returned that is not verified against the log's pinned key. specs/log-api.md
#pragma once

#include "net/retry.h"
#include "transparency/lookup_answer.h"
#include "transparency/prover.h"
#include "transparency/seen_heads.h"
#include "transparency/sequenced.h"
#include "verify/log_entry.h"
#include "verify/tlog_proof.h"

#include <map>

namespace boltseal {

// The tiles of a log over HTTP, below its URL or below "/api/v2/" of it: which, is found out once.
// Nothing about what comes is checked here: that is the prover's work.
class HttpTiles : public TileSource {
public:
    HttpTiles(Transport& transport, std::string url, Patience patience);
    Result<Buffer> get(const Tile& tile) override;
    // Asks for all of them at once, and once. What does not come is left for get(), with patience.
    void expect(std::span<const Tile> tiles) override;
    Result<Buffer> get_checkpoint();

private:
    Request request_for(const std::string& path, std::size_t limit) const;
    Result<Buffer> read(const std::string& path, std::size_t limit);
    Result<Buffer> read_tile(const Tile& tile);
    template <typename Read>
    Result<Buffer> find_out(Read read);

    Transport& transport_;
    std::string url_;
    Patience patience_;
    std::string prefix_ = "/api/v2/";
    bool is_found_ = false;
    std::map<Tile, Buffer> expected_;  // what has come; each is handed out once
};

// Entries that were submitted together, each proved to be in the tree of one checkpoint.
struct SubmittedBatch {
    std::vector<Place> places;           // in the order in which they were submitted
    std::vector<InclusionProof> proofs;  // the same
    VerifiedCheckpoint checkpoint;
};

// For one thread at a time. The transport must outlive it.
class LogClient {
public:
    // `url` is what "/api/v2/log/entries" is appended to.
    LogClient(Transport& transport, std::string url, NoteKey key, Patience patience = {});

    // What the log wants from those who write, if it does. Config unless it goes over https or
    // stays on this machine.
    Result<void> set_token(std::string token);

    const NoteKey& key() const { return key_; }

    // The entry as the log has it, its proof and checkpoint checked against the key and against
    // what was submitted. Repeated while the log is busy: entries are idempotent. Declined if the
    // log does not want the entry, Untrusted if its answer does not hold.
    Result<LogEntry> submit(const HashedRekord& entry);

    // The same for many under one checkpoint: 1 to kMaxBatchEntries. Missing if it is no log of
    // ours, which then takes them one by one.
    Result<SubmittedBatch> submit_batch(const std::vector<HashedRekord>& entries);
    // Bytes of any kind, where the log takes them. At most kMaxBatchBytes all in all.
    Result<SubmittedBatch> submit_raw(const std::vector<Buffer>& entries);

    Result<VerifiedCheckpoint> fetch_checkpoint();

    // Untrusted if the log signs less now than in a checkpoint that it has shown before.
    Result<void> check_not_shrunk(const VerifiedCheckpoint& seen);

    // One page of a look-up, proved (lookup_answer.h). Missing if it is no log of ours.
    Result<LookupAnswer> find(const Lookup& lookup, std::uint64_t from);
    // The proof for this leaf that the log has made, checked. Missing if it has no such entry, or
    // is no log of ours.
    Result<TlogProof> prove_leaf(const TreeHash& leaf);

    TileSource& tiles() { return tiles_; }

    // Untrusted, naming both roots, unless the older head is a prefix of the newer one; also if the
    // log signs less now than it has shown before. Reads tiles.
    Result<void> check_consistency(const VerifiedCheckpoint& older,
                                   const VerifiedCheckpoint& newer);

private:
    Result<Response> post(const std::string& path, const char* content_type, Buffer body);
    Result<SubmittedBatch> check_batch(const Response& response,
                                       const std::vector<Buffer>& entries) const;
    std::string who() const { return "log '" + key_.name + "'"; }

    Transport& transport_;
    std::string url_;
    NoteKey key_;
    Patience patience_;
    HttpTiles tiles_;
    std::string token_;
};

}  // namespace boltseal
