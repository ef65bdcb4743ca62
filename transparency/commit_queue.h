// Submissions that wait for their batch: bounded, first come first served.
#pragma once

#include "core/bytes.h"
#include "transparency/sequenced.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

namespace boltseal {

// Entries that get their places in one batch, and who is told.
struct Submission {
    struct Entry {
        Buffer bytes;
        TreeHash leaf;
    };
    std::vector<Entry> entries;
    WhenSequenced done;
    std::vector<Place> places = {};
    std::chrono::steady_clock::time_point pushed = {};

    std::size_t bytes() const;
};

struct QueueLimits {
    std::size_t max_entries = 65'536;
    std::size_t max_bytes = std::size_t{64} << 20;
    std::size_t batch_entries = 16'384;  // a batch is cut after the submission that reaches these
    std::size_t batch_bytes = std::size_t{8} << 20;
    // How long the first of a batch waits for others at most. Zero: batches come from what arrives
    // while the one before is written. It does not wait when that could not make the batch cheaper:
    // when it has good_batch entries, or when as many submissions are under way as ever were within
    // crowd_memory, so that nobody else is expected.
    std::chrono::microseconds max_wait{5'000};
    std::size_t good_batch = 512;
    std::chrono::milliseconds crowd_memory{1'000};
};

class CommitQueue {
public:
    explicit CommitQueue(const QueueLimits& limits) : limits_(limits) {}

    // Declined if too many wait already, or the queue is closed.
    Result<void> push(Submission submission);

    // Waits for the next batch; empty once the queue is closed and nothing is left.
    std::vector<Submission> take();

    // So many of the submissions that were taken are on their way no longer. To be said before they
    // are told, because they may come again at once.
    void answered(std::size_t submissions);

    // Nothing more is taken in. What waits can still be taken out.
    void close();

    std::size_t waiting() const;  // entries

private:
    using Time = std::chrono::steady_clock::time_point;

    bool is_good_batch() const;
    void count_crowd(Time now);

    const QueueLimits limits_;
    mutable std::mutex mutex_;  // guards everything below; held for no I/O
    std::condition_variable arrived_;
    std::deque<Submission> submissions_;
    std::size_t entries_ = 0;
    std::size_t bytes_ = 0;
    std::size_t under_way_ = 0;  // submissions: waiting, or taken and not answered
    // The most that were under way at once, in the crowd_memory since then and the one before.
    std::size_t crowd_ = 0;
    std::size_t crowd_before_ = 0;
    Time crowd_since_;
    bool closed_ = false;
};

}  // namespace boltseal
