#include "verify/bundle_lint.h"

#include "core/encoding.h"
#include "verify/rekor_v1.h"
#include "verify/signed_data.h"
#include "verify/statement.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr JsonLimits kPayloadLimits = {
    .max_bytes = std::size_t{16} << 20, .max_depth = 128, .max_values = 1'000'000};

std::string item(std::string_view list, std::size_t i) {
    return std::string(list) + "[" + std::to_string(i) + "]";
}

std::string count_of(std::size_t count, std::string_view one) {
    return std::to_string(count) + " " + std::string(one) + (count == 1 ? "" : "s");
}

// RFC 3161 section 2.4.2, as far as to the certificates that a token carries.
Result<std::size_t> certificates_in(Bytes response) {
    BOLTSEAL_TRY(const Bytes content, read_der(response, DerTag::Sequence));
    DerReader in(content);
    BOLTSEAL_CHECK(in.take(DerTag::Sequence));
    BOLTSEAL_TRY(const DerElement token, in.take(DerTag::Sequence));
    BOLTSEAL_CHECK(in.end());
    BOLTSEAL_TRY(const SignedData data, parse_signed_data(token.whole));
    return data.certificates.size();
}

class Lint {
public:
    explicit Lint(const SigstoreBundle& bundle) : bundle_(bundle), found_(bundle.deviations) {}

    Deviations run() && {
        check_signer();
        for (std::size_t i = 0; i < bundle_.log_entries.size(); ++i) {
            check_entry(bundle_.log_entries[i], item("verificationMaterial.tlogEntries", i));
        }
        check_timestamps();
        if (const auto* envelope = std::get_if<Envelope>(&bundle_.content)) {
            check_envelope(*envelope);
        } else {
            check_message(std::get<MessageSignature>(bundle_.content));
        }
        return std::move(found_);
    }

private:
    void note(std::string where, std::string what) {
        found_.push_back({std::move(where), std::move(what)});
    }

    bool has_time() const {
        return !bundle_.timestamps.empty() ||
               std::ranges::any_of(bundle_.log_entries,
                                   [](const LogEntry& entry) { return !entry.promise.empty(); });
    }

    void check_signer() {
        if (bundle_.certificate) {
            if (!has_time())
                note("verificationMaterial", "has nothing that says when it was signed");
            return;
        }
        const std::string where = "verificationMaterial.publicKey.hint";
        if (bundle_.key_hint.empty()) return note(where, "is missing");
        const auto bytes = parse_base64(bundle_.key_hint);
        if (!bytes || bytes->size() != 32) note(where, "is not the base64 of a SHA-256");
    }

    void check_entry(const LogEntry& entry, const std::string& where) {
        const bool v1 = is_rekor_v1(entry);
        if (!v1 && !is_rekor_v2(entry)) {
            note(where + ".kindVersion", "is " + printable(entry.kind) + " " +
                                             printable(entry.version) + ", which means nothing");
        }
        const bool about_file = std::holds_alternative<MessageSignature>(bundle_.content);
        if (about_file && (entry.kind == "dsse" || entry.kind == "intoto")) {
            note(where + ".kindVersion", "is of an envelope, and there is none");
        }
        check_promise(entry, v1, where);
        check_proof(entry, v1, where + ".inclusionProof");
        check_body(entry, where + ".canonicalizedBody");
    }

    void check_promise(const LogEntry& entry, bool v1, const std::string& where) {
        if (v1 && entry.promise.empty()) {
            note(where + ".inclusionPromise", "is missing, so the log gives no time");
        }
        if (v1 && entry.promise.empty() && entry.claimed_time) {
            note(where + ".integratedTime", "is a time that nobody has promised");
        }
        if (!v1 && entry.claimed_time) note(where + ".integratedTime", "is not for Rekor v2");
        if (!v1 && !entry.promise.empty()) note(where + ".inclusionPromise", "is not for Rekor v2");
    }

    void check_proof(const LogEntry& entry, bool v1, const std::string& where) {
        if (!entry.has_proof) return note(where, "is missing, so the log only promises");
        if (!v1 && entry.index != entry.proof.index) {
            note(where + ".logIndex", "is not the entry's");
        }
        if (entry.checkpoint.empty()) return note(where + ".checkpoint", "is missing");
        check_checkpoint(entry, where + ".checkpoint.envelope");
    }

