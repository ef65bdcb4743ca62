#include "tests/support/harmless.h"

#include "verify/rekor_v1.h"
#include "verify/signed_data.h"

#include <algorithm>

namespace boltseal::test {

namespace {

// The token that a time-stamping authority signed, without what it did not.
struct SignedParts {
    Buffer content;
    Buffer attributes;
    Buffer signature;
    bool operator==(const SignedParts&) const = default;
};

Result<SignedParts> signed_parts(Bytes response) {
    BOLTSEAL_TRY(const Bytes content, read_der(response, DerTag::Sequence));
    DerReader in(content);
    BOLTSEAL_CHECK(in.take(DerTag::Sequence));
    BOLTSEAL_TRY(const DerElement token, in.take(DerTag::Sequence));
    BOLTSEAL_TRY(const SignedData data, parse_signed_data(token.whole));
    return SignedParts{to_buffer(data.content), data.signed_bytes, to_buffer(data.signature)};
}

class Comparison {
public:
    Comparison(const SigstoreBundle& original, const SigstoreBundle& changed, const Policy& policy)
        : original_(original), changed_(changed), policy_(policy) {}

    Result<std::set<std::string>> run() {
        differs("version", original_.version, changed_.version);
        differs("hint", original_.key_hint, changed_.key_hint);
        if (original_.certificate != changed_.certificate) return protects("certificate");
        BOLTSEAL_CHECK(compare_content());
        BOLTSEAL_CHECK(compare_entries());
        BOLTSEAL_CHECK(compare_timestamps());
        if (found_.empty()) found_.insert("spelling");
        return std::move(found_);
    }

private:
    static Error protects(const std::string& what) {
        return Error(Fault::Untrusted, "another " + what);
    }

    template <typename T>
    void differs(const char* name, const T& a, const T& b) {
        if (a != b) found_.insert(name);
    }

    Result<void> compare_content() {
        if (original_.content.index() != changed_.content.index()) return protects("content");
        if (const auto* a = std::get_if<Envelope>(&original_.content)) {
            const auto& b = std::get<Envelope>(changed_.content);
            differs("key id", a->key_id, b.key_id);
            if (a->payload != b.payload || a->payload_type != b.payload_type ||
                a->signature != b.signature) {
                return protects("envelope");
            }
            return {};
        }
        const auto& a = std::get<MessageSignature>(original_.content);
        const auto& b = std::get<MessageSignature>(changed_.content);
        if (a.signature != b.signature) return protects("signature");
        if (a.claimed_digest == b.claimed_digest) return {};
        if (b.claimed_digest) return protects("digest");
        found_.insert("digest left out");
        return {};
    }

    bool is_known(const LogEntry& entry) const {
        return std::ranges::any_of(
            policy_.root.logs, [&entry](const TrustedLog& log) { return log.id == entry.log_id; });
    }

    // The note with the lines of the log only.
    static std::string own_lines(const LogEntry& entry) {
        auto note = parse_note(as_bytes(entry.checkpoint));
        if (!note) return entry.checkpoint;
        std::erase_if(note->signatures, [&entry](const NoteSignature& line) {
            return !equal(line.key_id, entry.log_id.bytes().first(line.key_id.size()));
        });
        return to_string(*note);
    }

    // What is left to say of an entry that proves what an original one does.
    std::optional<std::set<std::string>> same_evidence(const LogEntry& a, const LogEntry& b) const {
        std::set<std::string> names;
        if (a.log_id != b.log_id || a.kind != b.kind || a.version != b.version ||
            a.body != b.body) {
            return std::nullopt;
        }
        if (a.promise != b.promise) {
            if (!b.promise.empty() || !b.has_proof || b.checkpoint.empty()) return std::nullopt;
            names.insert("promise left out");
        }
        const bool vouched_for = !b.promise.empty() || !is_rekor_v1(b);
        if (a.index != b.index) {
            if (vouched_for) return std::nullopt;
            names.insert("index without promise");
        }
        if (a.claimed_time != b.claimed_time) {
            if (vouched_for) return std::nullopt;
            names.insert("time without promise");
        }
        if (!compare_proof(a, b, names)) return std::nullopt;
        return names;
    }

