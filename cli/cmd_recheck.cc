#include "cli/artifact.h"
#include "cli/command.h"
#include "cli/decision_transcript.h"
#include "cli/difference.h"
#include "cli/transcript.h"
#include "core/encoding.h"
#include "core/file.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

constexpr std::string_view kRecheckSchema = "https://boltseal.dev/schema/recheck/v1";
constexpr std::size_t kMaxTranscript = std::size_t{128} << 20;

struct RecheckArguments {
    std::filesystem::path transcript;
    std::string artifact;
    bool json = false;
};

std::string digest_text(const std::optional<TrustFile>& file) {
    return to_string(digest_of(as_bytes(file->text)));
}

// Whose word the verdict rests on: what a reader has to compare with what they trust themselves.
// The names that the files once had would say nothing, and are not recorded.
using TrustLine = std::pair<std::string, std::string>;
std::vector<TrustLine> trust_lines(const Case& record, const Policy& policy) {
    const TrustMaterial& trust = record.trust;
    std::vector<TrustLine> lines = {{"time", to_rfc3339(record.time)}};
    for (const TrustedKey& key : policy.keys) {
        lines.emplace_back("key", std::string(to_string(key.key.type())) + " " + key_hint(key.key));
    }
    const auto text = [&](const char* name, const std::string& value) {
        if (!value.empty()) lines.emplace_back(name, printable(value, kInFull));
    };
    text("identity", trust.identity);
    text("identity-regexp", trust.identity_regexp);
    text("oidc-issuer", trust.issuer);
    text("oidc-issuer-regexp", trust.issuer_regexp);
    if (trust.trusted_root) lines.emplace_back("trusted-root", digest_text(trust.trusted_root));
    for (const TrustFile& file : trust.log_keys) {
        if (const auto key = parse_note_key(file)) {
            lines.emplace_back("log",
                               printable(key->name, kInFull) + " " + to_hex(key->log_id().bytes()));
        }
    }
    if (trust.witness_policy) {
        lines.emplace_back("witness-policy", digest_text(trust.witness_policy));
    }
    text("type", trust.type);
    const auto flag = [&](bool set, const char* name) {
        if (set) lines.emplace_back("flag", name);
    };
    flag(trust.no_log, "--insecure-no-log");
    flag(trust.no_certificate_log, "--insecure-ignore-sct");
    flag(trust.promise_alone, "--insecure-accept-promise");
    flag(trust.strict, "--strict");
    return lines;
}

// What was computed anew, and where it is not what the transcript says.
struct RecheckOutcome {
    VerdictSubject subject;
    std::string tool;
    std::vector<TrustLine> trust;
    Judgement judgement;
    Json verdict;
    std::optional<Difference> difference;
};

template <typename AnyTranscript>
Sentences compared(const AnyTranscript& transcript) {
    return transcript.tool == BOLTSEAL_VERSION ? Sentences::Compare : Sentences::Ignore;
}

std::string heading(const std::optional<Difference>& difference,
                    const std::vector<TrustLine>& trust) {
    std::string text = difference ? "recheck: another verdict than the transcript's"
                                  : "recheck: the verdict of the transcript";
    text += ", computed with the trust that it brings:\n";
    for (const auto& [name, value] : trust) {
        text +=
            "  " + name + std::string(name.size() < 20 ? 20 - name.size() : 1, ' ') + value + '\n';
    }
    return text;
}

std::string to_text(const RecheckOutcome& outcome) {
    return heading(outcome.difference, outcome.trust) + to_text(outcome.subject, outcome.judgement);
}

Json outcome_json(const std::string& tool, const std::vector<TrustLine>& lines,
                  const std::optional<Difference>& difference) {
    Json::Array trust;
    for (const auto& [name, value] : lines) {
        trust.push_back(Json::object({{"name", name}, {"value", value}}));
    }
    Json json = Json::object({{"schema", kRecheckSchema},
                              {"same", !difference},
                              {"tool", tool},
                              {"trust", std::move(trust)}});
    if (!difference) return json;
    return json.set("difference", Json::object({{"where", difference->where},
                                                {"recorded", difference->recorded},
                                                {"computed", difference->computed}}));
}

Json to_json(const RecheckOutcome& outcome) {
    return outcome_json(outcome.tool, outcome.trust, outcome.difference)
        .set("verdict", outcome.verdict);
}

