#include "verify/trusted_root.h"

#include "verify/proto_reader.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr JsonLimits kTrustedRootLimits = {.max_bytes = std::size_t{4} << 20, .max_depth = 16};
constexpr std::size_t kMaxOfEachKind = 64;
constexpr std::size_t kMaxAuthorityChain = 8;
constexpr std::string_view kTrustedRootTypes[] = {
    "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    "application/vnd.dev.sigstore.trustedroot.v0.1+json",
    "application/vnd.dev.sigstore.trustedroot.v0.2+json",
};

// DER of SEQUENCE { SEQUENCE { rsaEncryption, NULL }, BIT STRING { key } }, RFC 8017 appendix A.1,
// around a bare RSAPublicKey of 256 to 65535 bytes.
Result<Buffer> spki_of_pkcs1(Bytes key) {
    constexpr std::uint8_t kRsaEncryption[] = {0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                               0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00};
    constexpr std::size_t kBitStringHead = 5;
    if (key.size() < 256 || key.size() > 4096) {
        return Error(Fault::Malformed, "RSA key has a wrong length");
    }
    const std::size_t body = sizeof kRsaEncryption + kBitStringHead + key.size();
    Writer spki;
    spki.u8(0x30).u8(0x82).u16(static_cast<std::uint16_t>(body));
    spki.put(Bytes(kRsaEncryption));
    spki.u8(0x03).u8(0x82).u16(static_cast<std::uint16_t>(key.size() + 1)).u8(0).put(key);
    return std::move(spki).take();
}

Result<std::string> optional_string(const ProtoReader& message, std::string_view name) {
    if (!message.has(name)) return std::string();
    BOLTSEAL_TRY(const std::string* text, message.string(name));
    return *text;
}

// What transparency logs and certificate transparency logs have in common.
struct LogInstance {
    std::string url;
    LogId id;
    PublicKey key;
    SignatureAlgorithm algorithm;
    TimeRange valid_for;
    std::string operator_name;
};

// Names of algorithms that exist, and that nothing here can verify with, are not among them.
bool is_known(std::string_view details) {
    if (details.starts_with("PKIX_ECDSA_P")) return details.find("HMAC") == std::string_view::npos;
    return details == "PKCS1_RSA_PKCS1V5" || details == "PKIX_ED25519" ||
           details.starts_with("PKIX_RSA_PKCS1V15_") || details.starts_with("PKIX_RSA_PSS_");
}

Result<std::optional<PublicKey>> parse_key(const ProtoReader& message, std::string_view details) {
    BOLTSEAL_TRY(Buffer raw, message.bytes("rawBytes"));
    if (!is_known(details)) return std::optional<PublicKey>();
    if (details == "PKCS1_RSA_PKCS1V5") {
        BOLTSEAL_TRY(raw, spki_of_pkcs1(raw));
    }
    BOLTSEAL_TRY(PublicKey key, parse_public_key_later(raw));
    return std::optional<PublicKey>(std::move(key));
}

Result<std::optional<LogInstance>> parse_instance(const ProtoReader& message) {
    BOLTSEAL_TRY(const std::string* url, message.string("baseUrl"));
    BOLTSEAL_TRY(const ProtoReader public_key, message.message("publicKey"));
    BOLTSEAL_TRY(const std::string* details, public_key.string("keyDetails"));
    if (!public_key.has("validFor")) return public_key.bad("validFor", "is missing");
    BOLTSEAL_TRY(const ProtoReader valid_for, public_key.message("validFor"));
    BOLTSEAL_TRY(const TimeRange range, parse_time_range(valid_for));
    if (!range.start) return valid_for.bad("start", "is missing");
    BOLTSEAL_TRY(const ProtoReader log_id, message.message("logId"));
    BOLTSEAL_TRY(const Buffer id, log_id.bytes("keyId"));
    BOLTSEAL_TRY(const LogId key_id, LogId::from(id));
    BOLTSEAL_TRY(std::string run_by, optional_string(message, "operator"));
    BOLTSEAL_TRY(auto key, parse_key(public_key, *details));
    if (!key) return std::optional<LogInstance>();
    SignatureAlgorithm algorithm = default_algorithm(*key);
    if (*details != "PKCS1_RSA_PKCS1V5") {
        BOLTSEAL_TRY(algorithm, parse_key_details(*details, *key));
    }
    return std::optional<LogInstance>(
        LogInstance{*url, key_id, *std::move(key), algorithm, range, std::move(run_by)});
}

// The name that a log signs checkpoints under is its host, or with some logs host and path: the one
// whose key id is that of the log.
NoteKey note_key_of(const LogInstance& log) {
    std::string name = log.url.substr(std::min(log.url.find("://") + 3, log.url.size()));
    if (log.url.find("://") == std::string::npos) name = log.url;
    while (name.ends_with('/')) name.pop_back();
    const auto type =
        log.key.type() == KeyType::Ed25519 ? NoteSignatureType::Ed25519 : NoteSignatureType::Ecdsa;
    const NoteKey whole{name, type, log.key};
    if (type == NoteSignatureType::Ed25519 && whole.log_id() == log.id) return whole;
    return {name.substr(0, name.find('/')), type, log.key};
}

