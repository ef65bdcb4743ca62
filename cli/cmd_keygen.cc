#include "cli/command.h"
#include "cli/passphrase.h"
#include "core/file.h"
#include "core/json.h"
#include "sign/key_file.h"

#include <map>
#include <memory>
#include <ostream>

namespace boltseal {

namespace {

struct KeygenArguments {
    PassphraseOptions passphrase;
    std::string prefix = "boltseal";
    std::string type = "ecdsa-p256";
    bool json = false;
};

const std::map<std::string, KeyType> kTypes = {{"ecdsa-p256", KeyType::EcdsaP256},
                                               {"ecdsa-p384", KeyType::EcdsaP384},
                                               {"ecdsa-p521", KeyType::EcdsaP521},
                                               {"ed25519", KeyType::Ed25519}};

std::vector<std::string> type_names() {
    std::vector<std::string> names;
    for (const auto& [name, type] : kTypes) names.push_back(name);
    return names;
}

Result<void> check_free(const std::filesystem::path& path) {
    std::error_code ignored;
    if (!std::filesystem::exists(std::filesystem::symlink_status(path, ignored))) return {};
    return Error(Fault::Config, "'" + path.string() + "' exists already")
        .with_hint("choose another name with --output-prefix; keys are never replaced");
}

void report(const KeygenArguments& options, const std::filesystem::path& secret,
            const std::filesystem::path& open, const PublicKey& key, Streams streams) {
    if (options.json) {
        streams.out << to_pretty_json(
            Json::object({{"schema", "https://boltseal.dev/schema/keygen/v1"},
                          {"privateKey", secret.string()},
                          {"publicKey", open.string()},
                          {"keyType", to_string(key.type())},
                          {"keyHint", key_hint(key)}}));
        return;
    }
    streams.out << secret.string() << '\n' << open.string() << '\n';
    streams.err << to_string(key.type()) << " key " << key_hint(key) << ": keep " << secret.string()
                << " to yourself, give " << open.string() << " to those who verify\n";
}

Result<void> run(const KeygenArguments& options, Streams streams) {
    const std::filesystem::path secret = options.prefix + ".key";
    const std::filesystem::path open = options.prefix + ".pub";
    BOLTSEAL_CHECK(check_free(secret));
    BOLTSEAL_CHECK(check_free(open));
    BOLTSEAL_TRY(const Secret passphrase, read_new_passphrase(options.passphrase, secret));
    BOLTSEAL_TRY(const auto key, generate_key(kTypes.at(options.type)));
    BOLTSEAL_CHECK(save_signer(secret, *key, passphrase));
    BOLTSEAL_CHECK(create_file(open, as_bytes(to_pem(key->public_key())), FileMode::Public));
    report(options, secret, open, key->public_key(), streams);
    return {};
}

}  // namespace

Action add_keygen(Command app) {
    auto options = std::make_shared<KeygenArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd = app.add_subcommand("keygen", "Make a signing key and its public key");
    cmd.add_option("-o,--output-prefix", options->prefix, "Write PREFIX.key and PREFIX.pub")
        .type_name("PREFIX")
        .capture_default_str();
    cmd.add_option("--type", options->type, "Kind of key")
        .one_of(type_names())
        .capture_default_str();
    add_passphrase_options(cmd, options->passphrase);
    cmd.add_flag("--json", options->json, "Print JSON");
    cmd.footer("Exit status: 0 both files are written; 2 usage, or a file exists; 3 otherwise.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
