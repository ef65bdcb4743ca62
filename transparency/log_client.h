// Talks to a Rekor v2 or boltseal log: submits entries, fetches checkpoints, follows its history.
// Nothing is returned that is not verified against the log's pinned key. specs/log-api.md
#pragma once

#include "net/retry.h"
#include "transparency/prover.h"
#include "transparency/seen_heads.h"
#include "verify/log_entry.h"

namespace boltseal {

// The tiles of a log over HTTP. Nothing about them is checked here: that is the prover's work.
class HttpTiles : public TileSource {
public:
    HttpTiles(Transport& transport, std::string url, const Patience& patience)
        : transport_(transport), url_(std::move(url)), patience_(patience) {}
    Result<Buffer> get(const Tile& tile) override;

private:
    Transport& transport_;
    std::string url_;
    const Patience& patience_;
};

// For one thread at a time. The transport must outlive it.
class LogClient {
public:
    // `url` is what "/api/v2/log/entries" is appended to.
    LogClient(Transport& transport, std::string url, NoteKey key, Patience patience = {});

    const NoteKey& key() const { return key_; }
    const std::string& url() const { return url_; }  // without '/' at its end

    // The entry as the log has it, its proof and checkpoint checked against the key and against
    // what was submitted. Repeated while the log is busy: entries are idempotent. Declined if the
    // log does not want the entry, Untrusted if its answer does not hold.
    Result<LogEntry> submit(const HashedRekord& entry);

    Result<VerifiedCheckpoint> fetch_checkpoint();

    // Untrusted, naming both roots, unless the older head is a prefix of the newer one; also if the
    // log signs less now than it has shown before. Reads tiles.
    Result<void> check_consistency(const VerifiedCheckpoint& older,
                                   const VerifiedCheckpoint& newer);

private:
    Result<Response> post(const Request& request);
    Result<void> check_not_shrunk(const VerifiedCheckpoint& seen);

    Transport& transport_;
    std::string url_;
    NoteKey key_;
    Patience patience_;
};

}  // namespace boltseal
