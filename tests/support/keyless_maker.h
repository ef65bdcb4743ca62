// A whole Sigstore in small, and one signature with every part that a bundle can have: a
// certificate promised to a certificate transparency log, an entry in a Rekor of either version, a
// time stamp, and the policy that the bundle meets. Everything is really signed, by fresh keys.
#pragma once

#include "tests/support/bundle_maker.h"
#include "tests/support/test_ca.h"
#include "tests/support/test_rekor_v1.h"
#include "tests/support/test_tsa.h"

namespace boltseal::test {

enum class EntryKind { None, HashedRekordV1, DsseV1, IntotoV1, HashedRekordV2, DsseV2 };
inline constexpr auto kEntryKinds = {EntryKind::HashedRekordV1, EntryKind::DsseV1,
                                     EntryKind::IntotoV1, EntryKind::HashedRekordV2,
                                     EntryKind::DsseV2};
std::string to_string(EntryKind kind);  // "hashedrekord 0.0.1"
bool is_v2(EntryKind kind);

inline constexpr Timestamp kSigned{kLeafStart.seconds + 100};
inline const std::string kSignerName = "signer@example.com";
inline const std::string kSignerIssuer = "https://issuer.example.com";

struct SigstoreSpec {
    EntryKind entry = EntryKind::HashedRekordV1;
    bool envelope = false;    // of what is signed; dsse and intoto are always about one
    bool certificate = true;  // or a bare key
    KeyType key_type = KeyType::EcdsaP256;
    Timestamp time = kSigned;  // of promise and time stamp
    // Rekor v2 gives no time, so with it a time-stamping authority does, unless this says
    // otherwise.
    std::optional<bool> timestamp = std::nullopt;
    BundleVersion version = BundleVersion::V03;
    std::string predicate_type = std::string(kSignPredicateType);
    std::vector<SctSpec> scts = {};  // none: one by the log
};

struct TestSigstore {
    explicit TestSigstore(const SigstoreSpec& spec = {});

    TestCa root_ca;
    TestCa ca;  // an intermediate, which issues the leaf
    TestCtLog ct_log;
    TestRekorV1 rekor;
    SmallLog tiles{"log2.example.com"};  // Rekor v2
    TestTsa tsa;
    std::shared_ptr<Signer> signer;
    SigstoreBundle bundle;
    Policy policy;  // strict but for the version of the bundle
    Artifact artifact;
    Timestamp now{kLeafStart.seconds + 86'400};

    LogEntry& entry() { return bundle.log_entries.at(0); }
    Buffer& signature();
    Envelope& envelope() { return std::get<Envelope>(bundle.content); }
    HashedRekord record() const;  // what a log is to have
    LogEntry log_v1(EntryKind kind, const HashedRekord& record, Timestamp time = kSigned);
    LogEntry log_v2(EntryKind kind, const HashedRekord& record);
    LogEntry log(EntryKind kind, const HashedRekord& record, Timestamp time = kSigned);
    // Gives the signature another certificate, and logs it again with that.
    void certify(const IssuedCertificate& leaf, Timestamp time = kSigned);

    std::string text() const;  // in the bundle's version
    Result<Verified> verify() const { return verify_text(text()); }
    Result<Verified> verify_text(const std::string& json) const;

private:
    void sign(const SigstoreSpec& spec);
    SigstoreSpec spec_;
};

// As Fulcio makes leaves for kSignerName, promised to that log.
CertificateSpec keyless_leaf(const TestCtLog& log);

// A bundle as its version writes it, which to_string only does for 0.3.
std::string to_versioned_string(const SigstoreBundle& bundle);

// A trusted_root.json that says this. Logs are at "https://" and their note name.
std::string trusted_root_json(const TrustedRoot& root);

}  // namespace boltseal::test
