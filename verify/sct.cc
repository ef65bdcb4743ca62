#include "verify/sct.h"

#include "verify/der.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxScts = 32;
constexpr std::uint64_t kLastMillisecond = 253'402'300'799'999;  // of the year 9999
// 1.3.6.1.4.1.11129.2.4.2
constexpr std::uint8_t kSctList[] = {0x2B, 0x06, 0x01, 0x04, 0x01, 0xD6, 0x79, 0x02, 0x04, 0x02};

// The numbers of RFC 6962 section 3.2 and RFC 5246 section 7.4.1.4.1.
constexpr std::uint8_t kV1 = 0;
constexpr std::uint8_t kCertificateTimestamp = 0;
constexpr std::uint16_t kPrecertEntry = 1;
constexpr std::uint8_t kTlsSha256 = 4;
constexpr std::uint8_t kRsa = 1;
constexpr std::uint8_t kEcdsa = 3;

Error bad_sct(const std::string& why) {
    return Error(Fault::Malformed, why);
}

Error refused_sct(const CtLog& log, const std::string& why) {
    return Error(Fault::Untrusted, "certificate timestamp of " + printable(log.url) + " " + why);
}

Result<Sct> parse_sct(Bytes bytes) {
    Reader in(bytes);
    Sct sct;
    BOLTSEAL_TRY(const std::uint8_t version, in.u8());
    if (version != kV1) return bad_sct("is not of version 1");
    BOLTSEAL_TRY(const Bytes log, in.take(LogId::kSize));
    BOLTSEAL_TRY(sct.log, LogId::from(log));
    BOLTSEAL_TRY(sct.milliseconds, in.u64());
    if (sct.milliseconds > kLastMillisecond) return bad_sct("is from after the year 9999");
    BOLTSEAL_TRY(sct.extensions, in.take_u16_prefixed());
    BOLTSEAL_TRY(sct.hash, in.u8());
    BOLTSEAL_TRY(sct.signature_type, in.u8());
    BOLTSEAL_TRY(sct.signature, in.take_u16_prefixed());
    BOLTSEAL_CHECK(in.end());
    return sct;
}

bool is_sct_list(Bytes extension) {
    const auto oid = DerReader(extension).take(DerTag::Oid);
    return oid && equal(oid->content, kSctList);
}

// RFC 5280 section 4.1: [3] around a sequence.
Result<Buffer> without_sct_list(Bytes extensions) {
    BOLTSEAL_TRY(const Bytes list, read_der(extensions, DerTag::Sequence));
    Writer kept;
    for (DerReader in(list); !in.empty();) {
        BOLTSEAL_TRY(const DerElement extension, in.take(DerTag::Sequence));
        if (!is_sct_list(extension.content)) kept.put(extension.whole);
    }
    return encode_der(DerTag::Context3, encode_der(DerTag::Sequence, kept.bytes()));
}

// What the log has seen: the certificate but for this extension and its signature. Every other byte
// stays what it was.
Result<Buffer> precertificate(const Certificate& certificate) {
    BOLTSEAL_TRY(const Bytes content, read_der(certificate.der(), DerTag::Sequence));
    BOLTSEAL_TRY(const DerElement tbs, DerReader(content).take(DerTag::Sequence));
    Writer out;
    for (DerReader fields(tbs.content); !fields.empty();) {
        const bool extensions = fields.next_is(DerTag::Context3);
        BOLTSEAL_TRY(const DerElement field, fields.any());
        if (!extensions) {
            out.put(field.whole);
            continue;
        }
        BOLTSEAL_TRY(const Buffer kept, without_sct_list(field.content));
        out.put(kept);
    }
    return encode_der(DerTag::Sequence, out.bytes());
}

// RFC 6962 section 3.2, but for what differs from one SCT to the next.
Result<Buffer> signed_entry(const Certificate& certificate, const Certificate& issuer) {
    BOLTSEAL_TRY(const Buffer tbs, precertificate(certificate));
    Writer out;
    out.u16(kPrecertEntry).put(sha256({issuer.key().spki()}));
    out.u8(static_cast<std::uint8_t>(tbs.size() >> 16));  // 24 bits; a certificate has no more
    out.u16(static_cast<std::uint16_t>(tbs.size() & 0xFFFF)).put(tbs);
    return std::move(out).take();
}

