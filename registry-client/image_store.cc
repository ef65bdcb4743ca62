#include "registry-client/image_store.h"

#include "registry-client/referrers.h"

namespace boltseal {

BlobProducer produce(Bytes blob) {
    return [blob](const BodySink& sink) { return sink(blob); };
}

Result<void> ImageStore::put_referrers(const BlobDigest&,
                                       const std::vector<ResolvedManifest>& manifests) {
    for (const ResolvedManifest& manifest : manifests) BOLTSEAL_CHECK(put_image(manifest, ""));
    return {};
}

Result<Descriptor> attach(ImageStore& store, const Descriptor& subject,
                          const Attachment& attachment) {
    const Manifest manifest = attachment_manifest(subject, attachment);
    for (const AttachedBlob& blob : attachment.blobs) {
        BOLTSEAL_CHECK(store.put_blob(describe(blob.bytes, blob.media_type), produce(blob.bytes)));
    }
    BOLTSEAL_CHECK(store.put_blob(empty_config(), produce(as_bytes("{}"))));
    ResolvedManifest resolved;
    resolved.bytes = to_buffer(to_json(manifest));
    resolved.descriptor = describe(resolved.bytes, manifest.media_type);
    BOLTSEAL_CHECK(store.put_image(resolved, ""));
    return describe_referrer(manifest, resolved.descriptor);
}

}  // namespace boltseal