// Nothing, if it was not given and is not needed. What is given must be what was verified.
Result<LoadedArtifact> artifact_for(const Transcript& transcript, const RecheckArguments& options) {
    const auto& digest = transcript.record.subject.digest;
    if (options.artifact.empty()) {
        if (!transcript.needs_artifact) return LoadedArtifact{};
        return Error(
                   Fault::Missing,
                   "the signature is over the bytes of the artifact, which are not in a transcript")
            .with_hint("give the file that was verified with --artifact");
    }
    BOLTSEAL_TRY(LoadedArtifact loaded, load_artifact(options.artifact));
    if (digest) {
        BOLTSEAL_TRY(const auto found, find_digest(loaded.artifact, digest->algorithm()));
        if (found == *digest) return loaded;
    }
    return Error(Fault::Integrity, "'" + options.artifact + "' is not what was verified")
        .comparing(digest ? to_string(*digest) : "nothing", to_string(loaded.artifact.digest))
        .with_hint("give the file that was verified with --artifact");
}

Result<RecheckOutcome> recheck(Bytes bytes, const RecheckArguments& options) {
    BOLTSEAL_TRY(const Transcript transcript, parse_transcript(bytes));
    const Case& record = transcript.record;
    auto policy = make_policy(record.trust, default_type(record.subject));
    if (!policy) {
        return std::move(policy).error().context("transcript: trust").as(Fault::Malformed);
    }
    BOLTSEAL_TRY(const LoadedArtifact loaded, artifact_for(transcript, options));
    RecheckOutcome outcome{record.subject,
                           transcript.tool,
                           trust_lines(record, *policy),
                           judge(record, *policy, loaded.artifact),
                           {},
                           {}};
    outcome.verdict = to_json(record.subject, outcome.judgement);
    outcome.difference = find_difference(transcript.verdict, outcome.verdict, compared(transcript));
    return outcome;
}

Error differs(const RecheckArguments& options, const Difference& difference) {
    return Error(Fault::Untrusted, "'" + options.transcript.string() + "': the verdict at " +
                                       printable(difference.where) + " is " + difference.computed +
                                       ", the transcript says " + difference.recorded)
        .comparing(difference.recorded, difference.computed)
        .with_hint(
            "the transcript was changed, or another program wrote it: believe what is "
            "computed, if you trust the keys that it used");
}

// The same for a decision by a policy file, which names whom it believes itself.
Result<void> recheck_decision(Bytes bytes, const RecheckArguments& options, Streams streams) {
    if (!options.artifact.empty()) {
        return Error(Fault::Config, "--artifact is for files, and this is the record of an image");
    }
    BOLTSEAL_TRY(const DecisionTranscript transcript, parse_decision_transcript(bytes));
    BOLTSEAL_TRY(const DecidedImage decided, replay(transcript));
    const Json computed = to_json(decided);
    const auto difference = find_difference(transcript.decision, computed, compared(transcript));
    const std::vector<TrustLine> trust = {{"time", to_rfc3339(decided.time)},
                                          {"repository", printable(decided.evidence.repository)},
                                          {"policy", to_string(decided.policy.digest)}};
    streams.out << (options.json ? to_pretty_json(outcome_json(transcript.tool, trust, difference)
                                                      .set("decision", computed))
                                 : heading(difference, trust) + to_text(decided));
    if (difference) return differs(options, *difference);
    auto held = conclude(decided);
    if (held) return {};
    return std::move(held).error().context(decided.name);
}

// Names its schema. Whoever reads it then finds out whether it is one.
bool is_of_decision(Bytes bytes) {
    const std::string schema = '"' + std::string(kDecisionTranscriptSchema) + '"';
    return as_text(bytes).find(schema) != std::string_view::npos;
}

Result<void> run(const RecheckArguments& options, Streams streams) {
    BOLTSEAL_TRY(const Buffer bytes, read_file(options.transcript, kMaxTranscript));
    if (is_of_decision(bytes)) return recheck_decision(bytes, options, streams);
    BOLTSEAL_TRY(const RecheckOutcome outcome, recheck(bytes, options));
    streams.out << (options.json ? to_pretty_json(to_json(outcome)) : to_text(outcome));
    if (outcome.difference) return differs(options, *outcome.difference);
    if (outcome.judgement.verified) return {};
    return Error(outcome.judgement.verified.error()).context(outcome.subject.name);
}

}  // namespace

Action add_recheck(Command app) {
    auto options =
        std::make_shared<RecheckArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd = app.add_subcommand("recheck", "Replay the transcript of a verification, offline");
    cmd.add_option("transcript", options->transcript, "File that --transcript wrote").required();
    cmd.add_option("--artifact", options->artifact,
                   "The file that was verified, where its signature is over its bytes")
        .type_name("FILE");
    cmd.add_flag("--json", options->json, "Print JSON");
    cmd.footer(
        "Prints whose keys were used, which are the transcript's own. Exit status: that of the "
        "verdict; 1 if it is not the one in the transcript; 3 if there is none.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