// RFC 6962 section 2.1.4: always with SHA-256, which is why the log's own algorithm is not asked.
Result<SignatureAlgorithm> algorithm_of(const Sct& sct, const CtLog& log) {
    const bool is_rsa = log.key.type() == KeyType::Rsa;
    if (sct.hash != kTlsSha256 || sct.signature_type != (is_rsa ? kRsa : kEcdsa)) {
        return refused_sct(log, "is signed with an algorithm that does not fit the log's key");
    }
    switch (log.key.type()) {
        case KeyType::EcdsaP256:
            return SignatureAlgorithm::EcdsaP256Sha256;
        case KeyType::EcdsaP384:
            return SignatureAlgorithm::EcdsaP384Sha256;
        case KeyType::EcdsaP521:
            return SignatureAlgorithm::EcdsaP521Sha256;
        case KeyType::Rsa:
            return SignatureAlgorithm::RsaPkcs1Sha256;
        case KeyType::Ed25519:
            break;
    }
    return refused_sct(log, "cannot be checked with an Ed25519 key");
}

Result<void> check_sct(const Sct& sct, const CtLog& log, Bytes entry) {
    BOLTSEAL_TRY(const SignatureAlgorithm algorithm, algorithm_of(sct, log));
    Writer message;
    message.u8(kV1).u8(kCertificateTimestamp).u64(sct.milliseconds).put(entry);
    BOLTSEAL_CHECK(message.put_u16_prefixed(sct.extensions));
    if (!check_signature(log.key, algorithm, message.bytes(), sct.signature)) {
        return refused_sct(log, "does not verify");
    }
    return {};
}

// The log as it was then: it may be listed more than once, with a time for each.
Result<const CtLog*> find_log(const Sct& sct, const std::vector<CtLog>& logs) {
    const CtLog* known = nullptr;
    for (const CtLog& log : logs) {
        if (log.id != sct.log) continue;
        if (log.valid_for.contains(sct.time())) return &log;
        known = &log;
    }
    if (!known) return known;
    return refused_sct(*known, "is of " + to_rfc3339(sct.time()) + ", but the log is trusted " +
                                   to_string(known->valid_for));
}

bool has_log(const std::vector<const CtLog*>& logs, const LogId& id) {
    return std::any_of(logs.begin(), logs.end(), [&id](const CtLog* log) { return log->id == id; });
}

}  // namespace

// RFC 6962 section 3.3: an octet string in the octet string of the extension.
Result<std::vector<Sct>> parse_sct_list(Bytes extension) {
    BOLTSEAL_TRY(const Bytes list, read_der(extension, DerTag::OctetString));
    Reader outer(list);
    BOLTSEAL_TRY(const Bytes items, outer.take_u16_prefixed());
    BOLTSEAL_CHECK(outer.end());
    if (items.empty()) return bad_sct("list is empty");
    std::vector<Sct> scts;
    for (Reader in(items); !in.empty();) {
        if (scts.size() == kMaxScts) return bad_sct("list has more than 32 items");
        BOLTSEAL_TRY(const Bytes item, in.take_u16_prefixed());
        BOLTSEAL_TRY(Sct sct, parse_sct(item));
        scts.push_back(sct);
    }
    return scts;
}

Result<std::vector<const CtLog*>> check_scts(const Certificate& certificate,
                                             const Certificate& issuer,
                                             const std::vector<CtLog>& logs) {
    std::vector<const CtLog*> proved;
    const auto extension = certificate.extension(kSctList);
    if (!extension) return proved;
    auto scts = parse_sct_list(*extension);
    if (!scts) return std::move(scts).error().context("certificate timestamps");
    Buffer entry;
    for (const Sct& sct : *scts) {
        BOLTSEAL_TRY(const CtLog* log, find_log(sct, logs));
        if (!log) continue;
        if (entry.empty()) {
            BOLTSEAL_TRY(entry, signed_entry(certificate, issuer));
        }
        BOLTSEAL_CHECK(check_sct(sct, *log, entry));
        if (!has_log(proved, log->id)) proved.push_back(log);
    }
    return proved;
}

}  // namespace boltseal