    void check_checkpoint(const LogEntry& entry, const std::string& where) {
        const auto parsed = parse_note(as_bytes(entry.checkpoint));
        if (!parsed) return note(where, "is no signed note: " + parsed.error().message());
        const auto checkpoint = parse_checkpoint(parsed->text);
        if (!checkpoint) return note(where, "is no checkpoint: " + checkpoint.error().message());
        if (checkpoint->head != entry.head) note(where, "is of another tree than the proof");
        if (!checkpoint->extensions.empty()) {
            note(where, "has " + count_of(checkpoint->extensions.size(), "extension line"));
        }
        std::size_t own = 0;
        for (const NoteSignature& line : parsed->signatures) {
            if (equal(line.key_id, entry.log_id.bytes().first(line.key_id.size()))) {
                ++own;
            } else {
                note(where, "has a signature by " + printable(line.name) + " beside the log's");
            }
        }
        if (own != 1) note(where, "has " + count_of(own, "signature") + " by the log");
    }

    void check_body(const LogEntry& entry, const std::string& where) {
        const auto body = parse_json(entry.body, kPayloadLimits);
        if (!body) return note(where, "is no JSON: " + body.error().message());
        if (!equal(as_bytes(to_canonical_json(*body)), entry.body)) {
            note(where, "is not canonical JSON");
        }
        const auto kind = body->string_at("kind");
        const auto version = body->string_at("apiVersion");
        if (!kind || !version || **kind != entry.kind || **version != entry.version) {
            note(where, "is of another kind than its entry");
        }
    }

    void check_timestamps() {
        const std::string list = "verificationMaterial.timestampVerificationData.rfc3161Timestamps";
        for (std::size_t i = 0; i < bundle_.timestamps.size(); ++i) {
            const std::string where = item(list, i) + ".signedTimestamp";
            const auto count = certificates_in(bundle_.timestamps[i]);
            if (!count) {
                note(where, "is no time stamp: " + count.error().message());
            } else if (*count != 0) {
                note(where, "carries " + count_of(*count, "certificate"));
            }
        }
    }

    void check_message(const MessageSignature& message) {
        if (message.signature.empty()) note("messageSignature.signature", "is empty");
        if (!message.claimed_digest || !bundle_.certificate) return;
        const PublicKey& key = bundle_.certificate->key();
        if (key.type() == KeyType::Ed25519) return;  // plain signatures leave the choice
        const HashAlgorithm expected = hash_of(default_algorithm(key));
        const HashAlgorithm found = message.claimed_digest->algorithm();
        if (found == expected) return;
        note("messageSignature.messageDigest.algorithm",
             "is " + std::string(sigstore_name(found)) + ", expected " +
                 std::string(sigstore_name(expected)) + " with a key of type " +
                 std::string(to_string(key.type())));
    }

    void check_envelope(const Envelope& envelope) {
        if (!envelope.key_id.empty()) {
            note("dsseEnvelope.signatures[0].keyid", "is set, and nothing vouches for it");
        }
        if (envelope.signature.empty()) note("dsseEnvelope.signatures[0].sig", "is empty");
        if (envelope.payload_type != kInTotoPayloadType) {
            note("dsseEnvelope.payloadType", "is " + printable(envelope.payload_type) +
                                                 ", expected '" + std::string(kInTotoPayloadType) +
                                                 "'");
        }
        check_payload(envelope.payload, "dsseEnvelope.payload");
    }

    void check_payload(Bytes payload, const std::string& where) {
        const auto statement = parse_statement(payload);
        if (!statement) return note(where, "is no statement: " + statement.error().message());
        const auto json = parse_json(payload, kPayloadLimits);
        if (!json) return note(where, "is no JSON: " + json.error().message());
        if (!equal(as_bytes(to_canonical_json(*json)), payload)) {
            note(where, "is not canonical JSON");
        }
        const std::string& type = **json->string_at("_type");
        if (type != "https://in-toto.io/Statement/v1") {
            note(where + ": _type", "is " + printable(type) + ", an older version");
        }
        check_subjects(**json->array_at("subject"), where + ": subject");
    }

    void check_subjects(const Json::Array& subjects, const std::string& where) {
        for (std::size_t i = 0; i < subjects.size(); ++i) {
            for (const auto& [name, value] : *subjects[i].find("digest")->as_object()) {
                if (parse_hash_algorithm(name)) continue;
                note(item(where, i) + ".digest." + name, "is of an algorithm that is not matched");
            }
        }
    }

    const SigstoreBundle& bundle_;
    Deviations found_;
};

}  // namespace

Result<BundleLint> lint_bundle(Bytes bytes) {
    BOLTSEAL_TRY(const SigstoreBundle bundle, parse_bundle(bytes));
    return BundleLint{bundle.version, Lint(bundle).run()};
}

}  // namespace boltseal
