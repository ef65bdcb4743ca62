// Follows a log from outside: every checkpoint must continue the last one, every entry is read and
// hashed up to it, and whoever should know of something is told. specs/monitor.md
//
// What was told is not forgotten before it was delivered: the state moves on only then, so an alert
// may come twice, and never gets lost.
#pragma once

#include "transparency/log_client.h"
#include "transparency/watch_list.h"
#include "verify/witness_policy.h"

#include <chrono>

namespace boltseal {

// As far as the log was followed.
struct MonitorState {
    std::string checkpoint;  // a signed note, the largest that fits all before it; empty at first
    std::uint64_t read = 0;  // entries that were read, and told of
    Timestamp grown;         // when it was seen to be larger than before
};

// JSON, with the checkpoint in it. Malformed for anything else.
Result<MonitorState> parse_monitor_state(Bytes text);
std::string to_string(const MonitorState& state);

struct Alert {
    enum class Kind { Fork, Rollback, Invalid, Unwitnessed, Stale, Watched, Unknown, Unreadable };
    Kind kind = Kind::Fork;
    std::string message;                        // for people; safe to show
    std::optional<std::uint64_t> index = {};    // of the entry it is about
    std::vector<std::string> checkpoints = {};  // evidence: the signed notes, the older one first
    Buffer entry = {};
};
std::string_view to_string(Alert::Kind kind);  // "fork", "rollback", ...

struct MonitorRules {
    WatchList watch;
    WitnessPolicy witnesses;                           // asks for none: none are looked for
    std::optional<std::chrono::seconds> max_age = {};  // of a cosignature, or else of growth
};

// For one thread at a time. Client and tiles must be of one log, and outlive it.
class Monitor {
public:
    using Deliver = std::function<Result<void>(const Alert&)>;
    using Save = std::function<Result<void>(const MonitorState&)>;

    Monitor(LogClient& client, TileSource& tiles, MonitorRules rules, MonitorState state,
            Deliver deliver, Save save);

    // One look at the log, up to its newest entry. How many alerts were raised; those that go on
    // from look to look are delivered once. An error if it could not be told whether all is well,
    // or if somebody could not be told: look again.
    Result<std::size_t> look(Timestamp now);

    const MonitorState& state() const { return state_; }

private:
    Result<bool> follow(const VerifiedCheckpoint& newest, Timestamp now);
    Result<bool> check_continues(const VerifiedCheckpoint& before,
                                 const VerifiedCheckpoint& newest);
    Result<void> check_witnessed(const VerifiedCheckpoint& newest, Timestamp now);
    Result<void> read_entries(const VerifiedCheckpoint& newest);
    Result<void> read_entries_of(std::uint64_t n, Prover& prover, const TreeHead& head);
    Result<void> alert(const Alert& alert);

    LogClient& client_;
    TileSource& tiles_;
    const MonitorRules rules_;
    MonitorState state_;
    const Deliver deliver_;
    const Save save_;
    std::size_t alerts_ = 0;             // of this look
    std::set<Alert::Kind> lasting_now_;  // of this look
    std::set<Alert::Kind> lasting_;      // of the last one that came to its end
};

}  // namespace boltseal
