// The flags of everything that signs: the key, its passphrase, the log that is to see it, and the
// authority that is to say when.
#pragma once

#include "cli/command.h"
#include "cli/log_options.h"
#include "cli/passphrase.h"
#include "sign/key_file.h"
#include "sign/sign_statement.h"

namespace boltseal {

struct SignOptions {
    std::filesystem::path key;
    PassphraseOptions passphrase;
    LogOptions log;
    std::filesystem::path log_key;
    bool no_log = false;
    std::string tsa;                     // URL of a time-stamping authority; empty: none
    std::filesystem::path trusted_root;  // which names it
};

void add_sign_options(Command command, SignOptions& options);

// A key that is unlocked, and a log that is named: ready to sign any number of things.
class SigningSession {
public:
    // Config if the key cannot be opened, if a log is neither named nor waived, or if there is
    // nothing to check an authority's time stamps with.
    static Result<SigningSession> open(const SignOptions& options, Transport& transport,
                                       std::ostream& err);

    // A bundle, as text: signed, time-stamped, logged, and verified whole. Nothing is stored.
    Result<std::string> sign(const Statement& statement, const BlobDigest& artifact);
    Result<std::string> sign(Bytes file);

private:
    Result<std::string> finish(const SignedContent& content, const Artifact& artifact);
    Result<Stamps> stamp(const SignedContent& content);
    ForLog for_log() const { return log_ ? ForLog::Yes : ForLog::No; }

    SigningSession(std::unique_ptr<PrivateKey> key, Transport& transport, SignOptions options,
                   std::ostream& err)
        : key_(std::move(key)), transport_(&transport), options_(std::move(options)), err_(&err) {}

    std::unique_ptr<PrivateKey> key_;
    std::optional<NoteKey> log_;
    std::vector<CertificateAuthority> authorities_;
    Transport* transport_;
    SignOptions options_;
    std::ostream* err_;
};

}  // namespace boltseal
