#include "tests/support/keyless_maker.h"

#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/test_keys.h"

namespace boltseal::test {

namespace {

const Buffer kFile = to_buffer("hello world");

bool needs_envelope(EntryKind kind) {
    return kind == EntryKind::DsseV1 || kind == EntryKind::IntotoV1 || kind == EntryKind::DsseV2;
}

// Only a hashedrekord is of a digest: Ed25519 is prehashed for it, and plain for all others.
ForLog use_of(EntryKind kind) {
    return kind == EntryKind::HashedRekordV1 || kind == EntryKind::HashedRekordV2 ? ForLog::Yes
                                                                                  : ForLog::No;
}

Json range_json(const TimeRange& range) {
    Json json = Json::object({});
    if (range.start) json.set("start", to_rfc3339(*range.start));
    if (range.end) json.set("end", to_rfc3339(*range.end));
    return json;
}

Json instance_json(const std::string& url, const PublicKey& key, SignatureAlgorithm algorithm,
                   const LogId& id, const TimeRange& range, const std::string& run_by) {
    Json json = Json::object(
        {{"baseUrl", url},
         {"hashAlgorithm", "SHA2_256"},
         {"publicKey", Json::object({{"rawBytes", to_base64(key.spki())},
                                     {"keyDetails", key_details(key, algorithm).value()},
                                     {"validFor", range_json(range)}})},
         {"logId", Json::object({{"keyId", to_base64(id.bytes())}})}});
    if (!run_by.empty()) json.set("operator", run_by);
    return json;
}

Json authorities_json(const std::vector<CertificateAuthority>& authorities) {
    Json::Array all;
    for (const CertificateAuthority& authority : authorities) {
        Json::Array chain;
        for (const Certificate& certificate : authority.chain) {
            chain.push_back(Json::object({{"rawBytes", to_base64(certificate.der())}}));
        }
        Json json = Json::object({{"uri", authority.uri},
                                  {"certChain", Json::object({{"certificates", std::move(chain)}})},
                                  {"validFor", range_json(authority.valid_for)}});
        if (!authority.operator_name.empty()) json.set("operator", authority.operator_name);
        all.push_back(std::move(json));
    }
    return all;
}

const char* media_type(BundleVersion version) {
    switch (version) {
        case BundleVersion::V01:
            return "application/vnd.dev.sigstore.bundle+json;version=0.1";
        case BundleVersion::V02:
            return "application/vnd.dev.sigstore.bundle+json;version=0.2";
        case BundleVersion::V03:
            break;
    }
    return "application/vnd.dev.sigstore.bundle.v0.3+json";
}

}  // namespace

std::string to_string(EntryKind kind) {
    switch (kind) {
        case EntryKind::HashedRekordV1:
            return "hashedrekord 0.0.1";
        case EntryKind::DsseV1:
            return "dsse 0.0.1";
        case EntryKind::IntotoV1:
            return "intoto 0.0.2";
        case EntryKind::HashedRekordV2:
            return "hashedrekord 0.0.2";
        case EntryKind::DsseV2:
            return "dsse 0.0.2";
        case EntryKind::None:
            break;
    }
    return "none";
}

bool is_v2(EntryKind kind) {
    return kind == EntryKind::HashedRekordV2 || kind == EntryKind::DsseV2;
}

CertificateSpec keyless_leaf(const TestCtLog& log) {
    CertificateSpec leaf = signer_spec({NameKind::Email, kSignerName}, kSignerIssuer);
    SctSpec sct;
    sct.log = &log;
    leaf.scts = {sct};
    return leaf;
}

TestSigstore::TestSigstore(const SigstoreSpec& spec)
    : ca(root_ca.intermediate(authority_spec("intermediate"))),
      artifact{digest_of(kFile), Bytes(kFile)},
      spec_(spec) {
    tiles.append(to_buffer("somebody else's entry"));
    sign(spec);
    bundle.version = spec.version;
    const bool v2 = is_v2(spec.entry);
    if (spec.timestamp.value_or(spec.certificate && (v2 || spec.entry == EntryKind::None))) {
        bundle.timestamps = {tsa.stamp(signature(), spec.time)};
    }
    const TimeRange always{kCaStart, std::nullopt};
    ct_log.log().valid_for = always;
    policy.root.logs = {rekor.trusted(always), TrustedLog(tiles.key())};
    policy.root.logs[1].valid_for = always;
    policy.root.certificate_authorities = {ca.authority(always)};
    policy.root.ct_logs = {ct_log.log()};
    policy.root.timestamp_authorities = {tsa.authority()};
    policy.root.timestamp_authorities[0].valid_for = always;
    policy.log_threshold = spec.entry == EntryKind::None ? 0 : 1;
    if (spec.certificate) {
        policy.identities = {{Pattern::exactly(kSignerName), Pattern::exactly(kSignerIssuer), {}}};
    } else {
        policy.keys = {signer->public_key()};
    }
    const bool envelope = spec.envelope || needs_envelope(spec.entry);
    policy.predicate_type = envelope ? spec.predicate_type : "";
    policy.strict = spec.version == BundleVersion::V03;
}

void TestSigstore::sign(const SigstoreSpec& spec) {
    signer = new_signer(spec.key_type);
    if (spec.certificate) {
        CertificateSpec leaf = keyless_leaf(ct_log);
        if (!spec.scts.empty()) leaf.scts = spec.scts;
        leaf.key = signer->public_key();
        bundle.certificate = ca.issue(leaf).certificate;
    } else {
        bundle.key_hint = key_hint(signer->public_key());
    }
    const bool envelope = spec.envelope || needs_envelope(spec.entry);
    const auto content = envelope
                             ? sign_statement(statement_about(artifact.digest, spec.predicate_type),
                                              *signer, use_of(spec.entry))
                             : sign_artifact(kFile, *signer, use_of(spec.entry));
    REQUIRE_OK(content);
    bundle.content = content->content;
    if (spec.entry != EntryKind::None) {
        bundle.log_entries = {log(spec.entry, record(), spec.time)};
    }
}

Buffer& TestSigstore::signature() {
    if (auto* in_envelope = std::get_if<Envelope>(&bundle.content)) return in_envelope->signature;
    return std::get<MessageSignature>(bundle.content).signature;
}

HashedRekord TestSigstore::record() const {
    const PublicKey& key = signer->public_key();
    SignatureAlgorithm algorithm = default_algorithm(key);
    if (key.type() == KeyType::Ed25519 && use_of(spec_.entry) == ForLog::Yes) {
        algorithm = SignatureAlgorithm::Ed25519ph;
    }
    const HashAlgorithm hash =
        algorithm == SignatureAlgorithm::Ed25519 ? HashAlgorithm::Sha256 : hash_of(algorithm);
    const Buffer certificate = bundle.certificate ? to_buffer(bundle.certificate->der()) : Buffer();
    if (const auto* envelope = std::get_if<Envelope>(&bundle.content)) {
        const Buffer pae = pre_authentication_encoding(envelope->payload_type, envelope->payload);
        return {digest_of(pae, hash), envelope->signature, key, algorithm, certificate};
    }
    return {digest_of(kFile, hash), std::get<MessageSignature>(bundle.content).signature, key,
            algorithm, certificate};
}

LogEntry TestSigstore::log_v1(EntryKind kind, const HashedRekord& record, Timestamp time) {
    switch (kind) {
        case EntryKind::DsseV1:
            return rekor.append(dsse_v1_body(record, envelope()), "dsse", "0.0.1", time);
        case EntryKind::IntotoV1:
            return rekor.append(intoto_v1_body(record, envelope()), "intoto", "0.0.2", time);
        default:
            return rekor.append(hashedrekord_v1_body(record), "hashedrekord", "0.0.1", time);
    }
}

LogEntry TestSigstore::log_v2(EntryKind kind, const HashedRekord& record) {
    if (kind != EntryKind::DsseV2) return tiles.append(record);
    LogEntry entry = tiles.append(encode_dsse_entry(record, envelope().payload).value());
    entry.kind = "dsse";
    return entry;
}

LogEntry TestSigstore::log(EntryKind kind, const HashedRekord& record, Timestamp time) {
    return is_v2(kind) ? log_v2(kind, record) : log_v1(kind, record, time);
}

void TestSigstore::certify(const IssuedCertificate& leaf, Timestamp time) {
    bundle.certificate = leaf.certificate;
    if (spec_.entry != EntryKind::None) entry() = log(spec_.entry, record(), time);
}

std::string TestSigstore::text() const {
    return to_versioned_string(bundle);
}

Result<Verified> TestSigstore::verify_text(const std::string& json) const {
    return verify_bundle(as_bytes(json), artifact, policy, now);
}

std::string to_versioned_string(const SigstoreBundle& bundle) {
    std::string json = edit(to_string(bundle), "mediaType", media_type(bundle.version));
    if (bundle.version == BundleVersion::V03 || !bundle.certificate) return json;
    const Json leaf = member_at(json, "verificationMaterial.certificate");
    json = without(json, "verificationMaterial.certificate");
    return edit(json, "verificationMaterial.x509CertificateChain",
                Json::object({{"certificates", Json::array({leaf})}}));
}

std::string trusted_root_json(const TrustedRoot& root) {
    Json::Array logs;
    for (const TrustedLog& log : root.logs) {
        logs.push_back(instance_json("https://" + log.key.name, log.key.key,
                                     default_algorithm(log.key.key), log.id, log.valid_for,
                                     log.operator_name));
    }
    Json::Array ct_logs;
    for (const CtLog& log : root.ct_logs) {
        ct_logs.push_back(instance_json(log.url, log.key, log.algorithm, log.id, log.valid_for,
                                        log.operator_name));
    }
    return to_json(
        Json::object({{"mediaType", "application/vnd.dev.sigstore.trustedroot.v0.2+json"},
                      {"tlogs", std::move(logs)},
                      {"certificateAuthorities", authorities_json(root.certificate_authorities)},
                      {"ctlogs", std::move(ct_logs)},
                      {"timestampAuthorities", authorities_json(root.timestamp_authorities)}}));
}

}  // namespace boltseal::test
