// Threads for what must not hold up the loop of a fetch: hashing, syncing and reading from disk.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace boltseal {

class WorkPool {
public:
    using Then = std::function<void()>;

    // `wake` is called, from any thread, when there is something for run_finished() to do.
    WorkPool(unsigned threads, std::function<void()> wake);
    WorkPool(const WorkPool&) = delete;
    WorkPool& operator=(const WorkPool&) = delete;
    ~WorkPool();  // waits for the work under way; what has not begun is dropped

    // Does the work in a thread of the pool; what it returns is for the thread of the loop.
    void submit(std::function<Then()> work);
    // The same, when there is nothing else to do: so that what was read is hashed before more is.
    void submit_last(std::function<Then()> work);
    void run_finished();

private:
    void run();

    std::function<void()> wake_;
    std::mutex mutex_;  // guards what follows; no work is done under it
    std::condition_variable changed_;
    std::deque<std::function<Then()>> waiting_;
    std::deque<std::function<Then()>> last_;
    std::vector<Then> finished_;
    bool ending_ = false;
    std::vector<std::thread> threads_;  // last: they use what is above
};

}  // namespace boltseal
