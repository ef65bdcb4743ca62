// Brings full tiles and entry bundles into the store, behind the back of those who wait for
// answers, and lets the journal forget what they hold. Reminds the publication of what it put off.
#pragma once

#include "transparency/log_tail.h"
#include "transparency/publication.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace boltseal {

struct TileWriterLimits {
    std::chrono::milliseconds pause{500};  // between two rounds
    std::size_t tiles_at_once = 64;        // bundles, in one round of syncs
    // So many bytes of entries may be in memory and journal only; then batches wait. Must be more
    // than a bundle has: an unfinished one cannot be stored.
    std::size_t max_unstored = std::size_t{256} << 20;
};

class TileWriter {
public:
    using OnFailure = std::function<void(const Error&)>;

    TileWriter(LogTail& log, ObjectStore& objects, Journal& journal, Publication& publication,
               const TileWriterLimits& limits)
        : log_(log),
          objects_(objects),
          journal_(journal),
          publication_(publication),
          limits_(limits) {}
    ~TileWriter() { stop(); }

    // All tiles of the tree of `stored` leaves, a multiple of 256, are in the store.
    void start(std::uint64_t stored, OnFailure on_failure);

    // A signed and published head covers so many entries. A round starts at once if many tiles are
    // full, else after the pause.
    void covered(std::uint64_t size);

    // Nothing will be covered for now: until something is, nobody is to wait for room.
    void stalled();

    // Waits while too much is unstored, until stopped, abandoned or stalled.
    void make_room();

    // Ends without another round: something else has failed.
    void abandon();

    // After a last round, unless something has failed.
    void stop();

private:
    void run();
    template <typename Work>
    bool do_unlocked(std::unique_lock<std::mutex>& lock, Work work);
    Result<void> store(std::uint64_t begin, std::uint64_t end);

    LogTail& log_;
    ObjectStore& objects_;
    Journal& journal_;
    Publication& publication_;
    const TileWriterLimits limits_;
    OnFailure on_failure_;

    std::mutex mutex_;  // guards everything below; held for no I/O
    std::condition_variable changed_;
    std::uint64_t stored_ = 0;
    std::uint64_t covered_ = 0;
    bool stopping_ = false;
    bool failed_ = false;
    bool stalled_ = false;
    bool hurry_ = false;
    std::thread thread_;
};

}  // namespace boltseal
