// One blob on its way in: written out of order, proved chunk by chunk where its chunks are known,
// and who brought what remembered until it is proved. Where the states of its hash are known,
// chunks prove the whole as well; otherwise it is hashed in order behind what arrives.
//
// For one thread, but for the hashing, which it hands to a WorkPool.
#pragma once

#include "registry-client/blob_shelf.h"
#include "registry-client/partial_blob.h"
#include "registry-client/work_pool.h"

#include <functional>
#include <limits>
#include <map>
#include <set>

namespace boltseal {

// Sources are numbered by the caller. Bytes of an earlier run are nobody's.
inline constexpr std::size_t kEarlierRun = std::numeric_limits<std::size_t>::max();

// Who brought which bytes. Pure.
class Ledger {
public:
    struct Piece {
        Extent extent;
        std::size_t source = kEarlierRun;
        bool operator==(const Piece&) const = default;
    };
    void record(Extent extent, std::size_t source);
    void forget(Extent extent);
    std::vector<Piece> pieces(Extent within) const;  // in order

private:
    std::map<std::uint64_t, Piece> pieces_;  // by their first byte; none overlaps another
};

// What was found out about bytes that arrived.
struct BlobFinding {
    enum class Kind {
        Lost,      // `extent` is not what it should be, and is to be fetched again; `source` if all
                   // of it came from there
        Right,     // `extent` is a chunk, proved, and all of it came from `source`
        Blamed,    // `source` brought bytes in `extent` that are not those of the blob
        Hopeless,  // the whole is wrong, and all of it came from `source`
        Whole,     // proved, and at its place
        Came,      // `extent` was brought from this machine, and counts
        Absent,    // it could not be: `error`
        Failed,    // `error`: the disk
    };
    Kind kind;
    Extent extent;
    std::size_t source = kEarlierRun;
    std::optional<Error> error;
};

class IncomingBlob {
public:
    // `chunks`, if there are any, are believed. `pool` must outlive it, or be done with.
    IncomingBlob(Descriptor blob, PartialBlob partial, std::optional<ChunkDigests> chunks,
                 WorkPool& pool);

    const Descriptor& descriptor() const { return blob_; }
    const ExtentSet& have() const { return have_; }
    std::uint64_t grain() const { return chunks_ ? chunks_->chunk_size : 0; }

    // Puts bytes where they belong, and has them count. What is there is never written over: it may
    // be proved.
    Result<void> write(std::uint64_t at, Bytes bytes, std::size_t source);
    // The same for bytes that lie on this machine, in the pool: they come from `source` as others
    // do. A finding says when. Until then nothing else may be written there.
    void bring(const LocalPiece& piece, std::size_t source);

    // Starts what there is to hash, prove, sync and place; cheap if there is nothing.
    void pump(std::chrono::steady_clock::time_point now);
    std::vector<BlobFinding> take_findings() { return std::exchange(findings_, {}); }

    // Sources that must not be asked for these bytes again, if another can be.
    bool is_suspect(Extent extent, std::size_t source) const;

private:
    struct Suspects {  // bytes that were wrong together, with digests to compare later
        std::vector<Ledger::Piece> pieces;
        std::vector<std::array<std::uint8_t, 32>> digests;
    };
    struct Check {  // of a chunk, as the pool makes it
        bool is_right = false;
        std::vector<std::array<std::uint8_t, 32>> digests;
        std::optional<Error> error;
    };

    Result<void> note(Extent extent, std::size_t source);
    void brought(Extent extent, std::size_t source, Result<void> done);
    void note_chunks(Extent extent);
    void pump_chunks();
    bool is_chained() const;
    void pump_hash();
    void pump_sync(std::chrono::steady_clock::time_point now);
    void checked(Extent extent, std::vector<Ledger::Piece> pieces, Check check);
    void hashed(std::uint64_t to, std::optional<Error> error);
    void finish_hash();
    void finish(bool is_right);
    void whole_is_wrong(std::vector<Ledger::Piece> pieces,
                        std::vector<std::array<std::uint8_t, 32>> digests);
    void lose(Extent extent, std::optional<std::size_t> source);
    void blame(const Suspects& suspects, const std::vector<std::array<std::uint8_t, 32>>& right);
    void fail(Error error);
    void keep(Result<void> done);
    std::uint64_t end_of_proved() const;

    Descriptor blob_;
    PartialBlob partial_;
    std::optional<ChunkDigests> chunks_;
    WorkPool* pool_;
    Ledger ledger_;
    ExtentSet have_;
    ExtentSet proved_;
    std::set<std::size_t> touched_;               // chunks that got bytes since the last pump
    ExtentSet checking_;                          // chunks that are with the pool
    std::map<std::uint64_t, Suspects> suspects_;  // by the first byte of what was wrong
    std::vector<BlobFinding> findings_;

    std::variant<Sha256State, Hasher> hasher_;
    std::uint64_t hashed_ = 0;
    bool hashing_ = false;
    bool placing_ = false;
    bool over_ = false;

    bool syncing_ = false;
    bool unsynced_ = false;
    std::chrono::steady_clock::time_point last_sync_;
};

}  // namespace boltseal
