#include "cli/network.h"

#include "cli/clock.h"

#include <random>
#include <thread>

namespace boltseal {

Patience real_patience() {
    Patience patience;
    patience.sleep = [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); };
    patience.now = now;
    patience.jitter = [] {
        thread_local std::minstd_rand dice(std::random_device{}());
        return std::uniform_real_distribution<double>(0, 1)(dice);
    };
    return patience;
}

}  // namespace boltseal
