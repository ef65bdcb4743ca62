// Hashes what is stored again: one bit that has flipped on a disk has ended logs. Entry bundles are
// compared with the hash tiles, and those with the signed head.
#pragma once

#include "transparency/log_tail.h"
#include "transparency/stop_signal.h"

#include <atomic>
#include <functional>
#include <thread>

namespace boltseal {

// The entries of bundle number n of the tree with this head, which is the prover's. Integrity, with
// the path, if they do not hash to the leaves of the tile.
Result<std::vector<Buffer>> read_bundle(TileSource& log, Prover& prover, std::uint64_t n,
                                        const TreeHead& head);

// Bundle number n, and the prover of its tiles.
using VisitBundle =
    std::function<Result<void>(std::uint64_t n, std::vector<Buffer> entries, Prover& prover)>;

// Every bundle from number `first` on, in order, a few fetched at a time. Integrity as above; also
// for a tile of the wrong form.
Result<void> read_bundles(TileSource& log, const TreeHead& head, std::uint64_t first,
                          const VisitBundle& visit);

// Everything that the head covers, on a disk or anywhere. Reports the number of entries so far, now
// and then.
Result<void> check_stored_log(TileSource& log, const TreeHead& head,
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

    std::uint64_t rounds() const { return rounds_; }

private:
    void run();

    LogTail& log_;
    const Head head_;
    const OnFailure on_failure_;
    const ScrubLimits limits_;

    StopSignal stop_;
    std::atomic<std::uint64_t> rounds_ = 0;
    std::thread thread_;
};

}  // namespace boltseal
