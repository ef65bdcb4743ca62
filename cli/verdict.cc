#include "cli/verdict.h"

#include "cli/exit_code.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::string_view kVerdictSchema = "https://boltseal.dev/schema/verdict/v1";
constexpr std::size_t kColumn = 16;

// What of Fulcio's extensions a person wants to see, with what older certificates have instead.
struct ShownExtension {
    const char* label;
    const char* name;
    const char* older;
};
constexpr ShownExtension kShown[] = {
    {"repository", "source-repository-uri", "github-workflow-repository"},
    {"ref", "source-repository-ref", "github-workflow-ref"},
    {"commit", "source-repository-digest", "github-workflow-sha"},
    {"workflow", "build-config-uri", "github-workflow-name"},
    {"trigger", "build-trigger", "github-workflow-trigger"},
    {"run", "run-invocation-uri", ""},
};

std::string line(const std::string& name, const std::string& text, std::size_t indent = 2) {
    const std::size_t width = kColumn + 2 - indent;
    const std::size_t pad = name.size() < width ? width - name.size() : 1;
    return std::string(indent, ' ') + name + std::string(pad, ' ') + without_controls(text) + '\n';
}

std::string first_line(std::string_view word, const VerdictSubject& subject) {
    return std::string(word) + ": " + subject.kind + " " + without_controls(subject.name) + '\n';
}

std::string in_capitals(std::string_view word) {
    std::string text(word);
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return text;
}

std::string held_lines(const std::vector<Check>& checks) {
    std::string text;
    for (const Check& check : checks) text += line(check.name, check.proof);
    return text;
}

std::string extension_lines(const CertificateIdentity& identity) {
    std::string text;
    for (const ShownExtension& shown : kShown) {
        auto found = identity.extensions.find(shown.name);
        if (found == identity.extensions.end()) found = identity.extensions.find(shown.older);
        if (found == identity.extensions.end()) continue;
        text += line(shown.label, printable(found->second, kInFull), 4);
    }
    return text;
}

std::string verified_text(const VerdictSubject& subject, const Verified& verified) {
    std::string text = first_line("verified", subject);
    text += line("digest", to_string(verified.artifact)) + held_lines(verified.checks);
    if (verified.identity) text += extension_lines(*verified.identity);
    for (const Deviation& deviation : verified.deviations) {
        text += line("note", printable(deviation.where, kInFull) + " " + deviation.what +
                                 ": tolerated, and refused with --strict");
    }
    return text;
}

std::string refused_text(const VerdictSubject& subject, const Judgement& judgement) {
    const Error& error = judgement.verified.error();
    const std::string_view word = verdict_of(error.fault());
    std::string text = first_line(word, subject);
    if (subject.digest) text += line("digest", to_string(*subject.digest));
    if (judgement.evidence) text += line("evidence", to_string(*judgement.evidence));
    text += held_lines(judgement.trace.checks);
    text += line(judgement.trace.failed, in_capitals(word) + ": " + error.message());
    if (!error.expected().empty()) text += line("expected", error.expected(), 4);
    if (!error.found().empty()) text += line("found", error.found(), 4);
    if (!error.hint().empty()) text += line("hint", error.hint());
    return text;
}

Json start(std::string_view verdict, const VerdictSubject& subject, const Judgement& judgement) {
    Json artifact = Json::object({{"kind", subject.kind}, {"name", subject.name}});
    if (subject.digest) artifact.set("digest", to_string(*subject.digest));
    Json json = Json::object(
        {{"schema", kVerdictSchema}, {"verdict", verdict}, {"artifact", std::move(artifact)}});
    if (judgement.evidence) json.set("evidence", to_string(*judgement.evidence));
    return json;
}

