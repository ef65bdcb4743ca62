// Who may write: keys, and identities in certificates. specs/log-writers.md#allow
#pragma once

#include "core/time.h"
#include "verify/key_hash.h"
#include "verify/policy_table.h"
#include "verify/trusted_root.h"

#include <filesystem>
#include <functional>
#include <set>

namespace boltseal {

class AllowList {
public:
    // TOML; `load` reads the files that it names. Config, with the line of the first problem: a
    // list that allows nobody is one, and so are identities without a certificate authority.
    static Result<AllowList> parse(Bytes text, const LoadPolicyFile& load);
    // Files are looked for from the list's own folder.
    static Result<AllowList> load(const std::filesystem::path& path);

    // Untrusted unless the key is allowed, or its certificate (DER, empty if there is none) was
    // issued by a trusted authority, is valid now, and speaks for an allowed identity. That the
    // certificate is of this key, and that the key has signed, was checked before. Safe from many
    // threads.
    Result<void> check(const PublicKey& key, Bytes certificate, Timestamp now) const;

private:
    struct Identity {
        Pattern name;
        Pattern issuer;
    };
    friend class AllowListReader;
    Result<void> check_certificate(Bytes der, Timestamp now) const;

    std::set<KeyHash> keys_;
    std::vector<Identity> identities_;
    TrustedRoot root_;
};

}  // namespace boltseal
