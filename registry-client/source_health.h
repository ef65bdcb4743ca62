// What a registry or mirror has been like, and whether to ask it now. Pure: time is passed in.
#pragma once

#include "net/retry.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace boltseal {

// Why a request to it did not bring what was asked for.
enum class Trouble {
    Unreachable,  // no connection
    Broken,       // the connection broke in the middle
    Stalled,      // nothing, or next to nothing, came
    Busy,         // 429, 503 and their like, with Retry-After or without
    Refused,      // an answer that will not change: 403, 404, no range of ours
    Nonsense,     // an answer that is none: another range, another length, an encoding
    Damaged,      // bytes that are not those of the blob
};
std::string_view to_string(Trouble trouble);

class SourceHealth {
public:
    using Time = std::chrono::steady_clock::time_point;

    explicit SourceHealth(RetryPolicy policy = {}) : policy_(policy) {}

    void brought(std::uint64_t bytes);  // any amount ends a row of failures
    void proved(std::uint64_t bytes) { proved_bytes_ += bytes; }  // to be those of the blob
    void distrust() { is_distrusted_ = true; }  // it has damaged bytes before, in another run
    void measured(double bytes_a_second);       // of one connection, over one range

    // `jitter` in [0, 1). What Retry-After asks for is kept to the second, however long. What fails
    // during a pause makes it no longer.
    void failed(Time now, Trouble trouble, std::optional<std::chrono::milliseconds> retry_after,
                double jitter);

    // Not before; in the past if at once. A source that damaged bytes is asked only when there is
    // no other, and one that has nothing for us never.
    Time not_before() const { return not_before_; }
    bool is_demoted() const { return damaged_ > 0 || is_distrusted_; }
    unsigned row() const { return row_; }  // of failures without a byte between

    // Bytes a second of one of its connections, as far as known.
    std::optional<double> rate() const { return rate_; }

    // At most so many at once: halved by refusals, and one more for each range since.
    unsigned most_connections() const { return cap_; }

    std::uint64_t bytes() const { return bytes_; }
    std::uint64_t proved_bytes() const { return proved_bytes_; }
    std::uint64_t damaged() const { return damaged_; }
    std::uint64_t failures() const { return failures_; }
    void took(unsigned connections);  // that many were open when it was refused

private:
    RetryPolicy policy_;
    Time not_before_{};
    unsigned row_ = 0;
    unsigned cap_ = 1000;
    unsigned open_ = 1000;
    std::optional<double> rate_;
    std::uint64_t bytes_ = 0;
    std::uint64_t proved_bytes_ = 0;
    std::uint64_t damaged_ = 0;
    bool is_distrusted_ = false;
    std::uint64_t failures_ = 0;
};

}  // namespace boltseal
