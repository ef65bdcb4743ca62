#include "registry-client/source_health.h"

#include <algorithm>
#include <limits>

namespace boltseal {

namespace {

// A broken connection says little about the next one: they break all the time on bad paths.
bool may_go_on_at_once(Trouble trouble, unsigned row) {
    return row <= 1 && (trouble == Trouble::Broken || trouble == Trouble::Stalled);
}

}  // namespace

std::string_view to_string(Trouble trouble) {
    switch (trouble) {
        case Trouble::Unreachable:
            return "unreachable";
        case Trouble::Broken:
            return "broken connection";
        case Trouble::Stalled:
            return "stalled connection";
        case Trouble::Busy:
            return "busy";
        case Trouble::Refused:
            return "refused";
        case Trouble::Nonsense:
            return "wrong answer";
        case Trouble::Damaged:
            return "damaged bytes";
    }
    return "";
}

void SourceHealth::brought(std::uint64_t bytes) {
    bytes_ += bytes;
    if (bytes > 0) row_ = 0;
}

void SourceHealth::measured(double bytes_a_second) {
    rate_ = rate_ ? *rate_ * 0.7 + bytes_a_second * 0.3 : bytes_a_second;
    if (cap_ < 1000) ++cap_;
}

void SourceHealth::took(unsigned connections) {
    open_ = connections;
}

void SourceHealth::failed(Time now, Trouble trouble,
                          std::optional<std::chrono::milliseconds> retry_after, double jitter) {
    ++failures_;
    if (trouble == Trouble::Damaged) {
        ++row_;
        ++damaged_;
        return;
    }
    // Asked before the pause, like the one that began it: of many at once, one counts.
    if (now < not_before_ && !retry_after) return;
    ++row_;
    if (trouble == Trouble::Busy) cap_ = std::max(1U, std::min(cap_, open_) / 2);
    if (may_go_on_at_once(trouble, row_)) return;
    RetryPolicy forever = policy_;
    forever.attempts = std::numeric_limits<int>::max();
    forever.longest_wait = std::chrono::milliseconds::max();
    const int attempt = static_cast<int>(std::min(row_, 30U));
    const auto pause = retry_delay(forever, attempt, retry_after, jitter);
    not_before_ = std::max(not_before_, now + *pause);
}

}  // namespace boltseal
