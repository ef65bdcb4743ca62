// When a request may be repeated, and after how long. Pure but for send_with_retries, whose clock,
// sleep and dice are passed in.
//
// What a repeated request means for the thing asked is the caller's to know: nothing here repeats
// a POST, or anything whose body has begun to reach a sink.
#pragma once

#include "core/time.h"
#include "net/transport.h"

#include <optional>

namespace boltseal {

struct RetryPolicy {
    int attempts = 5;                                 // in all, the first included
    std::chrono::milliseconds base{250};              // doubled each time
    std::chrono::milliseconds ceiling{30'000};        // of the doubling
    std::chrono::milliseconds longest_wait{120'000};  // a server that asks for more gets an end
};

// RFC 9110 section 10.2.3: whole seconds or an IMF-fixdate. Anything else is as if it were not
// there; a date that has passed is zero.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value, Timestamp now);

// The pause after the attempt of that number, counted from 1; nullopt for "give up". Half of the
// back-off is jitter in [0, 1). What the server asked for is a floor, with the back-off on top so
// that clients which were turned away together do not come back together.
std::optional<std::chrono::milliseconds> retry_delay(
    const RetryPolicy& policy, int attempt, std::optional<std::chrono::milliseconds> retry_after,
    double jitter);

bool may_repeat_status(int status);  // 408, 429, and 5xx that can pass
bool may_repeat_fault(Fault fault);
bool may_repeat_method(std::string_view method);  // idempotent, RFC 9110 section 9.2.2

// The world that retries need. Without `sleep` nothing is repeated.
struct Patience {
    RetryPolicy policy{};
    std::function<void(std::chrono::milliseconds)> sleep{};
    std::function<Timestamp()> now{};  // for Retry-After dates; none: they are not understood
    std::function<double()> jitter{};  // in [0, 1); none: 0.5
};

// Whether the same request twice does no more than once. For most it is the method that says so.
enum class Repeatable { AsMethod, Yes };

// Sends until the answer is final, and returns the last one: also one that could be repeated.
Result<Response> send_with_retries(Transport& transport, const Request& request,
                                   const Patience& patience,
                                   Repeatable repeatable = Repeatable::AsMethod);

}  // namespace boltseal
