#include "transparency/monitor.h"

#include "core/json.h"
#include "transparency/log_checker.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxState = std::size_t{2} << 20;
constexpr std::string_view kStateSchema = "https://boltseal.dev/schema/monitor-state/v1";
constexpr std::uint64_t kBundlesAtOnce = 64;  // a prover keeps the tiles it has read

Alert about_entry(std::uint64_t index, Buffer entry, const EntryNotice& notice) {
    const std::string name = "entry " + std::to_string(index);
    switch (notice.kind) {
        case EntryNotice::Kind::Watched:
            return {Alert::Kind::Watched,
                    name + " is by " + notice.by + ", which is watched",
                    index,
                    {},
                    std::move(entry)};
        case EntryNotice::Kind::Unknown:
            return {Alert::Kind::Unknown,
                    name + " is by " + notice.by + ", which is not known",
                    index,
                    {},
                    std::move(entry)};
        case EntryNotice::Kind::Unreadable:
            break;
    }
    return {Alert::Kind::Unreadable,
            name + " cannot be read: " + notice.by,
            index,
            {},
            std::move(entry)};
}

}  // namespace

Result<MonitorState> parse_monitor_state(Bytes text) {
    BOLTSEAL_TRY(const Json json, parse_json(text, JsonLimits{kMaxState, 1}));
    BOLTSEAL_CHECK(json.only({"schema", "read", "grown", "checkpoint"}));
    BOLTSEAL_TRY(const std::string* const schema, json.string_at("schema"));
    if (*schema != kStateSchema) return Error(Fault::Malformed, "not the state of a monitor");
    MonitorState state;
    BOLTSEAL_TRY(state.read, json.uint_at("read"));
    BOLTSEAL_TRY(const std::string* const grown, json.string_at("grown"));
    BOLTSEAL_TRY(state.grown, parse_rfc3339(*grown));
    BOLTSEAL_TRY(const std::string* const checkpoint, json.string_at("checkpoint"));
    state.checkpoint = *checkpoint;
    return state;
}

std::string to_string(const MonitorState& state) {
    return to_pretty_json(Json::object({{"schema", kStateSchema},
                                        {"read", state.read},
                                        {"grown", to_rfc3339(state.grown)},
                                        {"checkpoint", state.checkpoint}}));
}

std::string_view to_string(Alert::Kind kind) {
    switch (kind) {
        case Alert::Kind::Fork:
            return "fork";
        case Alert::Kind::Rollback:
            return "rollback";
        case Alert::Kind::Invalid:
            return "invalid";
        case Alert::Kind::Unwitnessed:
            return "unwitnessed";
        case Alert::Kind::Stale:
            return "stale";
        case Alert::Kind::Watched:
            return "watched";
        case Alert::Kind::Unknown:
            return "unknown";
        case Alert::Kind::Unreadable:
            break;
    }
    return "unreadable";
}

Monitor::Monitor(LogClient& client, TileSource& tiles, MonitorRules rules, MonitorState state,
                 Deliver deliver, Save save)
    : client_(client),
      tiles_(tiles),
      rules_(std::move(rules)),
      state_(std::move(state)),
      deliver_(std::move(deliver)),
      save_(std::move(save)) {}

// A log that shows two histories is not read on: which of them would it be?
Result<std::size_t> Monitor::look(Timestamp now) {
    alerts_ = 0;
    lasting_now_.clear();
    auto newest = client_.fetch_checkpoint();
    if (!newest && newest.error().fault() != Fault::Untrusted) return std::move(newest).error();
    if (!newest) {
        BOLTSEAL_CHECK(alert({Alert::Kind::Invalid, newest.error().message()}));
    } else {
        BOLTSEAL_TRY(const bool continues, follow(*newest, now));
        if (continues) {
            BOLTSEAL_CHECK(check_witnessed(*newest, now));
            BOLTSEAL_CHECK(read_entries(*newest));
        }
    }
    lasting_ = lasting_now_;
    return alerts_;
}

