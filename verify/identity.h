// Whom a certificate speaks for: its subject alternative names, the OIDC issuer, and the other
// extensions of Fulcio. github.com/sigstore/fulcio, docs/oid-info.md
#pragma once

#include "verify/certificate.h"

#include <map>

namespace boltseal {

enum class NameKind { Email, Uri, Dns, Other };  // Other: otherName 1.3.6.1.4.1.57264.1.7
std::string_view to_string(NameKind kind);       // "email", "uri", "dns", "other"

struct SubjectName {
    NameKind kind = NameKind::Uri;
    std::string value;
    bool operator==(const SubjectName&) const = default;
};

struct CertificateIdentity {
    std::vector<SubjectName> names;  // of the kinds above, in their order; others are not kept
    std::string issuer;              // empty if the certificate names none
    // All other extensions of Fulcio, by their names in oid-info.md as "source-repository-uri".
    std::map<std::string, std::string> extensions;
};

// Malformed if an extension that is read is not what it should be, trailing bytes included, or if
// the old and the new issuer extension differ.
Result<CertificateIdentity> read_identity(const Certificate& certificate);

}  // namespace boltseal
