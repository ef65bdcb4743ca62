#include "cli/sign_options.h"

#include "cli/clock.h"
#include "cli/network.h"
#include "cli/trust_options.h"
#include "core/file.h"
#include "transparency/log_client.h"

#include <cstdlib>
#include <ostream>

namespace boltseal {

namespace {

constexpr std::size_t kMaxKeyFile = std::size_t{64} << 10;

Result<std::unique_ptr<PrivateKey>> unlock(const SignOptions& options, std::ostream& err) {
    if (options.key.empty()) {
        return Error(Fault::Config, "no key to sign with")
            .with_hint("make one with 'boltseal keygen', then give --key or set BOLTSEAL_KEY");
    }
    auto pem = read_file(options.key, kMaxKeyFile);
    if (!pem) return std::move(pem).error().as(Fault::Config);
    if (const auto mode = check_key_file_mode(options.key); !mode) {
        err << "boltseal: warning: " << mode.error().message() << '\n';
    }
    Secret passphrase(0);
    if (wants_passphrase(*pem)) {
        BOLTSEAL_TRY(passphrase, read_passphrase(options.passphrase, options.key));
    }
    auto key = parse_key_file(*pem, passphrase);
    if (!key) return std::move(key).error().context("'" + options.key.string() + "'");
    return key;
}

Result<void> check_log_is_named(const SignOptions& options) {
    if (options.no_log) return {};
    if (options.log.url.empty()) {
        return Error(Fault::Config, "no transparency log to write to")
            .with_hint(
                "give --log and --log-key, or waive the log with --no-log: verifiers will "
                "then have to waive it as well");
    }
    if (options.log_key.empty()) {
        return Error(Fault::Config, "no key to check the log's answer with")
            .with_hint("give --log-key, the file log.pub that 'boltseal-log init' made");
    }
    return {};
}

}  // namespace

void add_sign_options(Command command, SignOptions& options) {
    command.add_option("--key", options.key, "Private key to sign with")
        .envname("BOLTSEAL_KEY")
        .type_name("FILE");
    add_passphrase_options(command, options.passphrase);
    add_log_options(command, options.log, LogUse::Submit);
    command.add_option("--log-key", options.log_key, "Key (vkey line) of that log")
        .envname("BOLTSEAL_LOG_KEY")
        .type_name("FILE");
    command.add_flag("--no-log", options.no_log, "Write no log entry");
}

Result<SigningSession> SigningSession::open(const SignOptions& options, Transport& transport,
                                            std::ostream& err) {
    BOLTSEAL_CHECK(check_log_is_named(options));
    BOLTSEAL_TRY(auto key, unlock(options, err));
    SigningSession session(std::move(key), transport, options, err);
    if (!options.no_log) {
        BOLTSEAL_TRY(session.log_, load_note_key(options.log_key));
    }
    return session;
}

Result<std::string> SigningSession::sign(const Statement& statement, const BlobDigest& artifact) {
    BOLTSEAL_TRY(const SignedContent content, sign_statement(statement, *key_, for_log()));
    return finish(content, {artifact, std::nullopt});
}

Result<std::string> SigningSession::sign(Bytes file) {
    BOLTSEAL_TRY(const SignedContent content, sign_artifact(file, *key_, for_log()));
    return finish(content, {digest_of(file), file});
}

Result<std::string> SigningSession::finish(const SignedContent& content, const Artifact& artifact) {
    if (!log_) return make_bundle(content, {}, artifact, {}, now());
    LogClient client(*transport_, options_.log.url, *log_, real_patience());
    if (const char* token = std::getenv("BOLTSEAL_LOG_TOKEN"); token && *token) {
        BOLTSEAL_CHECK(client.set_token(token));
    }
    auto entry = client.submit(*content.entry);
    if (!entry) return std::move(entry).error().context("log '" + options_.log.url + "'");
    *err_ << "logged as entry " << entry->index << " of '" << log_->name << "'\n";
    return make_bundle(content, {*std::move(entry)}, artifact, {*log_}, now());
}

}  // namespace boltseal
