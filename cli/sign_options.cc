#include "cli/sign_options.h"

#include "cli/clock.h"
#include "cli/identity_token.h"
#include "cli/network.h"
#include "cli/trust_options.h"
#include "core/file.h"
#include "net/url.h"
#include "sign/signing_config.h"
#include "transparency/log_client.h"
#include "transparency/timestamp_client.h"
#include "verify/trusted_root.h"

#include <cstdlib>
#include <ostream>

namespace boltseal {

namespace {

constexpr std::size_t kMaxKeyFile = std::size_t{64} << 10;
constexpr std::size_t kMaxRoot = std::size_t{4} << 20;
constexpr std::size_t kMaxConfig = std::size_t{1} << 20;

Result<std::unique_ptr<PrivateKey>> unlock(const SignOptions& options, std::ostream& err) {
    if (options.key.empty()) {
        return Error(Fault::Config, "no key to sign with")
            .with_hint(
                "make one with 'boltseal keygen', then give --key or set BOLTSEAL_KEY; or name a "
                "certificate authority with --fulcio");
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

Result<void> check_can_certify(const SignOptions& options) {
    if (!options.key.empty()) {
        return Error(Fault::Config, "both a key and a certificate authority are named")
            .with_hint("leave out --key and BOLTSEAL_KEY, or --fulcio and BOLTSEAL_FULCIO");
    }
    if (options.tsa.empty()) {
        return Error(Fault::Config, "nobody to say when the certificate was used")
            .with_hint(
                "a certificate lives for minutes, and a log gives no time: name a time-stamping "
                "authority with --tsa");
    }
    return {};
}

IdentitySigner identity_signer(const SignOptions& options, bool has_ct_logs, Transport& transport,
                               std::ostream& err) {
    const auto tell = [has_ct_logs, &err](const Certificate& certificate) {
        const auto identity = read_identity(certificate);
        if (!identity) return;  // the bundle will not hold, and say why
        for (const SubjectName& name : identity->names) {
            err << "certified as " << printable(name.value) << ", says issuer "
                << printable(identity->issuer) << '\n';
        }
        if (has_ct_logs) return;
        err << "boltseal: warning: the trusted root names no certificate transparency log: who "
               "verifies has to do without, with --insecure-ignore-sct\n";
    };
    const auto token = [file = options.identity_token, &transport] {
        return read_identity_token(file, transport);
    };
    return IdentitySigner(transport, options.fulcio, token, real_patience(), tell);
}

// The address of a service where none is given, of these versions of their APIs: Fulcio 2 is asked
// at the address that configurations list as 1.
void take_address(std::string& address, const std::vector<SigningService>& services,
                  std::uint64_t version) {
    const SigningService* const service = choose_service(services, version, now());
    if (address.empty() && service) address = service->url;
}

Result<SignOptions> with_signing_config(SignOptions options) {
    if (options.signing_config.empty()) return options;
    auto bytes = read_file(options.signing_config, kMaxConfig);
    if (!bytes) return std::move(bytes).error().as(Fault::Config);
    auto config = parse_signing_config(*bytes);
    if (!config) {
        return std::move(config)
            .error()
            .context("'" + options.signing_config.string() + "'")
            .as(Fault::Config);
    }
    if (options.key.empty()) take_address(options.fulcio, config->authorities, 1);
    if (!options.no_log) take_address(options.log.url, config->logs, 2);
    take_address(options.tsa, config->stampers, 1);
    return options;
}

Result<void> check_log_is_named(const SignOptions& options) {
    if (options.no_log) return {};
    if (options.log.url.empty()) {
        return Error(Fault::Config, "no transparency log to write to")
            .with_hint(
                "give --log and --log-key, or waive the log with --no-log: verifiers will "
                "then have to waive it as well");
    }
    if (options.log_key.empty() && options.trusted_root.empty()) {
        return Error(Fault::Config, "no key to check the log's answer with")
            .with_hint("give --log-key, the file log.pub that 'boltseal-log init' made");
    }
    return {};
}

Result<TrustedRoot> load_authorities(const SignOptions& options) {
    const bool is_needed = !options.tsa.empty() || !options.fulcio.empty() ||
                           (!options.no_log && options.log_key.empty());
    if (!is_needed) return TrustedRoot();
    if (options.trusted_root.empty()) {
        return Error(Fault::Config, options.fulcio.empty()
                                        ? "nothing to check the time stamps with"
                                        : "nothing to check certificate and time stamps with")
            .with_hint("give --trusted-root, a trusted_root.json that names the authority");
    }
    auto bytes = read_file(options.trusted_root, kMaxRoot);
    if (!bytes) return std::move(bytes).error().as(Fault::Config);
    auto root = parse_trusted_root(*bytes);
    if (root) return root;
    return std::move(root)
        .error()
        .context("'" + options.trusted_root.string() + "'")
        .as(Fault::Config);
}

// A trusted root names logs by their address, or by its host. Where it has one log alone, it is
// that.
Result<NoteKey> log_key_of(const SignOptions& options, const TrustedRoot& root) {
    if (!options.log_key.empty()) return load_note_key(options.log_key);
    BOLTSEAL_TRY(const Url url, parse_url(options.log.url));
    std::string address = options.log.url.substr(options.log.url.find("://") + 3);
    while (address.ends_with('/')) address.pop_back();
    std::vector<NoteKey> open;
    for (const TrustedLog& log : root.logs) {
        if (!log.valid_for.contains(now())) continue;
        if (log.key.name == address || log.key.name == url.host) return log.key;
        open.push_back(log.key);
    }
    if (open.size() == 1) return open.front();
    return Error(Fault::Config, "the trusted root has no key of log '" + options.log.url + "'")
        .with_hint("give --log-key, the file with the key of that log");
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
    command
        .add_option("--fulcio", options.fulcio,
                    "In place of a key: URL of the Fulcio that certifies who signs, for minutes")
        .envname("BOLTSEAL_FULCIO")
        .type_name("URL");
    command
        .add_option("--identity-token", options.identity_token,
                    "With --fulcio: file of the OIDC token that says who signs (default: "
                    "SIGSTORE_ID_TOKEN, or that of a GitHub Actions job)")
        .type_name("FILE");
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
                    "Sigstore trusted_root.json that names the authorities, and the log if "
                    "--log-key does not")
        .envname("BOLTSEAL_TRUSTED_ROOT")
        .type_name("FILE");
    command
        .add_option("--signing-config", options.signing_config,
                    "Sigstore signing_config.json that says where Fulcio, log and time stamps are")
        .envname("BOLTSEAL_SIGNING_CONFIG")
        .type_name("FILE");
}

Result<SigningSession> SigningSession::open(const SignOptions& given, Transport& transport,
                                            std::ostream& err) {
    BOLTSEAL_TRY(const SignOptions options, with_signing_config(given));
    BOLTSEAL_CHECK(check_log_is_named(options));
    const bool is_keyless = !options.fulcio.empty();
    if (is_keyless) BOLTSEAL_CHECK(check_can_certify(options));
    BOLTSEAL_TRY(TrustedRoot root, load_authorities(options));
    std::optional<NoteKey> log;
    if (!options.no_log) {
        BOLTSEAL_TRY(log, log_key_of(options, root));
    }
    SigningSession session(transport, options, err);
    if (is_keyless) {
        session.identity_.emplace(identity_signer(options, !root.ct_logs.empty(), transport, err));
        BOLTSEAL_CHECK(session.ready_signer());
    } else {
        BOLTSEAL_TRY(session.key_, unlock(options, err));
    }
    root.logs.clear();
    if (log) root.logs.emplace_back(*log);
    session.root_ = std::move(root);
    session.log_ = std::move(log);
    return session;
}

Result<Signer*> SigningSession::ready_signer() {
    if (identity_) return identity_->ready(now());
    return key_.get();
}

Result<std::string> SigningSession::sign(const Statement& statement, const BlobDigest& artifact) {
    BOLTSEAL_TRY(Signer* const signer, ready_signer());
    BOLTSEAL_TRY(const SignedContent content, sign_statement(statement, *signer, for_log()));
    return finish(content, {artifact, std::nullopt});
}

Result<std::string> SigningSession::sign(Bytes file) {
    BOLTSEAL_TRY(Signer* const signer, ready_signer());
    BOLTSEAL_TRY(const SignedContent content, sign_artifact(file, *signer, for_log()));
    return finish(content, {digest_of(file), file});
}

// The log's token is for the log, so for an authority that is part of it.
Result<std::vector<Buffer>> SigningSession::stamp(const SignedContent& content) {
    std::vector<Buffer> stamps;
    if (options_.tsa.empty()) return stamps;
    const bool is_the_log = log_ && options_.tsa.starts_with(options_.log.url + "/");
    BOLTSEAL_TRY(Timestamped stamped,
                 fetch_timestamp(*transport_, options_.tsa, signature_of(content),
                                 root_.timestamp_authorities, is_the_log ? log_token() : ""));
    *err_ << "time-stamped " << to_rfc3339(stamped.proved.time) << " by "
          << printable(stamped.proved.source) << '\n';
    stamps.push_back(std::move(stamped.response));
    return stamps;
}

Result<LogEntry> SigningSession::write_entry(const HashedRekord& entry) {
    LogClient client(*transport_, options_.log.url, *log_, real_patience());
    if (const std::string token = log_token(); !token.empty()) {
        BOLTSEAL_CHECK(client.set_token(token));
    }
    auto logged = client.submit(entry);
    if (!logged) return std::move(logged).error().context("log '" + options_.log.url + "'");
    *err_ << "logged as entry " << logged->index << " of '" << log_->name << "'\n";
    return logged;
}

// An entry stays in the log for ever, so it comes last, when all else holds.
Result<std::string> SigningSession::finish(const SignedContent& content, const Artifact& artifact) {
    BOLTSEAL_TRY(std::vector<Buffer> stamps, stamp(content));
    if (!log_ || content.certificate) {
        auto unlogged = make_bundle(content, {{}, stamps}, artifact, root_, now());
        if (!log_ || !unlogged) return unlogged;
    }
    BOLTSEAL_TRY(LogEntry entry, write_entry(*content.entry));
    return make_bundle(content, {{std::move(entry)}, std::move(stamps)}, artifact, root_, now());
}

}  // namespace boltseal
