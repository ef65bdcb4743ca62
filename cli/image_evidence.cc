#include "cli/image_evidence.h"

#include "cli/target.h"
#include "verify/sigstore_bundle.h"

namespace boltseal {

namespace {

constexpr std::size_t kMaxBundles = 64;
constexpr std::size_t kMaxBytes = std::size_t{256} << 20;

bool is_bundle(const Referrer& referrer) {
    return artifact_type_of(referrer.manifest).starts_with(kBundleTypePrefix) &&
           referrer.manifest.layers.size() == 1 &&
           referrer.manifest.layers.front().media_type.starts_with(kBundleTypePrefix);
}

class Collector {
public:
    Collector(ImageStore& store, const ImagePolicy& policy, const EvidenceRequest& request)
        : store_(store), policy_(policy), request_(request) {}

    Result<ImageEvidence> collect(const ResolvedManifest& image) {
        ImageEvidence evidence;
        evidence.repository = request_.repository;
        evidence.platform = request_.platform;
        evidence.is_index = is_index(image.descriptor.media_type);
        evidence.image = {image.descriptor.digest, "", {}, ""};
        fetch(evidence.image);
        if (!evidence.is_index || policy_.platforms == Platforms::Index) return evidence;
        BOLTSEAL_TRY(const Manifest index,
                     parse_manifest(image.bytes, image.descriptor.media_type));
        for (const Descriptor& child : index.manifests) {
            evidence.children.push_back(
                {child.digest, child.platform ? to_string(*child.platform) : "", {}, ""});
            collect_child(child, evidence.children.back());
        }
        return evidence;
    }

private:
    void collect_child(const Descriptor& child, ManifestEvidence& evidence) {
        if (is_index(child.media_type)) {
            evidence.incomplete = "an index in an index is not looked into";
        } else if (policy_.platforms == Platforms::Requested &&
                   !evidence.platform.starts_with(request_.platform)) {
            evidence.incomplete = "another platform was asked for";
        } else {
            fetch(evidence);
        }
    }

    void fetch(ManifestEvidence& evidence) {
        const auto listed = store_.referrers(evidence.digest);
        if (!listed) {
            evidence.incomplete = listed.error().message();
            return;
        }
        for (const Referrer& referrer : listed->found) {
            if (!is_bundle(referrer)) continue;
            if (evidence.bundles.size() == kMaxBundles || bytes_ > kMaxBytes) {
                evidence.incomplete = "more bundles are attached than are fetched";
                return;
            }
            auto bundle = get_small_blob(store_, referrer.manifest.layers.front(), kMaxBundle);
            if (bundle) {
                bytes_ += bundle->size();
                evidence.bundles.push_back(*std::move(bundle));
            } else if (evidence.incomplete.empty()) {
                evidence.incomplete = bundle.error().message();
            }
        }
    }

    ImageStore& store_;
    const ImagePolicy& policy_;
    const EvidenceRequest& request_;
    std::size_t bytes_ = 0;
};

}  // namespace

Result<ImageEvidence> collect_evidence(ImageStore& store, const ResolvedManifest& image,
                                       const ImagePolicy& policy, const EvidenceRequest& request) {
    return Collector(store, policy, request).collect(image);
}

}  // namespace boltseal
