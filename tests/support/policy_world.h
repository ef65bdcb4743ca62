// Signers, a log and a time-stamping authority with real keys, the files by which a policy names
// them, and what they have signed about an image.
#pragma once

#include "tests/support/bundle_maker.h"
#include "tests/support/test_ca.h"
#include "tests/support/test_tsa.h"
#include "verify/image_policy.h"

#include <map>

namespace boltseal::test {

class PolicyWorld {
public:
    PolicyWorld();

    // "ci", "scan", "audit" and "stranger", whom the policy below does not know.
    Signer& signer(const std::string& name) { return *signers_.at(name); }
    SmallLog& log() { return log_; }
    const TestTsa& tsa() const { return tsa_; }

    // What the files are called in policies: "ci.pub", "log.pub", "root.json", and whatever was put
    // beside them. Other names are Missing.
    void put(const std::string& name, Buffer bytes) { files_[name] = std::move(bytes); }
    LoadPolicyFile loader() const;

    // Lines 1 to 15: a policy that trusts ci, scan, audit, the log and the authority; then `rest`.
    static std::string text(const std::string& rest);
    PolicyFile read(const std::string& rest) const;
    Result<PolicyFile> parse(const std::string& rest) const;

    // A logged bundle, with a time stamp if there is a time.
    Buffer bundle(const std::string& by, std::string_view type,
                  const Json& predicate = Json::object({}),
                  std::optional<Timestamp> time = std::nullopt);
    Buffer bundle_about(const BlobDigest& digest, const std::string& by, std::string_view type,
                        const Json& predicate, std::optional<Timestamp> time);
    Buffer signature(const std::string& by) { return bundle(by, kSignPredicateType); }

    static BlobDigest image() { return digest_of(as_bytes("the image")); }
    // Of image(), a plain one in "registry.example/team/app".
    static ImageEvidence evidence(std::vector<Buffer> bundles);

private:
    std::map<std::string, std::unique_ptr<Signer>> signers_;
    SmallLog log_;
    TestTsa tsa_;
    std::map<std::string, Buffer> files_;
};

// A trusted root with these authorities, as Sigstore writes it.
std::string trusted_root_json(const std::vector<CertificateAuthority>& timestamp_authorities,
                              const std::vector<CertificateAuthority>& authorities = {},
                              const std::vector<CtLog>& ct_logs = {});

}  // namespace boltseal::test