    bool compare_proof(const LogEntry& a, const LogEntry& b, std::set<std::string>& names) const {
        const bool same = a.has_proof == b.has_proof && a.proof.index == b.proof.index &&
                          a.proof.path == b.proof.path && a.head == b.head;
        if (same && a.checkpoint == b.checkpoint) return true;
        if (same && own_lines(a) == own_lines(b)) {
            names.insert("others' lines");
            return true;
        }
        const bool promise_will_do = policy_.accept_promise_alone && !b.promise.empty() &&
                                     changed_.version == BundleVersion::V01;
        if (!promise_will_do || (b.has_proof && !b.checkpoint.empty())) return false;
        names.insert("proof without checkpoint");
        return true;
    }

    // Each entry of a known log is one of the original ones; there may be fewer.
    Result<void> compare_entries() {
        std::vector<bool> used(original_.log_entries.size());
        for (const LogEntry& entry : changed_.log_entries) {
            if (!is_known(entry)) continue;
            bool found = false;
            for (std::size_t i = 0; i < used.size() && !found; ++i) {
                if (used[i]) continue;
                const auto names = same_evidence(original_.log_entries[i], entry);
                if (!names) continue;
                used[i] = found = true;
                found_.insert(names->begin(), names->end());
            }
            if (!found) return protects("log entry");
        }
        note_missing(used);
        return {};
    }

    void note_missing(const std::vector<bool>& used) {
        std::size_t strangers = 0;
        for (std::size_t i = 0; i < used.size(); ++i) {
            if (used[i]) continue;
            if (is_known(original_.log_entries[i])) {
                found_.insert("entry left out");
            } else {
                ++strangers;
            }
        }
        if (to_text(original_.log_entries) != to_text(changed_.log_entries) && strangers != 0) {
            found_.insert("others' entries");
        }
    }

    std::string to_text(const std::vector<LogEntry>& entries) const {
        std::string text;
        for (const LogEntry& entry : entries) {
            if (!is_known(entry)) text += to_json(to_json(entry));
        }
        return text;
    }

    bool is_by_known(const Buffer& response) const {
        const auto checked = check_timestamp(response, {}, policy_.root.timestamp_authorities);
        return checked || checked.error().fault() != Fault::Missing;
    }

    Result<void> compare_timestamps() {
        std::size_t kept = 0;
        for (const Buffer& response : changed_.timestamps) {
            if (std::ranges::find(original_.timestamps, response) != original_.timestamps.end()) {
                ++kept;
                continue;
            }
            if (!is_by_known(response)) {
                found_.insert("others' time stamps");
                continue;
            }
            BOLTSEAL_CHECK(compare_signed_parts(response));
            ++kept;
        }
        if (kept < original_.timestamps.size()) found_.insert("time stamp left out");
        return {};
    }

    Result<void> compare_signed_parts(const Buffer& response) {
        const auto parts = signed_parts(response);
        for (const Buffer& original : original_.timestamps) {
            const auto same = signed_parts(original);
            if (!parts || !same || !(*parts == *same)) continue;
            found_.insert("unsigned part of a time stamp");
            return {};
        }
        return protects("time stamp");
    }

    const SigstoreBundle& original_;
    const SigstoreBundle& changed_;
    const Policy& policy_;
    std::set<std::string> found_;
};

}  // namespace

Result<std::set<std::string>> check_harmless(const std::string& original,
                                             const std::string& changed, const Policy& policy) {
    BOLTSEAL_TRY(const SigstoreBundle a, parse_bundle(as_bytes(original)));
    BOLTSEAL_TRY(const SigstoreBundle b, parse_bundle(as_bytes(changed)));
    return Comparison(a, b, policy).run();
}

}  // namespace boltseal::test
