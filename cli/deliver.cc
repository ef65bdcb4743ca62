#include "cli/deliver.h"

#include "cli/transcript.h"

#include <ostream>

namespace boltseal {

namespace {

// Whether the digest alone would lead to another verdict: only a plain Ed25519 signature over a
// file, or a digest of another kind, needs the bytes.
bool needs_artifact(const Hearing& hearing, const Json& verdict) {
    if (!hearing.artifact_was_there) return false;
    return to_json(hearing.record.subject, judge(hearing.record, hearing.policy)) != verdict;
}

Result<void> record(const Hearing& hearing, const Json& verdict,
                    const std::filesystem::path& path) {
    if (!hearing.evidence_kept) {
        return Error(Fault::Io, "cannot write transcript: there is more than 64 MiB of evidence");
    }
    return save_transcript(
        path, {BOLTSEAL_VERSION, hearing.record, needs_artifact(hearing, verdict), verdict});
}

}  // namespace

void add_deliver_options(Command command, DeliverOptions& options, const char* json_help) {
    command
        .add_option("--transcript", options.transcript,
                    "Write a record of the verification, for 'recheck', also of a refusal")
        .type_name("FILE");
    command.add_flag("--json", options.json, json_help);
}

Hearing without_artifact(Case record, const Policy& policy, Error why) {
    record.setback = Setback{"artifact", std::move(why)};
    Judgement judgement = judge(record, policy);
    return {std::move(record), policy, std::move(judgement)};
}

Hearing conclude(Case record, const Policy& policy, const Search& search,
                 const Artifact& artifact) {
    auto evidence = search.evidence();
    const bool kept = evidence.has_value();
    if (kept) record.evidence = *std::move(evidence);
    Judgement judgement = with_setback(search.conclude(), record.setback);
    return {std::move(record), policy, std::move(judgement), artifact.bytes || artifact.reader,
            kept};
}

Result<void> deliver(const Hearing& hearing, const DeliverOptions& options,
                     SayVerified say_verified, Streams streams) {
    const Judgement& judgement = hearing.judgement;
    const Json verdict = to_json(hearing.record.subject, judgement);
    if (!options.transcript.empty()) {
        auto recorded = record(hearing, verdict, options.transcript);
        if (!recorded && judgement.verified) return recorded;
        if (!recorded) streams.err << "boltseal: " << recorded.error().message() << '\n';
    }
    if (!judgement.verified || say_verified == SayVerified::Yes) {
        streams.out << (options.json ? to_pretty_json(verdict)
                                     : to_text(hearing.record.subject, judgement));
    }
    if (judgement.verified) return {};
    return judgement.verified.error();
}

}  // namespace boltseal
