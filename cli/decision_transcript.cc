#include "cli/decision_transcript.h"

#include "cli/recorded.h"
#include "core/encoding.h"

namespace boltseal {

namespace {

constexpr JsonLimits kDecisionLimits = {
    .max_bytes = std::size_t{128} << 20, .max_depth = 8, .max_values = 100'000};
constexpr std::size_t kMaxManifests = 1024;
constexpr std::size_t kMaxBundles = 64;
constexpr std::size_t kMaxFiles = 1024;

Json source_json(const PolicySource& source) {
    Json files = Json::object({});
    for (const auto& [name, content] : source.files) files.set(name, to_base64(content));
    return Json::object({{"text", source.text}, {"files", std::move(files)}});
}

Result<PolicySource> parse_source(const Json& json) {
    BOLTSEAL_CHECK(json.only({"text", "files"}));
    PolicySource source;
    BOLTSEAL_TRY(const std::string* text, json.string_at("text"));
    source.text = *text;
    BOLTSEAL_TRY(const Json* files, json.object_at("files"));
    if (files->as_object()->size() > kMaxFiles) return bad_record("more than 1024 files");
    for (const auto& [name, content] : *files->as_object()) {
        BOLTSEAL_TRY(source.files[name], base64_at(*files, name));
    }
    return source;
}

Json manifest_json(const ManifestEvidence& manifest) {
    Json::Array bundles;
    for (const Buffer& bundle : manifest.bundles) bundles.emplace_back(to_base64(bundle));
    Json json =
        Json::object({{"digest", to_string(manifest.digest)}, {"bundles", std::move(bundles)}});
    if (!manifest.platform.empty()) json.set("platform", manifest.platform);
    if (!manifest.incomplete.empty()) json.set("incomplete", manifest.incomplete);
    return json;
}

Result<ManifestEvidence> parse_manifest_evidence(const Json& json) {
    BOLTSEAL_CHECK(json.only({"digest", "bundles", "platform", "incomplete"}));
    BOLTSEAL_TRY(const std::string* digest, json.string_at("digest"));
    ManifestEvidence manifest;
    BOLTSEAL_TRY(manifest.digest, parse_digest(*digest));
    BOLTSEAL_TRY(manifest.platform, plain_if(json, "platform"));
    BOLTSEAL_TRY(manifest.incomplete, plain_if(json, "incomplete"));
    BOLTSEAL_TRY(const Json::Array* bundles, json.array_at("bundles"));
    if (bundles->size() > kMaxBundles) return bad_record("more than 64 bundles of one manifest");
    for (const Json& bundle : *bundles) {
        if (!bundle.is_string()) return bad_record("'bundles' has something else in it");
        BOLTSEAL_TRY(Buffer content, parse_base64(*bundle.as_string()));
        manifest.bundles.push_back(std::move(content));
    }
    return manifest;
}

Json evidence_json(const ImageEvidence& evidence) {
    Json json = Json::object(
        {{"repository", evidence.repository}, {"image", manifest_json(evidence.image)}});
    if (!evidence.platform.empty()) json.set("platform", evidence.platform);
    if (!evidence.is_index) return json;
    Json::Array children;
    for (const ManifestEvidence& child : evidence.children) {
        children.push_back(manifest_json(child));
    }
    return json.set("children", std::move(children));
}

Result<ImageEvidence> parse_evidence(const Json& json) {
    BOLTSEAL_CHECK(json.only({"repository", "image", "platform", "children"}));
    ImageEvidence evidence;
    BOLTSEAL_TRY(evidence.repository, plain_at(json, "repository"));
    BOLTSEAL_TRY(evidence.platform, plain_if(json, "platform"));
    BOLTSEAL_TRY(const Json* image, json.object_at("image"));
    BOLTSEAL_TRY(evidence.image, parse_manifest_evidence(*image));
    evidence.is_index = json.find("children") != nullptr;
    if (!evidence.is_index) return evidence;
    BOLTSEAL_TRY(const Json::Array* children, json.array_at("children"));
    if (children->size() > kMaxManifests) return bad_record("more than 1024 images in an index");
    for (const Json& child : *children) {
        BOLTSEAL_TRY(ManifestEvidence manifest, parse_manifest_evidence(child));
        evidence.children.push_back(std::move(manifest));
    }
    return evidence;
}

Result<DecisionTranscript> parse_decision(const Json& json) {
    BOLTSEAL_CHECK(
        json.only({"schema", "tool", "time", "name", "policy", "evidence", "setback", "decision"}));
    BOLTSEAL_TRY(const std::string* schema, json.string_at("schema"));
    if (*schema != kDecisionTranscriptSchema) return bad_record("schema is " + printable(*schema));
    DecisionTranscript transcript;
    BOLTSEAL_TRY(transcript.tool, plain_at(json, "tool"));
    BOLTSEAL_TRY(transcript.name, plain_at(json, "name"));
    BOLTSEAL_TRY(const std::string* time, json.string_at("time"));
    BOLTSEAL_TRY(transcript.time, parse_rfc3339(*time));
    BOLTSEAL_TRY(const Json* policy, json.object_at("policy"));
    BOLTSEAL_TRY(transcript.source, parse_source(*policy));
    BOLTSEAL_TRY(const Json* evidence, json.object_at("evidence"));
    BOLTSEAL_TRY(transcript.evidence, parse_evidence(*evidence));
    if (json.find("setback")) {
        BOLTSEAL_TRY(const Json* setback, json.object_at("setback"));
        BOLTSEAL_TRY(transcript.setback, parse_error(*setback, "log-history"));
    }
    BOLTSEAL_TRY(const Json* decision, json.object_at("decision"));
    transcript.decision = *decision;
    return transcript;
}

}  // namespace

Result<DecisionTranscript> parse_decision_transcript(Bytes bytes) {
    return parse_record(bytes, kDecisionLimits, parse_decision);
}

std::string to_string(const DecisionTranscript& transcript) {
    Json json = Json::object({{"schema", kDecisionTranscriptSchema},
                              {"tool", transcript.tool},
                              {"time", to_rfc3339(transcript.time)},
                              {"name", transcript.name},
                              {"policy", source_json(transcript.source)},
                              {"evidence", evidence_json(transcript.evidence)},
                              {"decision", transcript.decision}});
    if (transcript.setback) json.set("setback", error_json(transcript.setback->error));
    return to_canonical_json(json) + '\n';
}

Result<DecidedImage> replay(const DecisionTranscript& transcript) {
    auto policy = parse_policy_source(transcript.source);
    if (!policy) {
        return std::move(policy).error().context("transcript: policy").as(Fault::Malformed);
    }
    Decision decision = decide(*policy, transcript.evidence, transcript.time);
    return DecidedImage{transcript.name,    transcript.time,     transcript.source,
                        *std::move(policy), transcript.evidence, std::move(decision),
                        transcript.setback};
}

Result<void> save_decision_transcript(const std::filesystem::path& path,
                                      const DecidedImage& decided) {
    const std::string text =
        to_string(DecisionTranscript{BOLTSEAL_VERSION, decided.name, decided.time, decided.source,
                                     decided.evidence, decided.setback, to_json(decided)});
    return save_record(path, text, parse_decision_transcript(as_bytes(text)));
}

}  // namespace boltseal
