#include "registry-client/work_pool.h"

#include <utility>

namespace boltseal {

WorkPool::WorkPool(unsigned threads, std::function<void()> wake) : wake_(std::move(wake)) {
    for (unsigned i = 0; i < threads; ++i) {
        threads_.emplace_back([this] { run(); });
    }
}

WorkPool::~WorkPool() {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void WorkPool::submit(std::function<Then()> work) {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        waiting_.push_back(std::move(work));
    }
    changed_.notify_one();
}

void WorkPool::submit_last(std::function<Then()> work) {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        last_.push_back(std::move(work));
    }
    changed_.notify_one();
}

void WorkPool::run_finished() {
    std::vector<Then> ready;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        ready.swap(finished_);
    }
    for (const Then& then : ready) then();
}

void WorkPool::run() {
    for (;;) {
        std::function<Then()> work;
        {
            std::unique_lock<std::mutex> lock(mutex_);
            changed_.wait(lock, [this] { return ending_ || !waiting_.empty() || !last_.empty(); });
            if (ending_) return;
            auto& queue = waiting_.empty() ? last_ : waiting_;
            work = std::move(queue.front());
            queue.pop_front();
        }
        Then then = work();
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            finished_.push_back(std::move(then));
        }
        wake_();
    }
}

}  // namespace boltseal
