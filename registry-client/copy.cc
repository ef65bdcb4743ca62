#include "registry-client/copy.h"

#include <set>

namespace boltseal {

namespace {

constexpr int kMaxDepth = 4;  // of indexes in one another

bool may_be_absent(const Descriptor& layer) {
    return layer.media_type.find(".nondistributable.") != std::string::npos ||
           layer.media_type.find(".foreign.") != std::string::npos;
}

class Copy {
public:
    Copy(ImageStore& from, ImageStore& to, const CopyProgress& progress)
        : from_(from), to_(to), progress_(progress) {}

    // Everything the manifest names, but not the manifest.
    Result<void> parts(const Manifest& manifest, int depth) {
        if (depth > kMaxDepth) return Error(Fault::Malformed, "indexes are nested too deeply");
        if (manifest.config) BOLTSEAL_CHECK(blob(*manifest.config));
        for (const Descriptor& layer : manifest.layers) BOLTSEAL_CHECK(blob(layer));
        for (const Descriptor& child : manifest.manifests) {
            if (!seen_.insert(child.digest).second) continue;
            if (!is_manifest_type(child.media_type)) {
                BOLTSEAL_CHECK(blob(child));  // image-spec v1.1 allows any descriptor in an index
                continue;
            }
            BOLTSEAL_TRY(const ResolvedManifest got, from_.get_manifest(child.digest));
            BOLTSEAL_CHECK(check_content(got.bytes, child));
            BOLTSEAL_TRY(const Manifest parsed, parse_manifest(got.bytes, child.media_type));
            BOLTSEAL_CHECK(parts(parsed, depth + 1));
            BOLTSEAL_CHECK(to_.put_manifest(got));
        }
        return {};
    }

private:
    Result<void> blob(const Descriptor& wanted) {
        if (!seen_.insert(wanted.digest).second) return {};
        if (may_be_absent(wanted)) {
            BOLTSEAL_TRY(const bool there, from_.has_blob(wanted.digest));
            if (!there) return {};
        }
        std::uint64_t moved = 0;
        const BlobProducer producer = [&](const BodySink& sink) {
            return from_.get_blob(wanted, [&](Bytes piece) -> Result<void> {
                BOLTSEAL_CHECK(sink(piece));
                moved += piece.size();
                if (progress_) progress_(wanted, moved);
                return {};
            });
        };
        BOLTSEAL_CHECK(to_.put_blob(wanted, producer));
        if (progress_ && moved != wanted.size) progress_(wanted, wanted.size);
        return {};
    }

    ImageStore& from_;
    ImageStore& to_;
    const CopyProgress& progress_;
    std::set<BlobDigest> seen_;
};

}  // namespace

Result<Descriptor> copy_image(ImageStore& from, ImageStore& to, const BlobDigest& digest,
                              const CopyOptions& options, const CopyProgress& progress) {
    BOLTSEAL_TRY(ResolvedManifest top, from.get_manifest(digest));
    BOLTSEAL_TRY(Manifest manifest, parse_manifest(top.bytes, top.descriptor.media_type));
    if (options.platform && is_index(manifest.media_type)) {
        BOLTSEAL_TRY(const Descriptor child, select_platform(manifest, *options.platform));
        BOLTSEAL_TRY(top, from.get_manifest(child.digest));
        BOLTSEAL_CHECK(check_content(top.bytes, child));
        BOLTSEAL_TRY(manifest, parse_manifest(top.bytes, child.media_type));
    }
    BOLTSEAL_CHECK(Copy(from, to, progress).parts(manifest, 0));
    BOLTSEAL_CHECK(to.put_image(top, options.tag));
    return top.descriptor;
}

}  // namespace boltseal
