// A Rekor v1 for tests: promises, checkpoints and bodies as the real one makes them, with real
// signatures by a fresh key. github.com/sigstore/rekor, pkg/types
#pragma once

#include "sign/signer.h"
#include "verify/log_entry.h"
#include "verify/trusted_root.h"

#include <memory>
#include <string>
#include <vector>

namespace boltseal::test {

class TestRekorV1 {
public:
    explicit TestRekorV1(std::string name = "rekor.example.com", KeyType type = KeyType::EcdsaP256);

    const std::string& name() const { return name_; }
    const PublicKey& key() const { return signer_->public_key(); }
    LogId id() const;  // SHA-256 of the key's SubjectPublicKeyInfo
    TrustedLog trusted(TimeRange valid_for = {}, std::string run_by = {}) const;

    // The entry's place in the tree that ends with it, and the promise for it at that time. Its
    // index is counted over all trees, that of its proof in this one.
    LogEntry append(Bytes body, std::string kind, std::string version, Timestamp time);

    // The signed entry timestamp over what the entry says of itself.
    Buffer promise(const LogEntry& entry) const;
    // A checkpoint "<name> - <tree id>", signed under the name.
    std::string sign(const TreeHead& head) const;
    std::string sign_text(const std::string& text) const;

private:
    Buffer sign_sha256(Bytes message) const;  // whatever the curve, as Rekor does

    std::string name_;
    std::shared_ptr<Signer> signer_;  // shared by copies of the log
    std::vector<TreeHash> leaves_;
};

// Bodies: hashedrekord 0.0.1, dsse 0.0.1 and intoto 0.0.2, of a signature by key or certificate.
Buffer hashedrekord_v1_body(const HashedRekord& record);
Buffer dsse_v1_body(const HashedRekord& record, const Envelope& envelope);
Buffer intoto_v1_body(const HashedRekord& record, const Envelope& envelope);

}  // namespace boltseal::test