Result<bool> Monitor::follow(const VerifiedCheckpoint& newest, Timestamp now) {
    if (state_.checkpoint.empty()) {
        state_.grown = now;
    } else {
        auto before = check_checkpoint(as_bytes(state_.checkpoint), client_.key());
        if (!before) return std::move(before).error().context("the remembered checkpoint");
        BOLTSEAL_TRY(const bool continues, check_continues(*before, newest));
        if (!continues) return false;
        if (newest.head().size > before->head().size) state_.grown = now;
    }
    state_.checkpoint = newest.note();
    BOLTSEAL_CHECK(save_(state_));
    return true;
}

Result<bool> Monitor::check_continues(const VerifiedCheckpoint& before,
                                      const VerifiedCheckpoint& newest) {
    const std::vector<std::string> notes = {before.note(), newest.note()};
    const TreeHead& then = before.head();
    const TreeHead& now = newest.head();
    if (now == then) return true;
    Result<void> continues;
    if (now.size == then.size) {
        continues = two_histories(newest.origin(), now.size, now.root, then.root);
    } else if (now.size < then.size) {
        BOLTSEAL_CHECK(alert({Alert::Kind::Rollback,
                              "log '" + newest.origin() + "' has shrunk: it shows " +
                                  std::to_string(now.size) + " entries now, and has shown " +
                                  std::to_string(then.size) + " before",
                              {},
                              notes}));
        return false;
    } else {
        continues = client_.check_consistency(before, newest);
    }
    if (continues) return true;
    if (continues.error().fault() != Fault::Untrusted) return std::move(continues).error();
    BOLTSEAL_CHECK(alert({Alert::Kind::Fork, continues.error().message(), {}, notes}));
    return false;
}

// The time that a witness has signed, or where none is looked for, what we have seen ourselves.
Result<void> Monitor::check_witnessed(const VerifiedCheckpoint& newest, Timestamp now) {
    const auto cosigned = check_witnesses(newest, rules_.witnesses);
    if (!cosigned) {
        return alert({Alert::Kind::Unwitnessed, cosigned.error().message(), {}, {newest.note()}});
    }
    if (!rules_.max_age) return {};
    Timestamp seen = cosigned->empty() ? state_.grown : Timestamp{};
    for (const Cosigned& one : *cosigned) seen = std::max(seen, one.time);
    if (now.seconds - seen.seconds <= rules_.max_age->count()) return {};
    const std::string since = to_rfc3339(seen);
    return alert(
        {Alert::Kind::Stale,
         "log '" + newest.origin() + "' " +
             (cosigned->empty() ? "has not grown since " + since : "was cosigned last at " + since),
         {},
         {newest.note()}});
}

Result<void> Monitor::read_entries(const VerifiedCheckpoint& newest) {
    const TreeHead& head = newest.head();
    while (state_.read < head.size) {
        Prover prover(tiles_, head);
        for (std::uint64_t i = 0; i < kBundlesAtOnce && state_.read < head.size; ++i) {
            BOLTSEAL_CHECK(read_entries_of(state_.read / kTileWidth, prover, head));
        }
        BOLTSEAL_CHECK(save_(state_));
    }
    return {};
}

Result<void> Monitor::read_entries_of(std::uint64_t n, Prover& prover, const TreeHead& head) {
    BOLTSEAL_TRY(std::vector<Buffer> entries, read_bundle(tiles_, prover, n, head));
    while (state_.read < n * kTileWidth + entries.size()) {
        Buffer& entry = entries[state_.read % kTileWidth];
        if (const auto notice = rules_.watch.look_at(entry)) {
            BOLTSEAL_CHECK(alert(about_entry(state_.read, std::move(entry), *notice)));
            ++state_.read;
            BOLTSEAL_CHECK(save_(state_));
        } else {
            ++state_.read;
        }
    }
    return {};
}

// What goes on is told once, as long as no look in between finds it ended.
Result<void> Monitor::alert(const Alert& alert) {
    ++alerts_;
    if (!alert.index) {
        lasting_now_.insert(alert.kind);
        if (lasting_.contains(alert.kind)) return {};
    }
    return deliver_(alert);
}

}  // namespace boltseal
