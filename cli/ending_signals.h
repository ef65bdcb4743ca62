// What ends a server in order: SIGTERM and SIGINT, which are waited for rather than handled.
#pragma once

#include <csignal>

namespace boltseal {

inline sigset_t ending_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    return signals;
}

// In this thread, and in all threads and processes that it starts from here.
inline void block_ending_signals() {
    const sigset_t signals = ending_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

// Waits a tenth of a second for one: true if it came.
inline bool is_told_to_end() {
    const sigset_t signals = ending_signals();
    const timespec slice{0, 100'000'000};
    return sigtimedwait(&signals, nullptr, &slice) > 0;
}

}  // namespace boltseal
