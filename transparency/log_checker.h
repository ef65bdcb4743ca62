// Hashes what is stored again: one bit that has flipped on a disk has ended logs. Entry bundles are
// compared with the hash tiles, and those with the signed head.
#pragma once

#include "transparency/log_tail.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace boltseal {

// The entries of bundle number n of the tree with this head, which is the prover's. Integrity, with
// the path, if they do not hash to the leaves of the tile.
Result<std::vector<Buffer>> read_bundle(TileSource& log, Prover& prover, std::uint64_t n,
                                        const TreeHead& head);

// Everything that the head covers. Reports the number of entries so far, now and then.
Result<void> check_stored_log(LogTail& log, const TreeHead& head,
                              const std::function<void(std::uint64_t)>& progress = {});

struct ScrubLimits {
    std::chrono::milliseconds pause{20};     // after each bundle: 3 million entries an hour
    std::chrono::milliseconds rest{60'000};  // after each round
};

// Goes through a log that is served, over and over, in a thread of its own.
class Scrubber {
public:
    using Head = std::function<TreeHead()>;  // of what is published
    using OnFailure = std::function<void(const Error&)>;

    Scrubber(LogTail& log, Head head, OnFailure on_failure, const ScrubLimits& limits = {});
    ~Scrubber();
    Scrubber(const Scrubber&) = delete;
    Scrubber& operator=(const Scrubber&) = delete;

    std::uint64_t rounds() const;

private:
    void run();
    bool wait(std::chrono::milliseconds time);  // false when it is time to end

    LogTail& log_;
    const Head head_;
    const OnFailure on_failure_;
    const ScrubLimits limits_;

    mutable std::mutex mutex_;  // guards everything below; held for no I/O
    std::condition_variable changed_;
    bool stopping_ = false;
    std::uint64_t rounds_ = 0;
    std::thread thread_;
};

}  // namespace boltseal
