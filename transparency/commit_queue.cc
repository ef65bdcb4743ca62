#include "transparency/commit_queue.h"

#include <thread>

namespace boltseal {

std::size_t Submission::bytes() const {
    std::size_t sum = 0;
    for (const Entry& entry : entries) sum += entry.bytes.size();
    return sum;
}

Result<void> CommitQueue::push(Submission submission) {
    const std::size_t bytes = submission.bytes();
    {
        const std::lock_guard guard(mutex_);
        if (closed_) return Error(Fault::Declined, "the log is shutting down");
        const bool full = submission.entries.size() > limits_.max_entries - entries_ ||
                          bytes > limits_.max_bytes - bytes_;
        if (full) return Error(Fault::Declined, "too many entries are waiting");
        entries_ += submission.entries.size();
        bytes_ += bytes;
        submissions_.push_back(std::move(submission));
        if (submissions_.size() > 1) return {};  // whoever takes them has been woken
    }
    arrived_.notify_one();
    return {};
}

std::vector<Submission> CommitQueue::take() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return closed_ || !submissions_.empty(); });
    if (limits_.max_wait.count() != 0 && !closed_) {
        lock.unlock();
        std::this_thread::sleep_for(limits_.max_wait);
        lock.lock();
    }
    std::vector<Submission> batch;
    std::size_t entries = 0;
    std::size_t bytes = 0;
    while (!submissions_.empty() && entries < limits_.batch_entries &&
           bytes < limits_.batch_bytes) {
        Submission& next = submissions_.front();
        entries += next.entries.size();
        bytes += next.bytes();
        batch.push_back(std::move(next));
        submissions_.pop_front();
    }
    entries_ -= entries;
    bytes_ -= bytes;
    return batch;
}

void CommitQueue::close() {
    const std::lock_guard guard(mutex_);
    closed_ = true;
    arrived_.notify_all();
}

std::size_t CommitQueue::waiting() const {
    const std::lock_guard guard(mutex_);
    return entries_;
}

}  // namespace boltseal
