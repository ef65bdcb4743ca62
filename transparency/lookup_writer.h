// Brings the look-up index up to what is published, from the log's entry bundles and behind the
// back of those who wait for answers.
#pragma once

#include "transparency/log_tail.h"
#include "transparency/lookup_index.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace boltseal {

// Adds what the log has and the index lacks; clears it first if it is of another log. Ends early,
// without an error, once `go_on` says no.
Result<void> bring_up(LookupIndex& index, LogTail& log, const TreeHead& head,
                      const std::function<bool()>& go_on = {});

class LookupWriter {
public:
    using Head = std::function<TreeHead()>;  // of what is published
    using OnFailure = std::function<void(const Error&)>;

    LookupWriter(LookupIndex& index, LogTail& log, Head head, OnFailure on_failure,
                 std::chrono::milliseconds pause = std::chrono::milliseconds(100));
    ~LookupWriter();
    LookupWriter(const LookupWriter&) = delete;
    LookupWriter& operator=(const LookupWriter&) = delete;

private:
    void run();
    bool wait();  // false when it is time to end
    bool is_stopping();

    LookupIndex& index_;
    LogTail& log_;
    const Head head_;
    const OnFailure on_failure_;
    const std::chrono::milliseconds pause_;

    std::mutex mutex_;  // guards the next
    std::condition_variable changed_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace boltseal
