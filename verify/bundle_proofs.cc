#include "verify/bundle_proofs.h"

#include "core/encoding.h"
#include "verify/rekor_v1.h"

#include <algorithm>
#include <set>

namespace boltseal {

namespace {

Error refused_proofs(const std::string& why) {
    return Error(Fault::Untrusted, why);
}

// A log that has the entry.
struct KnownLog {
    const TrustedLog* log;
    bool dated;  // by its own promise, whose time lies in the log's window
};

class Proofs {
public:
    Proofs(const SigstoreBundle& bundle, const HashedRekord& by, const Policy& policy,
           Timestamp now, Verified& verified, Trace& trace)
        : bundle_(bundle),
          by_(by),
          policy_(policy),
          now_(now),
          verified_(verified),
          trace_(trace) {}

    // Every entry of a log we know must hold; whoever runs several logs counts once.
    Result<void> check_logs() {
        std::set<std::string> counted;
        for (const LogEntry& entry : bundle_.log_entries) {
            const TrustedLog* log = find_log(entry);
            if (!log) continue;
            trace_.failed = "log-entry";
            auto held = is_rekor_v1(entry) ? check_v1(entry, *log) : check_v2(entry, *log);
            if (!held) return explain(std::move(held).error());
            counted.insert(log->who());
        }
        trace_.failed = "log-entry";
        if (counted.size() >= policy_.log_threshold) return {};
        return refused_proofs("the bundle has entries of " + std::to_string(counted.size()) +
                              " known log(s), expected " + std::to_string(policy_.log_threshold))
            .comparing(known_logs(), logs_of_entries())
            .with_hint(
                "it may be logged where you do not look: name the key of that log with --log-key, "
                "if you trust it; or have it signed again, with a log that you trust");
    }

    // "an entry of log 'a' or 'b'"
    std::string known_logs() const {
        std::string text;
        for (const TrustedLog& log : policy_.root.logs) {
            text += (text.empty() ? "" : " or ") + printable(log.key.name, kInFull);
        }
        const std::size_t wanted = policy_.log_threshold;
        return (wanted == 1 ? "an entry" : std::to_string(wanted) + " entries") + " of log " + text;
    }

    std::string logs_of_entries() const {
        if (bundle_.log_entries.empty()) return "no log entry";
        std::string text;
        for (const LogEntry& entry : bundle_.log_entries) {
            const auto log = std::ranges::find(policy_.root.logs, entry.log_id, &TrustedLog::id);
            text += text.empty() ? "an entry of log " : ", one of log ";
            text += log != policy_.root.logs.end() ? printable(log->key.name, kInFull)
                                                   : "id " + to_hex(entry.log_id.bytes());
        }
        return text;
    }

    static Error explain(Error error) {
        if (!error.hint().empty()) return error;
        return std::move(error).with_hint(
            "the proof is not this log's, or not of this signature: fetch the bundle again; if it "
            "stays so, keep it as evidence and ask whoever runs the log");
    }

    // The log as it was then: a root may list it more than once, with a time for each.
    const TrustedLog* find_log(const LogEntry& entry) const {
        const TrustedLog* known = nullptr;
        for (const TrustedLog& log : policy_.root.logs) {
            if (log.id != entry.log_id) continue;
            if (!known) known = &log;
            if (entry.claimed_time && log.valid_for.contains(*entry.claimed_time)) return &log;
        }
        return known;
    }

    // The body is recomputed from what was signed, and must be what the log has.
    Result<void> check_v2(const LogEntry& entry, const TrustedLog& log) {
        const auto* envelope = std::get_if<Envelope>(&bundle_.content);
        auto expected = envelope && entry.kind == "dsse" ? encode_dsse_entry(by_, envelope->payload)
                                                         : encode_entry(by_);
        if (!expected) return std::move(expected).error().as(Fault::Untrusted);
        BOLTSEAL_TRY(VerifiedCheckpoint checkpoint, check_log_entry(entry, *expected, log.key));
        logs_.push_back({&log, false});
        return note_proof(entry, log, std::move(checkpoint));
    }

    // The body is compared with what was signed; the promise gives a time, the proof the rest.
    Result<void> check_v1(const LogEntry& entry, const TrustedLog& log) {
        BOLTSEAL_CHECK(check_rekor_v1_body(entry, by_, std::get_if<Envelope>(&bundle_.content)));
        if (!entry.promise.empty()) {
            trace_.failed = "promise";
            BOLTSEAL_TRY(const Timestamp time, check_promise(entry, log));
            verified_.times.push_back(
                {time, "log '" + log.key.name + "'", log.who(), TimeSource::Log});
            trace_.prove("promise", "log '" + log.key.name + "' has promised the entry at " +
                                        to_rfc3339(time));
        }
        trace_.failed = "log-entry";
        logs_.push_back({&log, !entry.promise.empty()});
        if (entry.has_proof && !entry.checkpoint.empty()) {
            BOLTSEAL_TRY(VerifiedCheckpoint checkpoint, check_rekor_v1_proof(entry, log));
            return note_proof(entry, log, std::move(checkpoint));
        }
        if (entry.promise.empty() || !policy_.accept_promise_alone ||
            !policy_.witnesses.asks_for_none()) {
            return refused_proofs("log entry: has no inclusion proof with a checkpoint")
                .with_hint(
                    "the oldest bundles (v0.1) have only a log's promise; accept that with "
                    "--insecure-accept-promise, or sign again");
        }
        return {};
    }

