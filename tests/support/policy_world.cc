#include "tests/support/policy_world.h"

#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/test_keys.h"

namespace boltseal::test {

namespace {

Json to_json_form(const CertificateAuthority& authority) {
    Json::Array certificates;
    for (const Certificate& certificate : authority.chain) {
        certificates.push_back(Json::object({{"rawBytes", to_base64(certificate.der())}}));
    }
    return Json::object({{"uri", authority.uri},
                         {"certChain", Json::object({{"certificates", certificates}})},
                         {"validFor", Json::object({{"start", to_rfc3339(kCaStart)}})}});
}

Json to_json_form(const CtLog& log) {
    return Json::object(
        {{"baseUrl", log.url},
         {"hashAlgorithm", "SHA2_256"},
         {"publicKey",
          Json::object({{"rawBytes", to_base64(log.key.spki())},
                        {"keyDetails", key_details(log.key, log.algorithm).value()},
                        {"validFor", Json::object({{"start", to_rfc3339(kCaStart)}})}})},
         {"logId", Json::object({{"keyId", to_base64(log.id.bytes())}})}});
}

template <typename T>
Json::Array to_json_forms(const std::vector<T>& items) {
    Json::Array forms;
    for (const T& item : items) forms.push_back(to_json_form(item));
    return forms;
}

Buffer signature_of(const SigstoreBundle& bundle) {
    return std::get<Envelope>(bundle.content).signature;
}

}  // namespace

std::string trusted_root_json(const std::vector<CertificateAuthority>& timestamp_authorities,
                              const std::vector<CertificateAuthority>& authorities,
                              const std::vector<CtLog>& ct_logs) {
    return to_json(
        Json::object({{"mediaType", "application/vnd.dev.sigstore.trustedroot+json;version=0.1"},
                      {"certificateAuthorities", to_json_forms(authorities)},
                      {"ctlogs", to_json_forms(ct_logs)},
                      {"timestampAuthorities", to_json_forms(timestamp_authorities)}}));
}

PolicyWorld::PolicyWorld() {
    for (const char* name : {"ci", "scan", "audit", "stranger"}) {
        signers_[name] = new_signer(KeyType::EcdsaP256);
        put(name + std::string(".pub"), to_buffer(to_pem(signers_[name]->public_key())));
    }
    put("log.pub", to_buffer(to_vkey(log_.key()) + "\n"));
    put("root.json", to_buffer(trusted_root_json({tsa_.authority()})));
}

LoadPolicyFile PolicyWorld::loader() const {
    return [this](const std::string& name, std::size_t limit) -> Result<Buffer> {
        const auto file = files_.find(name);
        if (file == files_.end()) return Error(Fault::Missing, "'" + name + "' does not exist");
        if (file->second.size() > limit) return Error(Fault::Malformed, "'" + name + "' is large");
        return file->second;
    };
}

std::string PolicyWorld::text(const std::string& rest) {
    return R"(format = "boltseal-policy/v1"
name = "example"
version = 7
default = "deny"

[trust]
trusted_root = "root.json"

[trust.keys]
ci = { file = "ci.pub" }
scan = { file = "scan.pub" }
audit = { file = "audit.pub" }

[trust.logs]
main = { file = "log.pub" }
)" + rest;
}

Result<PolicyFile> PolicyWorld::parse(const std::string& rest) const {
    return parse_policy_file(as_bytes(text(rest)), loader());
}

PolicyFile PolicyWorld::read(const std::string& rest) const {
    auto file = parse(rest);
    REQUIRE_OK(file);
    return *std::move(file);
}

Buffer PolicyWorld::bundle_about(const BlobDigest& digest, const std::string& by,
                                 std::string_view type, const Json& predicate,
                                 std::optional<Timestamp> time) {
    Statement statement = statement_about(digest, type);
    statement.predicate = predicate;
    SigstoreBundle bundle = make_dsse(statement, signer(by), &log_);
    if (time) bundle.timestamps.push_back(tsa_.stamp(signature_of(bundle), *time));
    return to_buffer(to_string(bundle));
}

Buffer PolicyWorld::bundle(const std::string& by, std::string_view type, const Json& predicate,
                           std::optional<Timestamp> time) {
    return bundle_about(image(), by, type, predicate, time);
}

ImageEvidence PolicyWorld::evidence(std::vector<Buffer> bundles) {
    ImageEvidence evidence;
    evidence.repository = "registry.example/team/app";
    evidence.image = {image(), "", std::move(bundles), ""};
    return evidence;
}

}  // namespace boltseal::test
