#include "cli/verdict.h"

#include "cli/exit_code.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::string_view kSchema = "https://boltseal.dev/schema/verdict/v1";

Json start(std::string_view verdict, const VerdictSubject& subject) {
    Json artifact = Json::object({{"kind", subject.kind}, {"name", subject.name}});
    if (subject.digest) artifact.set("digest", to_string(*subject.digest));
    return Json::object(
        {{"schema", kSchema}, {"verdict", verdict}, {"artifact", std::move(artifact)}});
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

std::string to_text(const VerdictSubject& subject, const Verified& verified) {
    std::string text = "verified: " + subject.kind + " " + subject.name + "\n";
    text += "  digest          " + to_string(verified.artifact) + "\n";
    for (const Check& check : verified.checks) {
        const std::size_t pad = std::max<std::size_t>(16, check.name.size() + 1);
        text += "  " + check.name + std::string(pad - check.name.size(), ' ') + check.proof + "\n";
    }
    return text;
}

Json to_json(const VerdictSubject& subject, const Verified& verified) {
    Json json = start("verified", subject);
    json.set("signer", Json::object({{"keyType", to_string(verified.key.type())},
                                     {"keyHint", key_hint(verified.key)}}));
    if (verified.statement) json.set("predicateType", verified.statement->predicate_type);
    Json::Array logs;
    for (std::size_t i = 0; i < verified.checkpoints.size(); ++i) {
        logs.push_back(Json::object({{"origin", verified.checkpoints[i].origin()},
                                     {"index", verified.log_indexes[i]},
                                     {"treeSize", verified.checkpoints[i].head().size}}));
    }
    json.set("logs", std::move(logs));
    Json::Array checks;
    for (const Check& check : verified.checks) {
        checks.push_back(Json::object({{"name", check.name}, {"proof", check.proof}}));
    }
    return json.set("checks", std::move(checks));
}

Json to_json(const VerdictSubject& subject, const Error& error) {
    Json json = start(verdict_of(error.fault()), subject);
    json.set("error", error.message());
    if (!error.hint().empty()) json.set("hint", error.hint());
    return json;
}

}  // namespace boltseal
