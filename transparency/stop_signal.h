// Tells a thread that works in the background to end, also while it rests.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace boltseal {

// Safe from many threads.
class StopSignal {
public:
    void stop() {
        {
            const std::lock_guard guard(mutex_);
            stopping_ = true;
        }
        changed_.notify_all();
    }
    bool is_stopping() const {
        const std::lock_guard guard(mutex_);
        return stopping_;
    }
    // False when it is time to end.
    bool wait(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        return !changed_.wait_for(lock, time, [this] { return stopping_; });
    }

private:
    mutable std::mutex mutex_;  // guards the next
    bool stopping_ = false;
    std::condition_variable changed_;
};

}  // namespace boltseal
