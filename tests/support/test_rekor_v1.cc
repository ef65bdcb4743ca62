#include "tests/support/test_rekor_v1.h"

#include "core/encoding.h"
#include "core/pem.h"
#include "tests/check.h"
#include "tests/support/reference_tree.h"
#include "tests/support/test_keys.h"

#include <algorithm>

namespace boltseal::test {

namespace {

constexpr std::uint64_t kOtherTrees = 4'163'431;  // entries in them
constexpr std::string_view kTreeId = "1193050959916656506";

SignatureAlgorithm with_sha256(const PublicKey& key) {
    switch (key.type()) {
        case KeyType::EcdsaP384:
            return SignatureAlgorithm::EcdsaP384Sha256;
        case KeyType::EcdsaP521:
            return SignatureAlgorithm::EcdsaP521Sha256;
        default:
            return default_algorithm(key);
    }
}

std::string verifier_of(const HashedRekord& record) {
    const std::string pem = record.certificate.empty() ? to_pem("PUBLIC KEY", record.key.spki())
                                                       : to_pem("CERTIFICATE", record.certificate);
    return to_base64(as_bytes(pem));
}

Json hash_json(const BlobDigest& digest) {
    return Json::object({{"algorithm", to_string(digest.algorithm())}, {"value", digest.hex()}});
}

Buffer body_of(std::string_view kind, std::string_view version, Json spec) {
    return to_buffer(to_canonical_json(
        Json::object({{"apiVersion", version}, {"kind", kind}, {"spec", std::move(spec)}})));
}

}  // namespace

TestRekorV1::TestRekorV1(std::string name, KeyType type)
    : name_(std::move(name)), signer_(new_signer(type)) {
    leaves_.push_back(hash_leaf(as_bytes("somebody else's entry")));
}

LogId TestRekorV1::id() const {
    return LogId(sha256({key().spki()}));
}

TrustedLog TestRekorV1::trusted(TimeRange valid_for, std::string run_by) const {
    return {NoteKey{name_, NoteSignatureType::Ecdsa, key()}, id(), valid_for, std::move(run_by)};
}

LogEntry TestRekorV1::append(Bytes body, std::string kind, std::string version, Timestamp time) {
    leaves_.push_back(hash_leaf(body));
    ReferenceTree tree(leaves_);
    LogEntry entry;
    entry.proof = {leaves_.size() - 1, tree.path(leaves_.size() - 1, leaves_.size())};
    entry.head = tree.head(leaves_.size());
    entry.index = kOtherTrees + entry.proof.index;
    entry.log_id = id();
    entry.kind = std::move(kind);
    entry.version = std::move(version);
    entry.checkpoint = sign(entry.head);
    entry.body = to_buffer(body);
    entry.claimed_time = time;
    entry.promise = promise(entry);
    return entry;
}

Buffer TestRekorV1::promise(const LogEntry& entry) const {
    const std::string text = "{\"body\":\"" + to_base64(entry.body) + "\",\"integratedTime\":" +
                             std::to_string(entry.claimed_time.value().seconds) + ",\"logID\":\"" +
                             to_hex(entry.log_id.bytes()) +
                             "\",\"logIndex\":" + std::to_string(entry.index) + "}";
    return sign_sha256(as_bytes(text));
}

std::string TestRekorV1::sign(const TreeHead& head) const {
    return sign_text(to_string(Checkpoint{name_ + " - " + std::string(kTreeId), head, {}}));
}

std::string TestRekorV1::sign_text(const std::string& text) const {
    NoteSignature line{name_, {}, sign_sha256(as_bytes(text))};
    std::copy_n(id().bytes().begin(), line.key_id.size(), line.key_id.begin());
    return to_string(Note{text, {line}});
}

Buffer TestRekorV1::sign_sha256(Bytes message) const {
    const auto signature = signer_->sign(message, with_sha256(key()));
    REQUIRE_OK(signature);
    return *signature;
}

Buffer hashedrekord_v1_body(const HashedRekord& record) {
    return body_of(
        "hashedrekord", "0.0.1",
        Json::object(
            {{"data", Json::object({{"hash", hash_json(record.digest)}})},
             {"signature",
              Json::object({{"content", to_base64(record.signature)},
                            {"publicKey", Json::object({{"content", verifier_of(record)}})}})}}));
}

Buffer dsse_v1_body(const HashedRekord& record, const Envelope& envelope) {
    const BlobDigest whole = digest_of(as_bytes(to_json(to_json(envelope))));
    return body_of(
        "dsse", "0.0.1",
        Json::object(
            {{"envelopeHash", hash_json(whole)},
             {"payloadHash", hash_json(digest_of(envelope.payload))},
             {"signatures", Json::array({Json::object({{"signature", to_base64(record.signature)},
                                                       {"verifier", verifier_of(record)}})})}}));
}

Buffer intoto_v1_body(const HashedRekord& record, const Envelope& envelope) {
    const BlobDigest whole = digest_of(as_bytes(to_json(to_json(envelope))));
    const std::string twice = to_base64(as_bytes(to_base64(record.signature)));
    const Json signature = Json::object({{"publicKey", verifier_of(record)}, {"sig", twice}});
    return body_of(
        "intoto", "0.0.2",
        Json::object(
            {{"content",
              Json::object({{"envelope", Json::object({{"payloadType", envelope.payload_type},
                                                       {"signatures", Json::array({signature})}})},
                            {"hash", hash_json(whole)},
                            {"payloadHash", hash_json(digest_of(envelope.payload))}})}}));
}

}  // namespace boltseal::test
