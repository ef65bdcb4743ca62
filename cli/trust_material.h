// What a verdict trusts, as it was given: the text of the files and the flags. The policy is made
// from this alone, so that a transcript (transcript.h) leads to the same one. No files are read.
#pragma once

#include "verify/policy.h"

#include <optional>
#include <string>
#include <vector>

namespace boltseal {

// What the options that name no file say.
struct TrustFlags {
    std::string identity;             // --certificate-identity
    std::string identity_regexp;      // --certificate-identity-regexp
    std::string issuer;               // --certificate-oidc-issuer
    std::string issuer_regexp;        // --certificate-oidc-issuer-regexp
    std::string type;                 // --type
    bool no_log = false;              // --insecure-no-log
    bool no_certificate_log = false;  // --insecure-ignore-sct
    bool promise_alone = false;       // --insecure-accept-promise
    bool strict = false;              // --strict
    bool operator==(const TrustFlags&) const = default;
};

struct TrustFile {
    std::string name;  // for messages only
    std::string text;
};

struct TrustMaterial : TrustFlags {
    std::vector<TrustFile> keys;      // PEM public keys
    std::vector<TrustFile> log_keys;  // one vkey line each
    std::optional<TrustFile> trusted_root;
    std::optional<TrustFile> witness_policy;
};

// Config if a text is not what it should be, if nobody is named who may sign, or if no log is named
// and none was waived. The policy asks for one log, for one certificate log where a certificate
// signed, and for statements of `default_type` unless there is a --type: for signatures over the
// artifact itself if that is empty. Logs that the witness policy names are believed as well.
Result<Policy> make_policy(const TrustMaterial& material, std::string_view default_type);

// What make_policy needs of the flags, before any file is read.
Result<void> check_flags(const TrustFlags& flags);

// What is wrong with options that name nobody who may sign, or no log and waive none.
Error nobody_named();
Error no_log_named();

Result<NoteKey> parse_note_key(const TrustFile& file);
Result<WitnessPolicy> parse_witnesses(const TrustFile& file);

}  // namespace boltseal
