#include "cli/artifact.h"
#include "cli/bundle_entry.h"
#include "cli/log_access.h"
#include "cli/log_client_commands.h"
#include "cli/trust_options.h"
#include "core/encoding.h"
#include "transparency/decimal.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

struct LogProveArguments {
    LogAccess access;
    std::vector<std::filesystem::path> keys;
    std::string index;
    std::string leaf_hash;
    std::filesystem::path bundle;
    std::filesystem::path out;
    bool json = false;
};

struct Proved {
    TreeHash leaf;
    TlogProof proof;
};

// From tiles alone: any log has them, and no answer of a server needs to be believed.
Result<Proved> prove_index(OpenLog& log, std::uint64_t index) {
    Prover prover(log.client.tiles(), log.head.head());
    BOLTSEAL_TRY(const TreeHash leaf, prover.leaf(index));
    BOLTSEAL_TRY(InclusionProof proof, prover.prove_inclusion(index));
    return Proved{leaf, {{}, std::move(proof), log.head.note()}};
}

// Where it stands, a log with an index of its leaves knows.
Result<Proved> prove_leaf(OpenLog& log, const TreeHash& leaf) {
    BOLTSEAL_TRY(TlogProof proof, log.client.prove_leaf(leaf));
    BOLTSEAL_TRY(const VerifiedCheckpoint head,
                 check_checkpoint(as_bytes(proof.checkpoint), log.client.key()));
    BOLTSEAL_CHECK(log.check_cosigned(head));
    log.head = head;
    return Proved{leaf, std::move(proof)};
}

Result<Proved> prove_bundle(OpenLog& log, const LogProveArguments& options) {
    BOLTSEAL_TRY(const Buffer file, load_bundle(options.bundle));
    BOLTSEAL_TRY(const SigstoreBundle bundle, parse_bundle(file));
    BOLTSEAL_TRY(const LogEntry* const logged, find_log_entry(bundle, log.client.key().log_id()));
    if (logged) {
        BOLTSEAL_TRY(Proved proved, prove_index(log, logged->proof.index));
        if (proved.leaf == hash_leaf(logged->body)) return proved;
        return Error(Fault::Untrusted,
                     "the log has something else at entry " + std::to_string(logged->proof.index));
    }
    BOLTSEAL_TRY(const std::vector<PublicKey> keys, load_public_keys(options.keys));
    BOLTSEAL_TRY(const HashedRekord entry, entry_of(bundle, keys));
    BOLTSEAL_TRY(const Buffer body, encode_entry(entry));
    return prove_leaf(log, hash_leaf(body));
}

Result<Proved> prove(OpenLog& log, const LogProveArguments& options) {
    if (!options.bundle.empty()) return prove_bundle(log, options);
    if (!options.leaf_hash.empty()) {
        const auto bytes = parse_hex(options.leaf_hash);
        if (!bytes || bytes->size() != TreeHash::kSize) {
            return Error(Fault::Config, "--leaf-hash is not 64 lower-case hex digits");
        }
        BOLTSEAL_TRY(const TreeHash leaf, TreeHash::from(*bytes));
        return prove_leaf(log, leaf);
    }
    const auto index = parse_decimal(options.index);
    if (!index) return Error(Fault::Config, "--index is not a decimal number");
    return prove_index(log, *index);
}

Result<void> run(const LogProveArguments& options, Streams streams) {
    const int named = int{!options.bundle.empty()} + int{!options.leaf_hash.empty()} +
                      int{!options.index.empty()};
    if (named != 1) {
        return Error(Fault::Config, "name one entry: a bundle, its --index or its --leaf-hash");
    }
    HttpClient http;
    BOLTSEAL_TRY(OpenLog log, open_log(options.access, http));
    BOLTSEAL_TRY(const Proved proved, prove(log, options));
    // Once more as whoever gets it will: what is handed on is what was checked.
    BOLTSEAL_CHECK(check_tlog_proof(proved.proof, proved.leaf, log.client.key(), log.witnesses));
    const std::uint64_t index = proved.proof.inclusion.index;
    if (options.json) {
        if (!options.out.empty())
            BOLTSEAL_CHECK(write_proof(options.out, proved.proof, streams.out));
        streams.out << to_pretty_json(
            Json::object({{"schema", "https://boltseal.dev/schema/log-prove/v1"},
                          {"log", log_json(log.head)},
                          {"index", index},
                          {"leafHash", to_hex(proved.leaf.bytes())},
                          {"proof", to_string(proved.proof)}}));
        return {};
    }
    BOLTSEAL_CHECK(write_proof(options.out, proved.proof, streams.out));
    streams.err << "proved: entry " << index << " of log '" << log.name() << "', in a tree of "
                << log.head.head().size << ", leaf " << to_hex(proved.leaf.bytes()) << '\n';
    return {};
}

}  // namespace

Action add_log_prove(Command group) {
    auto options =
        std::make_shared<LogProveArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd = group.add_subcommand("prove", "Fetch a proof that an entry is in a log");
    add_log_access_options(cmd, options->access);
    cmd.add_option("--index", options->index, "Number of the entry in the log").type_name("N");
    cmd.add_option("--leaf-hash", options->leaf_hash,
                   "Hash of the entry in the tree, SHA-256(0x00 || entry), in hex")
        .type_name("HEX");
    cmd.add_option("--key", options->keys,
                   "Public key (PEM) that signed the bundle, if that does not say; may be repeated")
        .envname("BOLTSEAL_PUBLIC_KEY")
        .allow_extra_args(false)
        .type_name("FILE");
    cmd.add_option("-o,--out", options->out,
                   "Write the proof (C2SP tlog-proof) to this file (default: print it)")
        .type_name("FILE");
    cmd.add_option("bundle", options->bundle, "Sigstore bundle whose signature is in the log");
    cmd.add_flag("--json", options->json, "Print JSON");
    cmd.footer("Exit status: 0 proved; 1 refused; 2 usage; 3 undetermined.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
