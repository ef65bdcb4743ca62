// Measurements of one thing, and the line of a table that says what they were.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

namespace boltseal::bench {

using Clock = std::chrono::steady_clock;

inline double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// REQUIRES: !samples.empty()
inline void print_row(const std::string& what, const std::string& unit,
                      std::vector<double> samples) {
    std::ranges::sort(samples);
    std::printf("| %-44s | %-10s | %9.2f | %9.2f | %9.2f | %4zu |\n", what.c_str(), unit.c_str(),
                samples.front(), samples[samples.size() / 2], samples.back(), samples.size());
    std::fflush(stdout);
}

}  // namespace boltseal::bench
