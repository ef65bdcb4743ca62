// Work on several threads whose results are taken on one, in order.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace boltseal {

// Calls work(0), work(1), ..., work(count - 1), each once, from `jobs` threads. So few results wait
// to be taken, 16 for each thread, that memory does not grow with the count.
template <typename T>
class InOrder {
public:
    InOrder(std::size_t count, std::size_t jobs, std::function<T(std::size_t)> work)
        : count_(count), work_(std::move(work)), slots_(16 * jobs) {
        for (std::size_t i = 0; i < jobs; ++i) threads_.emplace_back([this] { run(); });
    }
    InOrder(const InOrder&) = delete;
    InOrder& operator=(const InOrder&) = delete;

    // Waits for what has been begun; the rest is never done.
    ~InOrder() {
        const std::lock_guard lock(mutex_);
        next_ = count_;
        room_.notify_all();
    }

    // The next result, or what the work has thrown. REQUIRES: it was called less than count times.
    T take() {
        std::unique_lock lock(mutex_);
        Slot& slot = slots_[taken_ % slots_.size()];
        ready_.wait(lock, [&slot] { return slot.value || slot.thrown; });
        Slot done = std::exchange(slot, Slot());
        ++taken_;
        room_.notify_one();
        if (done.thrown) std::rethrow_exception(done.thrown);
        return *std::move(done.value);
    }

private:
    struct Slot {
        std::optional<T> value;
        std::exception_ptr thrown;
    };

    // The number of the next piece of work, when there is room for its result.
    std::optional<std::size_t> begin() {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [this] { return next_ == count_ || next_ < taken_ + slots_.size(); });
        if (next_ == count_) return std::nullopt;
        return next_++;
    }

    void run() {
        while (const auto i = begin()) {
            Slot done;
            try {
                done.value.emplace(work_(*i));
            } catch (...) {
                done.thrown = std::current_exception();
            }
            const std::lock_guard lock(mutex_);
            slots_[*i % slots_.size()] = std::move(done);
            ready_.notify_one();
        }
    }

    const std::size_t count_;
    const std::function<T(std::size_t)> work_;
    std::mutex mutex_;  // guards what follows, but for the threads; never held during the work
    std::condition_variable room_;   // for one more result, or there is no more work
    std::condition_variable ready_;  // a result
    std::vector<Slot> slots_;        // a ring: result i is in slot i % size
    std::size_t next_ = 0;           // to begin
    std::size_t taken_ = 0;
    std::vector<std::jthread> threads_;  // joined first, as the last member
};

}  // namespace boltseal
