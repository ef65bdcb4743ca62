#include "tests/support/sigstore_vectors.h"

#include "core/encoding.h"
#include "tests/support/vectors.h"

namespace boltseal::test {

namespace {

Buffer raw_bytes(const Json& holder) {
    return parse_base64(**holder.string_at("rawBytes")).value();
}

TimeRange range_of(const Json& json) {
    TimeRange range;
    if (json.find("start")) range.start = parse_rfc3339(**json.string_at("start")).value();
    if (json.find("end")) range.end = parse_rfc3339(**json.string_at("end")).value();
    return range;
}

Json load(const std::string& name) {
    return load_vector(require_vectors("sigstore-bundles/" + name));
}

std::vector<CertificateAuthority> authorities(const std::string& root, const char* kind) {
    const Json json = load(root);
    std::vector<CertificateAuthority> out;
    for (const Json& one : **json.array_at(kind)) {
        CertificateAuthority authority;
        authority.uri = **one.string_at("uri");
        authority.valid_for = range_of(**one.object_at("validFor"));
        const Json& chain = **one.object_at("certChain");
        std::vector<Certificate> certificates;
        for (const Json& certificate : **chain.array_at("certificates")) {
            certificates.push_back(parse_certificate(raw_bytes(certificate)).value());
        }
        authority.chain = std::move(certificates);
        out.push_back(std::move(authority));
    }
    return out;
}

}  // namespace

Certificate bundle_certificate(const std::string& bundle) {
    const Json json = load(bundle + "/bundle.sigstore.json");
    const Json& material = **json.object_at("verificationMaterial");
    if (material.find("certificate")) {
        return parse_certificate(raw_bytes(**material.object_at("certificate"))).value();
    }
    const Json& chain = **material.object_at("x509CertificateChain");
    return parse_certificate(raw_bytes((**chain.array_at("certificates"))[0])).value();
}

std::vector<CertificateAuthority> code_signing_authorities(const std::string& root) {
    return authorities(root, "certificateAuthorities");
}

std::vector<CertificateAuthority> time_stamping_authorities(const std::string& root) {
    return authorities(root, "timestampAuthorities");
}

std::vector<CtLog> certificate_logs(const std::string& root) {
    const Json json = load(root);
    std::vector<CtLog> out;
    for (const Json& one : **json.array_at("ctlogs")) {
        const Json& holder = **one.object_at("publicKey");
        auto key = parse_public_key_der(raw_bytes(holder));
        if (!key || key->type() != KeyType::EcdsaP256) continue;
        const Buffer id = parse_base64(**(*one.object_at("logId"))->string_at("keyId")).value();
        out.push_back(CtLog{**one.string_at("baseUrl"),
                            LogId::from(id).value(),
                            *key,
                            SignatureAlgorithm::EcdsaP256Sha256,
                            range_of(**holder.object_at("validFor")),
                            {}});
    }
    return out;
}

}  // namespace boltseal::test
