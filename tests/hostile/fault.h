// What a registry is told to do wrong, and when.
//
// One rule a line, the first that matches is obeyed:
//
//   [N*] METHOD TARGET: FAULT [ARGUMENT] [| FAULT [ARGUMENT]]...
//
// N is how often (default: always), METHOD may be *, and in TARGET a * stands for anything. Faults:
//
//   honest             none, which uses up the rule
//   status N           instead of the answer, with an error body
//   header NAME: TEXT  in place of, or besides, the answer's own; drop NAME takes one away
//   body FILE          other bytes, of the right length
//   flip N             the lowest bit of byte N of the blob; flip-every N: one in each N bytes
//   whole              200 and all of it, whatever range was asked for
//   shift N            the bytes N further on than those that were asked for
//   piece N            no more than N bytes of a range, and Content-Range says so
//   length N           Content-Length says N, and no more than that is sent
//   close N, reset N, stall N   after N bytes of the body: FIN, RST, or silence
//   rate N             N bytes a second; head-rate N: of the head; total-rate N: over all
//   connections endless            a body without end or length flood N            N more headers;
//   wide N: one header of N bytes pages              a Link to a next page, which has one, too
//   at-most N          429 while N other answers are under way
//   redirect URL       307; {target} stands for the request's
#pragma once

#include "core/result.h"
#include "tests/hostile/http_message.h"

#include <mutex>
#include <optional>

namespace boltseal::hostile {

// How the bytes of an answer leave.
struct Delivery {
    enum class End { Keep, Close, Reset, Stall };
    End end = End::Keep;
    std::optional<std::uint64_t> stop_after;  // bytes of the body; then `end`
    std::uint64_t rate = 0;                   // bytes a second; 0: as fast as they go
    std::uint64_t head_rate = 0;
    std::uint64_t total_rate = 0;
    std::optional<std::uint64_t> at_most;  // other answers under way; else 429
    bool endless = false;
};

struct Fault {
    std::string name;
    std::string argument;
};

struct Rule {
    int uses = -1;  // left; negative: no end
    std::string method;
    std::string target;
    std::vector<Fault> faults;
};

Result<std::vector<Rule>> parse_rules(std::string_view text);

// True if the pattern, in which * stands for anything, matches all of the text.
bool matches(std::string_view pattern, std::string_view text);

class Rules {
public:
    explicit Rules(std::vector<Rule> rules) : rules_(std::move(rules)) {}
    // What this request meets; empty if it is answered honestly. Uses the rule once.
    std::vector<Fault> find(const Request& request);

private:
    std::mutex mutex_;  // guards rules_; held by the threads of all connections
    std::vector<Rule> rules_;
};

// `whole` is the body without a range. Malformed for a fault or an argument that there is not.
Result<void> apply(const Fault& fault, const Request& request, std::string_view whole,
                   Answer& answer, Delivery& delivery);

}  // namespace boltseal::hostile
