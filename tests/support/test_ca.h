// Certificate authorities and certificate transparency logs for tests, as Fulcio and its log are
// made, and anything that differs from them in one thing. All keys are fresh.
#pragma once

#include "sign/signer.h"
#include "verify/identity.h"
#include "verify/trusted_root.h"
#include "verify/x509_chain.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace boltseal::test {

// When the certificates below are valid, unless they say otherwise.
inline constexpr Timestamp kLeafStart{1'795'000'000};  // 2026-11-18T11:06:40Z
inline constexpr Timestamp kLeafEnd{kLeafStart.seconds + 600};
inline constexpr Timestamp kCaStart{kLeafStart.seconds - 100'000'000};
inline constexpr Timestamp kCaEnd{kLeafStart.seconds + 100'000'000};

inline constexpr std::string_view kSctOid = "1.3.6.1.4.1.11129.2.4.2";
std::string fulcio_oid(int last);  // "1.3.6.1.4.1.57264.1.<last>"

Buffer utf8_string(std::string_view text);  // DER, as Fulcio's newer extensions are

struct ExtensionSpec {
    std::string oid;
    Buffer value;  // what is in the octet string
    bool critical = false;
};

// A certificate transparency log, RFC 6962.
class TestCtLog {
public:
    explicit TestCtLog(KeyType type = KeyType::EcdsaP256, std::string name = "ctlog.example.com");

    const CtLog& log() const { return log_; }
    CtLog& log() { return log_; }

    // One SignedCertificateTimestamp over what is left of a certificate without its SCTs.
    Buffer promise(Bytes issuer_key_hash, Bytes tbs, std::uint64_t milliseconds,
                   Bytes extensions = {}) const;

private:
    std::shared_ptr<Signer> signer_;  // shared by copies of the log
    CtLog log_;
};

struct SctSpec {
    const TestCtLog* log = nullptr;
    std::uint64_t milliseconds = static_cast<std::uint64_t>(kLeafStart.seconds) * 1000 + 500;
    Buffer extensions;
};
Buffer sct_list(const std::vector<Buffer>& promises);  // as the extension holds it

// Strings are in the language of OpenSSL's x509v3_config(5); an empty one leaves its extension out.
struct CertificateSpec {
    std::string common_name;  // empty: no subject, as Fulcio makes leaves
    TimeRange validity{kLeafStart, kLeafEnd};
    std::string odd_end;  // a GeneralizedTime that says this, instead of validity.end
    KeyType key_type = KeyType::EcdsaP256;
    std::optional<PublicKey> key;  // instead of a new one
    std::string basic_constraints;
    std::string key_usage = "critical,digitalSignature";
    std::string extended_key_usage = "codeSigning";
    std::string name_constraints;
    std::string subject_key_id = "hash";
    std::string authority_key_id = "keyid:always";
    std::vector<SubjectName> names;   // critical if there is no subject
    std::string issuer;               // Fulcio's extension 1.8, in DER
    std::string old_issuer;           // Fulcio's extension 1.1, bare
    std::vector<ExtensionSpec> more;  // after all others but the SCTs
    std::vector<SctSpec> scts;
    std::string hash = "SHA256";  // what the issuer signs with
};
CertificateSpec signer_spec(const SubjectName& name, std::string issuer);  // as Fulcio's leaves
CertificateSpec leaf_spec();  // one of these, for whom it does not matter who signs
CertificateSpec time_stamper_spec();
CertificateSpec authority_spec(std::string common_name);  // of a root or an intermediate

struct IssuedCertificate {
    Certificate certificate;
    std::shared_ptr<Signer> key;  // null if the specification brought its key; shared by copies
};

// The certificate with the last bit of its signature turned over.
Certificate with_bad_signature(const Certificate& certificate);

class TestCa {
public:
    // Signed by itself. Keys of the types P-256, P-384, P-521, RSA and Ed25519.
    explicit TestCa(const CertificateSpec& spec = authority_spec("root"));
    TestCa intermediate(const CertificateSpec& spec) const;

    IssuedCertificate issue(const CertificateSpec& spec) const;
    // The same for certificates that do not parse.
    Buffer issue_der(const CertificateSpec& spec) const;

    const Certificate& certificate() const { return chain_.front(); }
    // This one and all above it, the root last.
    CertificateAuthority authority(TimeRange valid_for = {}) const;

private:
    struct Key;
    TestCa(std::shared_ptr<const Key> key, std::vector<Certificate> chain);
    std::shared_ptr<const Key> key_;  // shared by copies
    std::vector<Certificate> chain_;
};

}  // namespace boltseal::test
