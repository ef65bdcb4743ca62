#include "cli/transcript.h"

#include "cli/recorded.h"
#include "cli/trust_record.h"
#include "core/encoding.h"

namespace boltseal {

namespace {

constexpr std::string_view kTranscriptSchema = "https://boltseal.dev/schema/transcript/v1";
constexpr JsonLimits kTranscriptLimits = {
    .max_bytes = std::size_t{128} << 20, .max_depth = 8, .max_values = 20'000};
constexpr std::size_t kMaxCandidates = 66;

Json candidate_json(const Candidate& candidate) {
    Json json = Json::object({});
    if (const auto* bundle = std::get_if<Buffer>(&candidate.content)) {
        json.set("bundle", to_base64(*bundle));
    } else if (const auto* older = std::get_if<SimpleSigning>(&candidate.content)) {
        json.set("payload", to_base64(older->payload));
        json.set("signature", to_base64(older->signature));
    } else {
        json.set("error", error_json(std::get<Error>(candidate.content)));
    }
    if (candidate.other_type) json.set("otherType", true);
    return json;
}

Result<Candidate> parse_candidate(const Json& json) {
    BOLTSEAL_TRY(const bool other_type, flag_if(json, "otherType"));
    if (json.find("bundle")) {
        BOLTSEAL_CHECK(json.only({"bundle", "otherType"}));
        BOLTSEAL_TRY(Buffer bundle, base64_at(json, "bundle"));
        return Candidate{std::move(bundle), other_type};
    }
    if (json.find("payload")) {
        BOLTSEAL_CHECK(json.only({"payload", "signature", "otherType"}));
        BOLTSEAL_TRY(Buffer payload, base64_at(json, "payload"));
        BOLTSEAL_TRY(Buffer signature, base64_at(json, "signature"));
        return Candidate{SimpleSigning{std::move(payload), std::move(signature)}, other_type};
    }
    BOLTSEAL_CHECK(json.only({"error", "otherType"}));
    BOLTSEAL_TRY(const Json* object, json.object_at("error"));
    BOLTSEAL_TRY(Setback unread, parse_error(*object, "evidence"));
    return Candidate{std::move(unread.error), other_type};
}

Result<VerdictSubject> parse_subject(const Json& json) {
    BOLTSEAL_CHECK(json.only({"kind", "name", "digest", "bytesNeeded"}));
    VerdictSubject subject;
    BOLTSEAL_TRY(const std::string* kind, json.string_at("kind"));
    if (*kind != "image" && *kind != "file") return bad_record("artifact is of no known kind");
    subject.kind = *kind;
    BOLTSEAL_TRY(subject.name, plain_at(json, "name"));
    if (!json.find("digest")) return subject;
    BOLTSEAL_TRY(const std::string* digest, json.string_at("digest"));
    BOLTSEAL_TRY(subject.digest, parse_digest(*digest));
    return subject;
}

Result<std::optional<Setback>> parse_setback(const Json& json) {
    const Json* setback = json.find("setback");
    if (!setback) return std::optional<Setback>();
    BOLTSEAL_CHECK(setback->only({"check", "error"}));
    BOLTSEAL_TRY(const std::string* check, setback->string_at("check"));
    if (*check != "artifact" && *check != "log-history")
        return bad_record("setback is of no known check");
    BOLTSEAL_TRY(const Json* error, setback->object_at("error"));
    BOLTSEAL_TRY(Setback parsed, parse_error(*error, *check));
    return std::optional(std::move(parsed));
}

Result<Case> parse_case(const Json& json) {
    Case record;
    BOLTSEAL_TRY(const std::string* time, json.string_at("time"));
    BOLTSEAL_TRY(record.time, parse_rfc3339(*time));
    BOLTSEAL_TRY(const Json* artifact, json.object_at("artifact"));
    BOLTSEAL_TRY(record.subject, parse_subject(*artifact));
    BOLTSEAL_TRY(const Json* trust, json.object_at("trust"));
    BOLTSEAL_TRY(record.trust, parse_trust(*trust));
    BOLTSEAL_TRY(const Json::Array* evidence, json.array_at("evidence"));
    if (evidence->size() > kMaxCandidates) return bad_record("more than 66 candidates");
    for (const Json& item : *evidence) {
        BOLTSEAL_TRY(Candidate candidate, parse_candidate(item));
        record.evidence.push_back(std::move(candidate));
    }
    BOLTSEAL_TRY(record.setback, parse_setback(json));
    return record;
}

Result<Transcript> parse_transcript_members(const Json& json) {
    BOLTSEAL_CHECK(json.only(
        {"schema", "tool", "time", "artifact", "trust", "evidence", "setback", "verdict"}));
    BOLTSEAL_TRY(const std::string* schema, json.string_at("schema"));
    if (*schema != kTranscriptSchema) return bad_record("schema is " + printable(*schema));
    Transcript transcript;
    BOLTSEAL_TRY(transcript.tool, plain_at(json, "tool"));
    BOLTSEAL_TRY(transcript.record, parse_case(json));
    BOLTSEAL_TRY(transcript.needs_artifact, flag_if(*json.find("artifact"), "bytesNeeded"));
    BOLTSEAL_TRY(const Json* verdict, json.object_at("verdict"));
    transcript.verdict = *verdict;
    return transcript;
}

}  // namespace

Result<Transcript> parse_transcript(Bytes bytes) {
    return parse_record(bytes, kTranscriptLimits, parse_transcript_members);
}

std::string to_string(const Transcript& transcript) {
    const Case& record = transcript.record;
    Json artifact = Json::object({{"kind", record.subject.kind}, {"name", record.subject.name}});
    if (record.subject.digest) artifact.set("digest", to_string(*record.subject.digest));
    if (transcript.needs_artifact) artifact.set("bytesNeeded", true);
    Json::Array evidence;
    for (const Candidate& candidate : record.evidence) {
        evidence.push_back(candidate_json(candidate));
    }
    Json json = Json::object({{"schema", kTranscriptSchema},
                              {"tool", transcript.tool},
                              {"time", to_rfc3339(record.time)},
                              {"artifact", std::move(artifact)},
                              {"trust", trust_json(record.trust)},
                              {"evidence", std::move(evidence)},
                              {"verdict", transcript.verdict}});
    if (record.setback) {
        json.set("setback", Json::object({{"check", record.setback->check},
                                          {"error", error_json(record.setback->error)}}));
    }
    return to_canonical_json(json) + '\n';
}

Result<void> save_transcript(const std::filesystem::path& path, const Transcript& transcript) {
    const std::string text = to_string(transcript);
    return save_record(path, text, parse_transcript(as_bytes(text)));
}

}  // namespace boltseal
