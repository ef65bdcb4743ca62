#include "cli/command.h"
#include "core/encoding.h"
#include "core/file.h"
#include "verify/identity.h"
#include "verify/sigstore_bundle.h"
#include "verify/statement.h"
#include "verify/timestamp.h"
#include "verify/tlog_proof.h"

#include <unistd.h>

#include <memory>
#include <optional>
#include <ostream>

namespace boltseal {

namespace {

constexpr std::size_t kMaxInspected = std::size_t{32} << 20;

struct InspectArguments {
    std::filesystem::path file;
    bool json = false;
};

// Everything here is claimed, nothing is checked: the first member of every answer says so.
Json start(std::string_view what) {
    return Json::object({{"schema", "https://boltseal.dev/schema/inspect/v1"},
                         {"what", what},
                         {"verified", false}});
}

Json describe(const PublicKey& key) {
    return Json::object({{"type", to_string(key.type())},
                         {"bits", std::uint64_t{key.bits()}},
                         {"hint", key_hint(key)}});
}

Json describe(const Checkpoint& checkpoint) {
    return Json::object({{"origin", checkpoint.origin},
                         {"size", checkpoint.head.size},
                         {"root", to_base64(checkpoint.head.root.bytes())}});
}

Json describe(const Note& note) {
    Json::Array signatures;
    for (const NoteSignature& line : note.signatures) {
        Json item = Json::object({{"name", line.name}, {"keyId", to_hex(line.key_id)}});
        if (const auto time = claimed_time(line)) item.set("cosignedAt", to_rfc3339(*time));
        signatures.push_back(std::move(item));
    }
    return signatures;
}

Json describe(const Statement& statement) {
    Json::Array subjects;
    for (const Subject& subject : statement.subjects) {
        Json::Array digests;
        for (const BlobDigest& digest : subject.digests) digests.emplace_back(to_string(digest));
        Json item = Json::object({{"digests", std::move(digests)}});
        if (!subject.name.empty()) item.set("name", subject.name);
        subjects.push_back(std::move(item));
    }
    return Json::object(
        {{"predicateType", statement.predicate_type}, {"subjects", std::move(subjects)}});
}

Json describe(const LogEntry& entry) {
    Json json = Json::object({{"kind", entry.kind + " " + entry.version},
                              {"index", entry.index},
                              {"logId", to_hex(entry.log_id.bytes())}});
    if (entry.claimed_time) json.set("integratedTime", to_rfc3339(*entry.claimed_time));
    json.set("promised", !entry.promise.empty());
    if (const auto note = parse_note(as_bytes(entry.checkpoint))) {
        if (const auto checkpoint = parse_checkpoint(note->text)) {
            json.set("checkpoint", describe(*checkpoint));
        }
        json.set("checkpointSignatures", describe(*note));
    }
    if (const auto body = parse_entry(entry.body)) {
        json.set("digest", to_string(body->digest)).set("key", describe(body->key));
    }
    return json;
}

Json describe(const Envelope& envelope) {
    Json json = Json::object({{"payloadType", envelope.payload_type},
                              {"payloadSize", std::uint64_t{envelope.payload.size()}}});
    if (const auto statement = parse_statement(envelope.payload)) {
        json.set("statement", describe(*statement));
    }
    return json;
}

Json describe(const MessageSignature& message) {
    Json json = Json::object({});
    if (message.claimed_digest) json.set("digest", to_string(*message.claimed_digest));
    return json;
}

Json describe(const Certificate& certificate) {
    const TimeRange& validity = certificate.validity();
    Json json = Json::object({{"notBefore", to_rfc3339(*validity.start)},
                              {"notAfter", to_rfc3339(*validity.end)},
                              {"key", describe(certificate.key())}});
    const auto identity = read_identity(certificate);
    if (!identity) return json;
    Json::Array names;
    for (const SubjectName& name : identity->names) {
        names.push_back(Json::object({}).set(std::string(to_string(name.kind)), name.value));
    }
    Json extensions = Json::object({});
    for (const auto& [name, value] : identity->extensions) extensions.set(name, value);
    return json.set("names", std::move(names))
        .set("issuer", identity->issuer)
        .set("extensions", std::move(extensions));
}

Json describe_timestamps(const std::vector<Buffer>& timestamps) {
    Json::Array times;
    for (const Buffer& response : timestamps) {
        const auto time = claimed_time(response);
        times.emplace_back(time ? to_rfc3339(*time) : time.error().message());
    }
    return times;
}

std::string_view name_of(BundleVersion version) {
    switch (version) {
        case BundleVersion::V01:
            return "Sigstore bundle v0.1";
        case BundleVersion::V02:
            return "Sigstore bundle v0.2";
        case BundleVersion::V03:
            return "Sigstore bundle v0.3";
    }
    return "Sigstore bundle";
}

Json describe(const SigstoreBundle& bundle) {
    Json json = start(name_of(bundle.version));
    if (!bundle.key_hint.empty()) json.set("keyHint", bundle.key_hint);
    if (bundle.certificate) json.set("certificate", describe(*bundle.certificate));
    if (const auto* envelope = std::get_if<Envelope>(&bundle.content)) {
        json.set("envelope", describe(*envelope));
    } else {
        json.set("messageSignature", describe(std::get<MessageSignature>(bundle.content)));
    }
    Json::Array entries;
    for (const LogEntry& entry : bundle.log_entries) entries.push_back(describe(entry));
    json.set("logEntries", std::move(entries));
    if (!bundle.timestamps.empty()) {
        json.set("timestamps", describe_timestamps(bundle.timestamps));
    }
    return json;
}

Result<Json> describe_json(Bytes bytes) {
    BOLTSEAL_TRY(const Json json,
                 parse_json(bytes, {.max_bytes = kMaxInspected, .max_depth = 128}));
    if (json.find("mediaType") && json.find("verificationMaterial")) {
        BOLTSEAL_TRY(const SigstoreBundle bundle, parse_bundle(bytes));
        return describe(bundle);
    }
    if (json.find("inclusionProof")) {
        BOLTSEAL_TRY(const LogEntry entry, parse_log_entry(json));
        return start("transparency log entry").set("entry", describe(entry));
    }
    if (json.find("_type")) {
        BOLTSEAL_TRY(const Statement statement, parse_statement(bytes));
        return start("in-toto statement").set("statement", describe(statement));
    }
    if (json.find("payloadType")) {
        BOLTSEAL_TRY(const Envelope envelope, parse_envelope(json));
        return start("DSSE envelope").set("envelope", describe(envelope));
    }
    return Error(Fault::Malformed, "JSON of no kind that is known here");
}

Result<Json> describe_note(Bytes bytes) {
    BOLTSEAL_TRY(const Note note, parse_note(bytes));
    Json json = start("signed note");
    if (const auto checkpoint = parse_checkpoint(note.text)) {
        json = start("checkpoint").set("checkpoint", describe(*checkpoint));
    } else {
        json.set("text", note.text);
    }
    return json.set("signatures", describe(note));
}

Result<Json> describe_proof(Bytes bytes) {
    BOLTSEAL_TRY(const TlogProof proof, parse_tlog_proof(bytes));
    BOLTSEAL_TRY(const Note note, parse_note(as_bytes(proof.checkpoint)));
    BOLTSEAL_TRY(const Checkpoint checkpoint, parse_checkpoint(note.text));
    Json json = start("transparency log proof");
    if (!proof.extra.empty()) json.set("extra", to_base64(proof.extra));
    json.set("index", proof.inclusion.index)
        .set("hashes", std::uint64_t{proof.inclusion.path.size()})
        .set("checkpoint", describe(checkpoint));
    return json.set("signatures", describe(note));
}

// The kinds are told apart by their first bytes; what looks like one kind must then be it.
Result<Json> describe_file(Bytes bytes) {
    std::string_view text = as_text(bytes);
    if (text.starts_with('{')) return describe_json(bytes);
    if (text.starts_with("-----BEGIN ")) {
        BOLTSEAL_TRY(const PublicKey key, parse_public_key_pem(bytes));
        return start("public key").set("key", describe(key));
    }
    if (text.starts_with("c2sp.org/tlog-proof")) return describe_proof(bytes);
    if (text.find("\n\n\xE2\x80\x94 ") != std::string_view::npos) return describe_note(bytes);
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (const auto key = parse_vkey(text)) {
        return start("note key (vkey)")
            .set("name", key->name)
            .set("keyId", to_hex(key->id()))
            .set("logId", to_hex(key->log_id().bytes()))
            .set("key", describe(key->key));
    }
    return Error(Fault::Malformed,
                 "not a bundle, checkpoint, log proof, statement, log entry or public key");
}

// The same facts for people: one "name: value" a line, nested by indent.
void print_lines(const Json& value, const std::string& indent, std::ostream& out) {
    const auto print_value = [&](const Json& item) {
        if (item.is_object() || item.is_array()) {
            out << '\n';
            print_lines(item, indent + "  ", out);
        } else if (const std::string* text = item.as_string()) {
            out << ' ' << without_controls(*text) << '\n';
        } else {
            out << ' ' << to_json(item) << '\n';
        }
    };
    if (const auto* object = value.as_object()) {
        for (const auto& [name, item] : *object) {
            if (name == "schema") continue;
            out << indent << without_controls(name) << ':';
            print_value(item);
        }
    } else if (const auto* array = value.as_array()) {
        for (const Json& item : *array) {
            out << indent << '-';
            print_value(item);
        }
    }
}

Result<void> run(const InspectArguments& options, Streams streams) {
    auto bytes = options.file == "-"
                     ? read_descriptor(STDIN_FILENO, "standard input", kMaxInspected)
                     : read_file(options.file, kMaxInspected);
    if (!bytes) return std::move(bytes).error();
    auto described = describe_file(*bytes);
    if (!described) {
        return std::move(described).error().context("'" + options.file.string() + "'");
    }
    if (options.json) {
        streams.out << to_pretty_json(*described);
    } else {
        print_lines(*described, "", streams.out);
    }
    return {};
}

}  // namespace

Action add_inspect(Command app) {
    auto options =
        std::make_shared<InspectArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd = app.add_subcommand(
        "inspect",
        "Explain a bundle, checkpoint, log proof, statement, log entry or key, without judging it");
    cmd.add_option("file", options->file, "File to explain; - for standard input").required();
    cmd.add_flag("--json", options->json, "Print JSON");
    cmd.footer("Nothing is verified. Exit status: 0 explained; 2 usage; 3 not understood.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
