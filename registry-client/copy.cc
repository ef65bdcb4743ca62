#include "registry-client/copy.h"

#include "core/json.h"

#include <set>

namespace boltseal {

namespace {

constexpr int kMaxDepth = 4;  // of indexes in one another
constexpr std::size_t kMaxConfig = std::size_t{4} << 20;

bool may_be_absent(const Descriptor& layer) {
    return layer.media_type.find(".nondistributable.") != std::string::npos ||
           layer.media_type.find(".foreign.") != std::string::npos;
}

// image-spec v1.1 config.md: what an image says of itself.
Result<Platform> read_platform(ImageStore& store, const Descriptor& config) {
    Buffer bytes;
    if (config.size > kMaxConfig) return Error(Fault::Malformed, "image config is too large");
    BOLTSEAL_CHECK(store.get_blob(config, [&](Bytes piece) -> Result<void> {
        bytes.insert(bytes.end(), piece.begin(), piece.end());
        return {};
    }));
    BOLTSEAL_TRY(const Json json, parse_json(bytes, {.max_bytes = kMaxConfig}));
    BOLTSEAL_TRY(const std::string* os, json.string_at("os"));
    BOLTSEAL_TRY(const std::string* architecture, json.string_at("architecture"));
    const Json* variant = json.find("variant");
    const std::string* text = variant ? variant->as_string() : nullptr;
    return Platform{*os, *architecture, text ? *text : "", ""};
}

class PartsFinder {
public:
    PartsFinder(ImageStore& store, ImageParts& out) : store_(store), out_(out) {}

    Result<void> find(const BlobDigest& digest, int depth) {
        if (depth > kMaxDepth) return Error(Fault::Malformed, "indexes are nested too deeply");
        BOLTSEAL_TRY(const ResolvedManifest got, store_.get_manifest(digest));
        BOLTSEAL_TRY(const Manifest manifest, parse_manifest(got.bytes, got.descriptor.media_type));
        (manifest.config ? out_.manifests : out_.indexes).push_back(digest);
        if (manifest.config) add(*manifest.config);
        for (const Descriptor& layer : manifest.layers) add(layer);
        for (const Descriptor& child : manifest.manifests) {
            if (!is_manifest_type(child.media_type)) {
                add(child);
            } else if (seen_.insert(child.digest).second) {
                BOLTSEAL_CHECK(find(child.digest, depth + 1));
            }
        }
        return {};
    }

private:
    void add(const Descriptor& blob) {
        if (!may_be_absent(blob) && seen_.insert(blob.digest).second) out_.blobs.push_back(blob);
    }

    ImageStore& store_;
    ImageParts& out_;
    std::set<BlobDigest> seen_;
};

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

    std::uint64_t moved() const { return moved_; }

private:
    Result<void> blob(const Descriptor& wanted) {
        if (!seen_.insert(wanted.digest).second) return {};
        if (may_be_absent(wanted)) {
            BOLTSEAL_TRY(const bool there, from_.has_blob(wanted.digest));
            if (!there) return {};
        }
        std::uint64_t moved = 0;
        const BlobProducer producer = [&](const BodySink& sink) {
            moved = 0;
            return from_.get_blob(wanted, [&](Bytes piece) -> Result<void> {
                BOLTSEAL_CHECK(sink(piece));
                moved += piece.size();
                if (progress_) progress_(wanted, moved);
                return {};
            });
        };
        BOLTSEAL_CHECK(to_.put_blob(wanted, producer));
        moved_ += moved;
        if (progress_ && moved != wanted.size) progress_(wanted, wanted.size);
        return {};
    }

    ImageStore& from_;
    ImageStore& to_;
    const CopyProgress& progress_;
    std::set<BlobDigest> seen_;
    std::uint64_t moved_ = 0;
};

}  // namespace

Result<Descriptor> find_platform(ImageStore& store, const BlobDigest& digest,
                                 const Platform& platform) {
    BOLTSEAL_TRY(const ResolvedManifest top, store.get_manifest(digest));
    BOLTSEAL_TRY(const Manifest manifest, parse_manifest(top.bytes, top.descriptor.media_type));
    if (is_index(manifest.media_type)) return select_platform(manifest, platform);
    BOLTSEAL_TRY(const Platform own, read_platform(store, *manifest.config));
    if (own.os == platform.os && own.architecture == platform.architecture &&
        (platform.variant.empty() || own.variant == platform.variant)) {
        return top.descriptor;
    }
    return Error(Fault::Missing, "the image is for " + printable(to_string(own)) + ", not for " +
                                     printable(to_string(platform)));
}

Result<ImageParts> parts_of_image(ImageStore& store, const BlobDigest& digest) {
    ImageParts out;
    BOLTSEAL_CHECK(PartsFinder(store, out).find(digest, 0));
    return out;
}

Result<std::uint64_t> copy_parts(ImageStore& from, ImageStore& to, const Manifest& manifest,
                                 const CopyProgress& progress) {
    Copy copy(from, to, progress);
    BOLTSEAL_CHECK(copy.parts(manifest, 0));
    return copy.moved();
}

Result<Descriptor> copy_image(ImageStore& from, ImageStore& to, const BlobDigest& digest,
                              const std::string& tag, const CopyProgress& progress) {
    BOLTSEAL_TRY(const ResolvedManifest top, from.get_manifest(digest));
    BOLTSEAL_TRY(const Manifest manifest, parse_manifest(top.bytes, top.descriptor.media_type));
    BOLTSEAL_CHECK(copy_parts(from, to, manifest, progress));
    BOLTSEAL_CHECK(to.put_image(top, tag));
    return top.descriptor;
}

}  // namespace boltseal