    // The tree with the entry is one that the witnesses asked for have seen.
    Result<void> note_proof(const LogEntry& entry, const TrustedLog& log,
                            VerifiedCheckpoint checkpoint) {
        // Only a promise vouches for the index that Rekor v1 counts over all of its trees.
        const std::uint64_t index = entry.promise.empty() ? entry.proof.index : entry.index;
        trace_.prove("log-entry", "entry " + std::to_string(index) + " of log '" + log.key.name +
                                      "' is this signature, in a tree of " +
                                      std::to_string(entry.head.size) + " that the log has signed");
        trace_.failed = "witnesses";
        BOLTSEAL_TRY(auto cosigned, check_witnesses(checkpoint, policy_.witnesses));
        if (!policy_.witnesses.asks_for_none()) {
            trace_.prove("witnesses", "that tree of log '" + checkpoint.origin() + "' is " +
                                          to_string(cosigned));
        }
        verified_.checkpoints.push_back(std::move(checkpoint));
        verified_.log_indexes.push_back(index);
        verified_.cosigned.push_back(std::move(cosigned));
        return {};
    }

    // Tokens of authorities we do not know are skipped; those of the others must hold.
    Result<void> check_timestamps() {
        trace_.failed = "timestamp";
        std::set<std::string> counted;
        for (const Buffer& response : bundle_.timestamps) {
            auto time =
                check_timestamp(response, by_.signature, policy_.root.timestamp_authorities);
            if (!time && time.error().fault() == Fault::Missing) continue;
            if (!time) return std::move(time).error().as(Fault::Untrusted);
            counted.insert(time->who);
            trace_.prove("timestamp",
                         "'" + time->source + "' saw the signature at " + to_rfc3339(time->time));
            verified_.times.push_back(*std::move(time));
        }
        std::size_t wanted = policy_.timestamp_threshold;
        if (!policy_.root.timestamp_authorities.empty() && !bundle_.timestamps.empty()) {
            wanted = std::max<std::size_t>(wanted, 1);  // they are there to be believed
        }
        if (counted.size() >= wanted) return {};
        return refused_proofs("the bundle has timestamps of " + std::to_string(counted.size()) +
                              " known authorities, expected " + std::to_string(wanted))
            .comparing("time stamps of " + std::to_string(wanted) + " of the known authorities",
                       std::to_string(counted.size()))
            .with_hint(
                "a trusted root may be out of date: take the newest one that its publisher gives "
                "out; or have it signed again, with a time-stamping authority that you trust");
    }

    bool is_trusted_at(const LogId& id, Timestamp time) const {
        return std::ranges::any_of(policy_.root.logs, [&](const TrustedLog& log) {
            return log.id == id && log.valid_for.contains(time);
        });
    }

    bool has_ended(const LogId& id) const {
        return std::ranges::all_of(policy_.root.logs, [&](const TrustedLog& log) {
            return log.id != id || (log.valid_for.end && now_ > *log.valid_for.end);
        });
    }

    // A log's key speaks for its time only. Where nothing says when the entry was made, it was made
    // before now.
    Result<void> check_log_windows() {
        trace_.failed = "log-window";
        for (const auto& [log, dated] : logs_) {
            if (dated) continue;
            const TimeRange& range = log->valid_for;
            if (verified_.times.empty() && has_ended(log->id)) {
                return refused_proofs("nothing proves that log '" + log->key.name +
                                      "' took the entry while its key was valid, " +
                                      to_string(range))
                    .with_hint(kNoTime);
            }
            for (const ProvedTime& time : verified_.times) {
                if (is_trusted_at(log->id, time.time)) continue;
                return refused_proofs("log '" + log->key.name + "' took the entry about " +
                                      to_rfc3339(time.time) + ", its key is valid " +
                                      to_string(range))
                    .comparing("a time " + to_string(range), to_rfc3339(time.time))
                    .with_hint(
                        "whoever has an old key of a log can forge its entries: have it signed "
                        "again, or get a newer trusted root");
            }
        }
        return {};
    }

private:
    static constexpr const char* kNoTime =
        "have it signed again, with a time-stamping authority, or get a newer trusted root";

    const SigstoreBundle& bundle_;
    const HashedRekord& by_;
    const Policy& policy_;
    Timestamp now_;
    Verified& verified_;
    Trace& trace_;
    std::vector<KnownLog> logs_;
};

}  // namespace

Result<void> check_bundle_proofs(const SigstoreBundle& bundle, const HashedRekord& by,
                                 const Policy& policy, Timestamp now, Verified& verified,
                                 Trace& trace) {
    Proofs proofs(bundle, by, policy, now, verified, trace);
    BOLTSEAL_CHECK(proofs.check_logs());
    BOLTSEAL_CHECK(proofs.check_timestamps());
    return proofs.check_log_windows();
}

}  // namespace boltseal