Json signer_json(const Verified& verified) {
    Json json = Json::object({{"kind", verified.identity ? "certificate" : "key"},
                              {"keyType", to_string(verified.key.type())},
                              {"keyHint", key_hint(verified.key)}});
    if (!verified.identity) return json;
    Json::Array names;
    for (const SubjectName& name : verified.identity->names) {
        names.push_back(Json::object({{"kind", to_string(name.kind)}, {"value", name.value}}));
    }
    Json extensions = Json::object({});
    for (const auto& [name, value] : verified.identity->extensions) extensions.set(name, value);
    return json.set("names", std::move(names))
        .set("issuer", verified.identity->issuer)
        .set("extensions", std::move(extensions));
}

Json logs_json(const Verified& verified) {
    Json::Array logs;
    for (std::size_t i = 0; i < verified.checkpoints.size(); ++i) {
        Json::Array witnesses;
        for (const Cosigned& one : verified.cosigned.at(i)) {
            witnesses.push_back(
                Json::object({{"name", one.witness}, {"time", to_rfc3339(one.time)}}));
        }
        logs.push_back(Json::object({{"origin", verified.checkpoints[i].origin()},
                                     {"index", verified.log_indexes.at(i)},
                                     {"treeSize", verified.checkpoints[i].head().size},
                                     {"witnesses", std::move(witnesses)}}));
    }
    return logs;
}

Json times_json(const std::vector<ProvedTime>& times) {
    Json::Array array;
    for (const ProvedTime& time : times) {
        array.push_back(Json::object({{"time", to_rfc3339(time.time)},
                                      {"kind", time.kind == TimeSource::Log ? "log" : "timestamp"},
                                      {"source", time.source}}));
    }
    return array;
}

Json deviations_json(const Deviations& deviations) {
    Json::Array array;
    for (const Deviation& deviation : deviations) {
        array.push_back(Json::object({{"where", deviation.where}, {"what", deviation.what}}));
    }
    return array;
}

Json::Array checks_json(const std::vector<Check>& checks) {
    Json::Array array;
    for (const Check& check : checks) {
        array.push_back(
            Json::object({{"name", check.name}, {"status", "held"}, {"proof", check.proof}}));
    }
    return array;
}

Json verified_json(const VerdictSubject& subject, const Judgement& judgement) {
    const Verified& verified = *judgement.verified;
    Json json = start("verified", subject, judgement);
    json.set("signer", signer_json(verified));
    if (verified.statement) json.set("predicateType", verified.statement->predicate_type);
    return json.set("times", times_json(verified.times))
        .set("logs", logs_json(verified))
        .set("deviations", deviations_json(verified.deviations))
        .set("checks", checks_json(verified.checks));
}

Json refused_json(const VerdictSubject& subject, const Judgement& judgement) {
    const Error& error = judgement.verified.error();
    const std::string_view word = verdict_of(error.fault());
    Json::Array checks = checks_json(judgement.trace.checks);
    checks.push_back(Json::object({{"name", judgement.trace.failed}, {"status", word}}));
    Json failed = Json::object({{"check", judgement.trace.failed}});
    if (!error.expected().empty()) failed.set("expected", error.expected());
    if (!error.found().empty()) failed.set("found", error.found());
    Json json = start(word, subject, judgement);
    json.set("checks", std::move(checks));
    json.set("failed", std::move(failed)).set("error", error.message());
    if (!error.hint().empty()) json.set("hint", error.hint());
    return json;
}

}  // namespace

std::string_view verdict_of(Fault fault) {
    switch (exit_code_for(fault)) {
        case ExitCode::Ok:
        case ExitCode::Refused:
            return "refused";
        case ExitCode::Usage:
            return "usage";
        case ExitCode::Undetermined:
            return "undetermined";
        case ExitCode::Integrity:
            break;
    }
    return "integrity";
}

std::string to_text(const VerdictSubject& subject, const Judgement& judgement) {
    return judgement.verified ? verified_text(subject, *judgement.verified)
                              : refused_text(subject, judgement);
}

Json to_json(const VerdictSubject& subject, const Judgement& judgement) {
    return judgement.verified ? verified_json(subject, judgement)
                              : refused_json(subject, judgement);
}

}  // namespace boltseal
