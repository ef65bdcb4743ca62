#include "cli/command.h"
#include "cli/trust_options.h"
#include "cli/verdict.h"
#include "core/encoding.h"
#include "core/file.h"
#include "verify/tlog_proof.h"

#include <memory>
#include <optional>
#include <ostream>

namespace boltseal {

namespace {

constexpr std::string_view kProofSchema = "https://boltseal.dev/schema/proof/v1";
constexpr std::size_t kMaxProof = std::size_t{2} << 20;
constexpr std::size_t kMaxEntry = std::size_t{1} << 30;

struct ProofArguments {
    std::filesystem::path proof;
    std::vector<std::filesystem::path> log_keys;
    std::filesystem::path witness_policy;
    std::string entry;
    std::string leaf_hash;
    bool json = false;

    // What is verified, in the words of the user.
    std::string name() const { return leaf_hash.empty() ? entry : leaf_hash; }
};

// Whom to believe.
struct Trust {
    std::vector<NoteKey> logs;
    WitnessPolicy witnesses;
};

Result<Trust> load_trust(const ProofArguments& options) {
    Trust trust;
    BOLTSEAL_TRY(trust.witnesses, load_witness_policy(options.witness_policy));
    BOLTSEAL_TRY(trust.logs, load_logs(options.log_keys, trust.witnesses));
    if (trust.logs.empty()) {
        return Error(Fault::Config, "no transparency log to verify with")
            .with_hint(
                "name the log's key with --log-key or BOLTSEAL_LOG_KEY, or with a log line "
                "in the witness policy");
    }
    for (const NoteKey& log : trust.logs) BOLTSEAL_CHECK(check_independence(trust.witnesses, log));
    return trust;
}

Result<TreeHash> load_leaf(const ProofArguments& options) {
    if (options.leaf_hash.empty()) {
        BOLTSEAL_TRY(const Buffer entry, read_file(options.entry, kMaxEntry));
        return hash_leaf(entry);
    }
    const auto bytes = parse_hex(options.leaf_hash);
    if (!bytes || bytes->size() != TreeHash::kSize) {
        return Error(Fault::Config, "--leaf-hash is not 64 lower-case hex digits");
    }
    return TreeHash::from(*bytes);
}

// What was proved, and what was asked for.
struct ProofOutcome {
    TreeHash leaf;
    std::uint64_t index = 0;
    ProvedEntry proved;
    bool witnessed = false;

    const Checkpoint& checkpoint() const { return proved.checkpoint.checkpoint(); }
};

// By the first log of the checkpoint's name whose key has signed it: a log may have two keys.
Result<ProvedEntry> check(const TlogProof& proof, const TreeHash& leaf, const Trust& trust) {
    BOLTSEAL_TRY(const Note note, parse_note(as_bytes(proof.checkpoint)));
    BOLTSEAL_TRY(const Checkpoint claimed, parse_checkpoint(note.text));
    std::optional<Error> refusal;
    for (const NoteKey& log : trust.logs) {
        if (log.name != claimed.origin) continue;
        auto proved = check_tlog_proof(proof, leaf, log, trust.witnesses);
        if (proved) return proved;
        if (!refusal) refusal.emplace(std::move(proved).error());
    }
    if (refusal) return *std::move(refusal);
    return Error(Fault::Untrusted,
                 "checkpoint is of log " + printable(claimed.origin) + ", which is not trusted");
}

Result<ProofOutcome> verify(const ProofArguments& options, const Trust& trust) {
    BOLTSEAL_TRY(const TreeHash leaf, load_leaf(options));
    BOLTSEAL_TRY(const Buffer file, read_file(options.proof, kMaxProof));
    const auto proof = parse_tlog_proof(file);
    if (!proof) return Error(proof.error()).as(Fault::Untrusted);
    BOLTSEAL_TRY(ProvedEntry proved, check(*proof, leaf, trust));
    return ProofOutcome{leaf, proof->inclusion.index, std::move(proved),
                        !trust.witnesses.asks_for_none()};
}

std::string to_text(const ProofArguments& options, const ProofOutcome& outcome) {
    const Checkpoint& checkpoint = outcome.checkpoint();
    return "verified: entry " + options.name() + "\n  leaf-hash       " +
           to_hex(outcome.leaf.bytes()) + "\n  log-entry       entry " +
           std::to_string(outcome.index) + " of log '" + checkpoint.origin + "', in a tree of " +
           std::to_string(checkpoint.head.size) + " that the log has signed\n  witnesses       " +
           (outcome.witnessed ? to_string(outcome.proved.cosigned) : "none were asked for") + '\n';
}

Json start(const ProofArguments& options, std::string_view verdict) {
    return Json::object(
        {{"schema", kProofSchema}, {"verdict", verdict}, {"entry", options.name()}});
}

Json to_json(const ProofArguments& options, const ProofOutcome& outcome) {
    const Checkpoint& checkpoint = outcome.checkpoint();
    Json::Array witnesses;
    for (const Cosigned& one : outcome.proved.cosigned) {
        witnesses.push_back(Json::object({{"name", one.witness}, {"time", to_rfc3339(one.time)}}));
    }
    Json log = Json::object({{"origin", checkpoint.origin},
                             {"index", outcome.index},
                             {"treeSize", checkpoint.head.size},
                             {"root", to_base64(checkpoint.head.root.bytes())}});
    return start(options, "verified")
        .set("leafHash", to_hex(outcome.leaf.bytes()))
        .set("log", std::move(log))
        .set("witnessed", outcome.witnessed)
        .set("witnesses", std::move(witnesses));
}

Json to_json(const ProofArguments& options, const Error& error) {
    Json json = start(options, verdict_of(error.fault()));
    json.set("error", error.message());
    if (!error.hint().empty()) json.set("hint", error.hint());
    return json;
}

Result<void> run(const ProofArguments& options, Streams streams) {
    if (options.entry.empty() == options.leaf_hash.empty()) {
        return Error(Fault::Config, "name the file with the entry, or its --leaf-hash");
    }
    BOLTSEAL_TRY(const Trust trust, load_trust(options));
    auto outcome = verify(options, trust);
    if (!outcome) {
        if (options.json) streams.out << to_pretty_json(to_json(options, outcome.error()));
        return std::move(outcome).error().context("'" + options.name() + "'");
    }
    streams.out << (options.json ? to_pretty_json(to_json(options, *outcome))
                                 : to_text(options, *outcome));
    return {};
}

}  // namespace

Action add_proof(Command app) {
    auto options = std::make_shared<ProofArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd = app.add_subcommand("proof", "Verify that an entry is in a log, with a .tlog-proof");
    cmd.add_option("--proof", options->proof, "Proof to verify with (C2SP tlog-proof)")
        .required()
        .type_name("FILE");
    add_log_key_option(cmd, options->log_keys);
    add_witness_policy_option(cmd, options->witness_policy);
    cmd.add_option("--leaf-hash", options->leaf_hash,
                   "Instead of the entry: its hash in the tree, SHA-256(0x00 || entry), in hex")
        .type_name("HEX");
    cmd.add_option("entry", options->entry, "File with the bytes of the entry");
    cmd.add_flag("--json", options->json, "Print the verdict as JSON");
    cmd.footer("Exit status: 0 verified; 1 refused; 2 usage; 3 undetermined.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
