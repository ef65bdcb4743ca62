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

    std::size_t bytes() const;
};

struct QueueLimits {
    std::size_t max_entries = 65'536;
    std::size_t max_bytes = std::size_t{64} << 20;
    std::size_t batch_entries = 16'384;  // a batch is cut after the submission that reaches these
    std::size_t batch_bytes = std::size_t{8} << 20;
    // How long the first of a batch waits for others. Zero: batches come from what arrives while
    // the one before is written.
    std::chrono::microseconds max_wait{0};
};

class CommitQueue {
public:
    explicit CommitQueue(const QueueLimits& limits) : limits_(limits) {}

    // Declined if too many wait already, or the queue is closed.
    Result<void> push(Submission submission);

    // Waits for the next batch; empty once the queue is closed and nothing is left.
    std::vector<Submission> take();

    // Nothing more is taken in. What waits can still be taken out.
    void close();

    std::size_t waiting() const;  // entries

private:
    const QueueLimits limits_;
    mutable std::mutex mutex_;  // guards everything below; held for no I/O
    std::condition_variable arrived_;
    std::deque<Submission> submissions_;
    std::size_t entries_ = 0;
    std::size_t bytes_ = 0;
    bool closed_ = false;
};

}  // namespace boltseal
