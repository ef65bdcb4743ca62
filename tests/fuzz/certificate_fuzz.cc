// A certificate is the bytes it was read from, survives the way through PEM, and names only what
// is text.
#include "tests/fuzz/fuzz.h"
#include "verify/identity.h"

using namespace boltseal;

namespace {

bool is_text(const std::string& value) {
    return !value.empty() && value.find('\0') == std::string::npos && is_utf8(as_bytes(value));
}

void check(const CertificateIdentity& identity) {
    LAW(identity.issuer.empty() || is_text(identity.issuer));
    for (const SubjectName& name : identity.names) LAW(is_text(name.value));
    for (const auto& [name, value] : identity.extensions) LAW(is_text(value));
}

}  // namespace

FUZZ(input) {
    const auto certificate = parse_certificate(input);
    if (!certificate) return;
    LAW(equal(certificate->der(), input));
    const auto again = parse_certificates_pem(as_bytes(to_pem(*certificate)));
    LAW(again && again->size() == 1 && again->front() == *certificate);
    if (const auto identity = read_identity(*certificate)) check(*identity);
}
