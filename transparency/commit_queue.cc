#include "transparency/commit_queue.h"

#include <algorithm>

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
        ++under_way_;
        submission.pushed = std::chrono::steady_clock::now();
        count_crowd(submission.pushed);
        submissions_.push_back(std::move(submission));
        // Whoever takes them is awake since the first, or waits for the last.
        if (submissions_.size() > 1 && !is_good_batch()) return {};
    }
    arrived_.notify_one();
    return {};
}

std::vector<Submission> CommitQueue::take() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return closed_ || !submissions_.empty(); });
    if (!submissions_.empty()) {
        arrived_.wait_until(lock, submissions_.front().pushed + limits_.max_wait,
                            [this] { return closed_ || is_good_batch(); });
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

void CommitQueue::answered(std::size_t submissions) {
    const std::lock_guard guard(mutex_);
    under_way_ -= submissions;
}

bool CommitQueue::is_good_batch() const {
    return under_way_ >= std::max(crowd_, crowd_before_) || entries_ >= limits_.good_batch ||
           bytes_ >= limits_.batch_bytes;
}

void CommitQueue::count_crowd(Time now) {
    if (const auto age = now - crowd_since_; age >= limits_.crowd_memory) {
        crowd_before_ = age < 2 * limits_.crowd_memory ? crowd_ : 0;
        crowd_ = 0;
        crowd_since_ = now;
    }
    crowd_ = std::max(crowd_, under_way_);
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
