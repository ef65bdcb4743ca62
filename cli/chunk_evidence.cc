#include "cli/chunk_evidence.h"

#include "cli/evidence.h"
#include "cli/target.h"
#include "verify/sigstore_bundle.h"
#include "verify/verify_bundle.h"

namespace boltseal {

namespace {

constexpr std::size_t kMaxLists = 4;  // that are looked at

void append_list(const Statement& statement, ChunkList& out) {
    if (statement.predicate_type != kChunkListType) return;
    const auto list = parse_chunk_list(statement.predicate);
    if (list) out.blobs.insert(out.blobs.end(), list->blobs.begin(), list->blobs.end());
}

void take_list(Bytes bundle, const BlobDigest& manifest, const Policy& policy, Timestamp now,
               ChunkList& out) {
    const auto verified = verify_bundle(bundle, {manifest, std::nullopt}, policy, now);
    if (verified && verified->statement) append_list(*verified->statement, out);
}

void take_lists(ImageStore& store, const BlobDigest& manifest, const Policy& policy, Timestamp now,
                ChunkList& out) {
    const auto referrers = store.referrers(manifest);
    if (!referrers) return;
    std::size_t looked_at = 0;
    for (const Referrer& referrer : referrers->found) {
        if (!claims_type(referrer, std::string(kChunkListType))) continue;
        if (referrer.manifest.layers.size() != 1 || ++looked_at > kMaxLists) continue;
        const auto bundle = get_small_blob(store, referrer.manifest.layers.front(), kMaxBundle);
        if (bundle) take_list(*bundle, manifest, policy, now, out);
    }
}

}  // namespace

ChunkList find_chunk_lists(ImageStore& store, const std::vector<BlobDigest>& manifests,
                           TrustMaterial trust, Timestamp now) {
    ChunkList out;
    trust.type.clear();
    const auto policy = make_policy(trust, kChunkListType);
    if (!policy) return out;
    for (const BlobDigest& manifest : manifests) take_lists(store, manifest, *policy, now, out);
    return out;
}

ChunkList chunk_lists_of(const std::vector<Statement>& statements) {
    ChunkList out;
    for (const Statement& statement : statements) append_list(statement, out);
    return out;
}

Result<std::optional<Statement>> chunk_statement(ImageStore& store,
                                                 const ResolvedManifest& manifest,
                                                 std::uint64_t threshold) {
    BOLTSEAL_TRY(const Manifest parsed,
                 parse_manifest(manifest.bytes, manifest.descriptor.media_type));
    BOLTSEAL_TRY(const auto list, make_chunk_list(store, parsed, threshold));
    if (!list) return std::optional<Statement>();
    return std::optional<Statement>(Statement{
        {{"", {manifest.descriptor.digest}}}, std::string(kChunkListType), to_json_value(*list)});
}

}  // namespace boltseal
