#include "cli/sign_options.h"

#include "cli/clock.h"
#include "cli/network.h"
#include "cli/trust_options.h"
#include "core/file.h"
#include "transparency/log_client.h"
#include "transparency/timestamp_client.h"
#include "verify/trusted_root.h"

#include <cstdlib>
#include <ostream>

namespace boltseal {

namespace {

constexpr std::size_t kMaxKeyFile = std::size_t{64} << 10;
constexpr std::size_t kMaxRoot = std::size_t{4} << 20;

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

Result<std::vector<CertificateAuthority>> load_authorities(const SignOptions& options) {
    if (options.tsa.empty()) return std::vector<CertificateAuthority>();
    if (options.trusted_root.empty()) {
        return Error(Fault::Config, "nothing to check the time stamps with")
            .with_hint("give --trusted-root, a trusted_root.json that names the authority");
    }
    auto bytes = read_file(options.trusted_root, kMaxRoot);
    if (!bytes) return std::move(bytes).error().as(Fault::Config);
    auto root = parse_trusted_root(*bytes);
    if (root) return std::move(root->timestamp_authorities);
    return std::move(root)
        .error()
        .context("'" + options.trusted_root.string() + "'")
        .as(Fault::Config);
}

// What a log wants from those who write to it, if it does.
std::string log_token() {
    const char* const token = std::getenv("BOLTSEAL_LOG_TOKEN");
    return token ? token : "";
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
    command
        .add_option("--tsa", options.tsa,
                    "URL of a time-stamping authority that is to say when this was signed")
        .envname("BOLTSEAL_TSA")
        .type_name("URL");
    command
        .add_option("--trusted-root", options.trusted_root,
                    "With --tsa: Sigstore trusted_root.json that names the authority")
        .envname("BOLTSEAL_TRUSTED_ROOT")
        .type_name("FILE");
}

Result<SigningSession> SigningSession::open(const SignOptions& options, Transport& transport,
                                            std::ostream& err) {
    BOLTSEAL_CHECK(check_log_is_named(options));
    BOLTSEAL_TRY(auto authorities, load_authorities(options));
    BOLTSEAL_TRY(auto key, unlock(options, err));
    SigningSession session(std::move(key), transport, options, err);
    session.authorities_ = std::move(authorities);
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

// The log's token is for the log, so for an authority that is part of it.
Result<Stamps> SigningSession::stamp(const SignedContent& content) {
    if (options_.tsa.empty()) return Stamps{};
    const bool is_the_log = log_ && options_.tsa.starts_with(options_.log.url + "/");
    BOLTSEAL_TRY(Timestamped stamped,
                 fetch_timestamp(*transport_, options_.tsa, signature_of(content), authorities_,
                                 is_the_log ? log_token() : ""));
    *err_ << "time-stamped " << to_rfc3339(stamped.proved.time) << " by "
          << printable(stamped.proved.source) << '\n';
    Stamps stamps;
    stamps.responses.push_back(std::move(stamped.response));
    stamps.authorities = authorities_;
    return stamps;
}

// An entry stays in the log for ever, so it comes last.
Result<std::string> SigningSession::finish(const SignedContent& content, const Artifact& artifact) {
    BOLTSEAL_TRY(const Stamps stamps, stamp(content));
    if (!log_) return make_bundle(content, {}, artifact, {}, now(), stamps);
    LogClient client(*transport_, options_.log.url, *log_, real_patience());
    if (const std::string token = log_token(); !token.empty()) {
        BOLTSEAL_CHECK(client.set_token(token));
    }
    auto entry = client.submit(*content.entry);
    if (!entry) return std::move(entry).error().context("log '" + options_.log.url + "'");
    *err_ << "logged as entry " << entry->index << " of '" << log_->name << "'\n";
    return make_bundle(content, {*std::move(entry)}, artifact, {*log_}, now(), stamps);
}

}  // namespace boltseal