Result<std::vector<TrustedLog>> parse_logs(const ProtoReader& root) {
    std::vector<TrustedLog> logs;
    BOLTSEAL_TRY(const auto messages, root.messages("tlogs", kMaxOfEachKind));
    for (const ProtoReader& message : messages) {
        BOLTSEAL_TRY(auto log, parse_instance(message));
        if (!log || log->key.type() == KeyType::Rsa) continue;
        NoteKey key = note_key_of(*log);
        if (!check_note_name(key.name)) return message.bad("baseUrl", "names no host");
        logs.emplace_back(std::move(key), log->id, log->valid_for, std::move(log->operator_name));
    }
    return logs;
}

Result<std::vector<CtLog>> parse_ct_logs(const ProtoReader& root) {
    std::vector<CtLog> logs;
    BOLTSEAL_TRY(const auto messages, root.messages("ctlogs", kMaxOfEachKind));
    for (const ProtoReader& message : messages) {
        BOLTSEAL_TRY(auto log, parse_instance(message));
        if (!log) continue;
        logs.push_back({std::move(log->url), log->id, std::move(log->key), log->algorithm,
                        log->valid_for, std::move(log->operator_name)});
    }
    return logs;
}

Result<CertificateAuthority> parse_authority(const ProtoReader& message) {
    CertificateAuthority authority;
    BOLTSEAL_TRY(authority.uri, optional_string(message, "uri"));
    BOLTSEAL_TRY(authority.operator_name, optional_string(message, "operator"));
    if (message.has("validFor")) {
        BOLTSEAL_TRY(const ProtoReader valid_for, message.message("validFor"));
        BOLTSEAL_TRY(authority.valid_for, parse_time_range(valid_for));
    }
    BOLTSEAL_TRY(const ProtoReader chain, message.message("certChain"));
    BOLTSEAL_TRY(const auto members, chain.messages("certificates", kMaxAuthorityChain));
    if (members.empty()) return chain.bad("certificates", "is empty");
    std::vector<Buffer> certificates;
    for (const ProtoReader& member : members) {
        BOLTSEAL_TRY(Buffer der, member.bytes("rawBytes"));
        certificates.push_back(std::move(der));
    }
    authority.chain = CertificateChain::later(std::move(certificates));
    return authority;
}

Result<std::vector<CertificateAuthority>> parse_authorities(const ProtoReader& root,
                                                            std::string_view name) {
    std::vector<CertificateAuthority> authorities;
    BOLTSEAL_TRY(const auto messages, root.messages(name, kMaxOfEachKind));
    for (const ProtoReader& message : messages) {
        BOLTSEAL_TRY(CertificateAuthority authority, parse_authority(message));
        authorities.push_back(std::move(authority));
    }
    return authorities;
}

Result<void> check_key(const PublicKey& key, const std::string& log) {
    if (key.is_sound()) return {};
    return Error(Fault::Malformed, "key of log " + printable(log) + " is no point of its curve");
}

}  // namespace

TrustedLog::TrustedLog(NoteKey note_key) : key(std::move(note_key)), id(key.log_id()) {}

TrustedLog::TrustedLog(NoteKey note_key, LogId log_id, TimeRange range, std::string run_by)
    : key(std::move(note_key)), id(log_id), valid_for(range), operator_name(std::move(run_by)) {}

// Members that are not known say nothing about those that are, so they are not looked at.
Result<TrustedRoot> parse_trusted_root(Bytes bytes) {
    auto json = parse_json(bytes, kTrustedRootLimits);
    if (!json) return std::move(json).error().context("trusted root");
    Deviations tolerated;
    const ProtoReader root(*json, tolerated);
    BOLTSEAL_TRY(const std::string* type, root.string("mediaType"));
    if (std::ranges::find(kTrustedRootTypes, *type) == std::end(kTrustedRootTypes)) {
        return root.bad("mediaType", "is " + printable(*type) + ", expected one of a trusted root");
    }
    TrustedRoot trusted;
    BOLTSEAL_TRY(trusted.logs, parse_logs(root));
    BOLTSEAL_TRY(trusted.ct_logs, parse_ct_logs(root));
    BOLTSEAL_TRY(trusted.certificate_authorities,
                 parse_authorities(root, "certificateAuthorities"));
    BOLTSEAL_TRY(trusted.timestamp_authorities, parse_authorities(root, "timestampAuthorities"));
    return trusted;
}

Result<void> check_trusted_root(const TrustedRoot& root) {
    for (const TrustedLog& log : root.logs) {
        BOLTSEAL_CHECK(check_key(log.key.key, log.key.name));
    }
    for (const CtLog& log : root.ct_logs) BOLTSEAL_CHECK(check_key(log.key, log.url));
    for (const auto* authorities : {&root.certificate_authorities, &root.timestamp_authorities}) {
        for (const CertificateAuthority& authority : *authorities) {
            BOLTSEAL_CHECK(authority.chain.check());
        }
    }
    return {};
}

}  // namespace boltseal
