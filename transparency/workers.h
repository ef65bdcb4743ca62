// A few threads for what must not hold up the one that serves all connections: signatures, JSON,
// files.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace boltseal {

class Workers {
public:
    explicit Workers(std::size_t threads, std::size_t max_waiting = 4096);
    ~Workers();  // stops
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    // Does what waits, and takes no more.
    void stop();

    // False if too much waits; the work is then not done. It must not throw.
    bool post(std::function<void()> work);

private:
    void run();

    const std::size_t max_waiting_;
    std::mutex mutex_;  // guards everything below; not held while working
    std::condition_variable arrived_;
    std::deque<std::function<void()>> waiting_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace boltseal
