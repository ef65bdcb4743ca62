#include "cli/log_access.h"

#include "cli/network.h"
#include "cli/trust_options.h"
#include "core/encoding.h"
#include "core/file.h"

#include <ostream>

namespace boltseal {

namespace {

constexpr std::size_t kMaxTrustedRoot = std::size_t{4} << 20;

// Whose checkpoint it is: a log may have two keys.
Result<NoteKey> find_key(Bytes note, const std::vector<NoteKey>& keys) {
    std::optional<Error> refusal;
    for (const NoteKey& key : keys) {
        const auto checkpoint = check_checkpoint(note, key);
        if (checkpoint) return key;
        if (!refusal) refusal = checkpoint.error();
    }
    return *std::move(refusal);
}

}  // namespace

Result<std::vector<NoteKey>> load_log_keys(const LogAccess& access,
                                           const WitnessPolicy& witnesses) {
    BOLTSEAL_TRY(std::vector<NoteKey> keys, load_logs(access.log_keys, witnesses));
    if (!access.trusted_root.empty()) {
        const std::string what = "trusted root '" + access.trusted_root.string() + "'";
        auto file = read_file(access.trusted_root, kMaxTrustedRoot);
        auto root = file ? parse_trusted_root(*file) : Result<TrustedRoot>(file.error());
        if (!root) return std::move(root).error().context(what).as(Fault::Config);
        for (TrustedLog& log : root->logs) keys.push_back(std::move(log.key));
    }
    if (!keys.empty()) return keys;
    return Error(Fault::Config, "no key to check the log's answers with")
        .with_hint("give --log-key, the file log.pub that 'boltseal-log init' made");
}

Option add_log_access_options(Command command, LogAccess& access) {
    const Option log = command.add_option("--log", access.url, "URL of the transparency log")
                           .envname("BOLTSEAL_LOG")
                           .type_name("URL");
    add_log_key_option(command, access.log_keys);
    add_witness_policy_option(command, access.witness_policy);
    command
        .add_option("--trusted-root", access.trusted_root,
                    "Sigstore trusted_root.json, for the keys of its logs")
        .envname("BOLTSEAL_TRUSTED_ROOT")
        .type_name("FILE");
    return log;
}

Result<std::vector<Cosigned>> OpenLog::check_cosigned(const VerifiedCheckpoint& checkpoint) const {
    if (witnesses.asks_for_none()) return std::vector<Cosigned>();
    return check_witnesses(checkpoint, witnesses);
}

Result<OpenLog> open_log(const LogAccess& access, Transport& transport) {
    if (access.url.empty()) {
        return Error(Fault::Config, "no transparency log to ask")
            .with_hint("give --log or set BOLTSEAL_LOG");
    }
    BOLTSEAL_TRY(WitnessPolicy witnesses, load_witness_policy(access.witness_policy));
    BOLTSEAL_TRY(const std::vector<NoteKey> keys, load_log_keys(access, witnesses));
    const std::string where = "log '" + access.url + "'";
    auto note = HttpTiles(transport, access.url, real_patience()).get_checkpoint();
    if (!note) return std::move(note).error().context(where);
    auto key = find_key(*note, keys);
    if (!key) return std::move(key).error().context(where);
    BOLTSEAL_CHECK(check_independence(witnesses, *key));
    BOLTSEAL_TRY(VerifiedCheckpoint head, check_checkpoint(*note, *key));
    OpenLog log{LogClient(transport, access.url, *std::move(key), real_patience()),
                std::move(witnesses), std::move(head)};
    BOLTSEAL_CHECK(log.check_cosigned(log.head));
    return log;
}

Json log_json(const VerifiedCheckpoint& checkpoint) {
    return Json::object({{"origin", checkpoint.origin()},
                         {"treeSize", checkpoint.head().size},
                         {"root", to_base64(checkpoint.head().root.bytes())}});
}

Result<void> write_proof(const std::filesystem::path& path, const TlogProof& proof,
                         std::ostream& out) {
    if (!path.empty()) return write_file(path, as_bytes(to_string(proof)));
    out << to_string(proof);
    return {};
}

}  // namespace boltseal
