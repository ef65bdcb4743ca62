// The flags of everything that signs: the key and its passphrase, or the authority that certifies
// whoever signs; the log that is to see it, and the authority that is to say when.
#pragma once

#include "cli/command.h"
#include "cli/log_options.h"
#include "cli/passphrase.h"
#include "sign/key_file.h"
#include "sign/sign_statement.h"
#include "transparency/identity_signer.h"

namespace boltseal {

struct SignOptions {
    std::filesystem::path key;
    PassphraseOptions passphrase;
    std::string fulcio;                    // URL of a certificate authority; empty: the key signs
    std::filesystem::path identity_token;  // for it; may be empty
    LogOptions log;
    std::filesystem::path log_key;
    bool no_log = false;
    std::string tsa;                       // URL of a time-stamping authority; empty: none
    std::filesystem::path trusted_root;    // which names it, and the certificate authority
    std::filesystem::path signing_config;  // where all of them are; what is given above wins
};

void add_sign_options(Command command, SignOptions& options);

// A key that is unlocked or certified, and a log that is named: ready to sign any number of things.
class SigningSession {
public:
    // Config if the key cannot be opened, if a log is neither named nor waived, or if there is
    // nothing to check what an authority answers with. Declined if it certifies nobody.
    static Result<SigningSession> open(const SignOptions& given, Transport& transport,
                                       std::ostream& err);

    // A bundle, as text: signed, time-stamped, logged, and verified whole. Nothing is stored.
    Result<std::string> sign(const Statement& statement, const BlobDigest& artifact);
    Result<std::string> sign(Bytes file);

private:
    Result<std::string> finish(const SignedContent& content, const Artifact& artifact);
    Result<std::vector<Buffer>> stamp(const SignedContent& content);
    Result<LogEntry> write_entry(const HashedRekord& entry);
    ForLog for_log() const { return log_ ? ForLog::Yes : ForLog::No; }

    Result<Signer*> ready_signer();

    SigningSession(Transport& transport, SignOptions options, std::ostream& err)
        : transport_(&transport), options_(std::move(options)), err_(&err) {}

    std::unique_ptr<PrivateKey> key_;         // this one signs,
    std::optional<IdentitySigner> identity_;  // or this
    std::optional<NoteKey> log_;
    TrustedRoot root_;  // that log alone, and the authorities of options_.trusted_root
    Transport* transport_;
    SignOptions options_;
    std::ostream* err_;
};

}  // namespace boltseal
