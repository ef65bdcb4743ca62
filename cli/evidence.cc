#include "cli/evidence.h"

#include "cli/target.h"
#include "core/encoding.h"
#include "registry-client/referrers.h"
#include "verify/simple_signing.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxBundle = std::size_t{32} << 20;
constexpr std::size_t kMaxPayload = std::size_t{1} << 20;
constexpr std::size_t kMaxJudged = 64;  // of each image; each may take a few milliseconds
constexpr std::string_view kBundleTypePrefix = "application/vnd.dev.sigstore.bundle";
constexpr const char* kContentAnnotation = "dev.sigstore.bundle.content";
constexpr const char* kTypeAnnotation = "dev.sigstore.bundle.predicateType";
constexpr const char* kCreatedAnnotation = "org.opencontainers.image.created";
constexpr const char* kSignatureAnnotation = "dev.cosignproject.cosign/signature";

// What came of the candidates so far.
struct Search {
    std::size_t judged = 0;
    std::size_t refused = 0;
    std::optional<Error> refusal;     // of the first one that was judged
    std::optional<Error> unreadable;  // the first that could not be judged

    void note(Error error) {
        const bool is_refusal = error.fault() == Fault::Untrusted;
        if (is_refusal) ++refused;
        auto& first = is_refusal ? refusal : unreadable;
        if (!first) first.emplace(std::move(error));
    }

    // Counts one more candidate; the rest of too many is not known to be worthless.
    bool full() {
        if (++judged <= kMaxJudged) return false;
        note(Error(Fault::Malformed,
                   "more than " + std::to_string(kMaxJudged) + " signatures are attached"));
        return true;
    }
};

enum class Claim { ThisType, OtherType, None };

// What the annotation says, which nobody vouches for.
Claim claim_of(const Referrer& referrer, const std::string& predicate_type) {
    const auto annotation = referrer.manifest.annotations.find(kTypeAnnotation);
    if (annotation == referrer.manifest.annotations.end()) return Claim::None;
    return annotation->second == predicate_type ? Claim::ThisType : Claim::OtherType;
}

Result<Buffer> get_bundle(ImageStore& store, const Referrer& referrer) {
    if (referrer.manifest.layers.size() != 1) {
        return Error(Fault::Untrusted, "signature manifest does not have exactly one layer");
    }
    const Descriptor& layer = referrer.manifest.layers.front();
    if (!layer.media_type.starts_with(kBundleTypePrefix)) {
        return Error(Fault::Untrusted, "signature manifest does not hold a bundle");
    }
    return get_small_blob(store, layer, kMaxBundle);
}

Result<Verified> judge(ImageStore& store, const Referrer& referrer, const BlobDigest& image,
                       const Policy& policy, Timestamp now) {
    BOLTSEAL_TRY(const Buffer bundle, get_bundle(store, referrer));
    return verify_bundle(bundle, {image, std::nullopt}, policy, now);
}

// Bundles, those first that claim to be of the right type: an annotation saves work, no more.
Result<std::vector<Referrer>> find_bundles(ImageStore& store, const BlobDigest& image,
                                           const std::string& predicate_type) {
    BOLTSEAL_TRY(ReferrerList list, store.referrers(image));
    std::erase_if(list.found, [](const Referrer& referrer) {
        return !artifact_type_of(referrer.manifest).starts_with(kBundleTypePrefix);
    });
    std::stable_partition(list.found.begin(), list.found.end(), [&](const Referrer& referrer) {
        return claim_of(referrer, predicate_type) == Claim::ThisType;
    });
    return std::move(list.found);
}

Result<Verified> judge_legacy(ImageStore& store, const Descriptor& layer, const BlobDigest& image,
                              const Policy& policy, Timestamp now) {
    const auto annotation = layer.annotations.find(kSignatureAnnotation);
    if (layer.media_type != kSimpleSigningMediaType || annotation == layer.annotations.end()) {
        return Error(Fault::Untrusted, "older signature tag holds something else");
    }
    const auto signature = parse_base64(annotation->second);
    if (!signature) return Error(Fault::Untrusted, "older signature is not base64");
    BOLTSEAL_TRY(const Buffer payload, get_small_blob(store, layer, kMaxPayload));
    return verify_simple_signing(payload, *signature, image, policy, now);
}

// The tag in which cosign kept signatures before version 3.
Result<std::optional<Verified>> search_legacy(ImageStore& store, const BlobDigest& image,
                                              const Policy& policy, Timestamp now, Search& search) {
    if (policy.predicate_type != kSignPredicateType) return std::optional<Verified>();
    auto resolved = store.resolve(legacy_tag(image, "sig"));
    if (!resolved && resolved.error().fault() == Fault::Missing) return std::optional<Verified>();
    if (!resolved) return std::move(resolved).error();
    BOLTSEAL_TRY(const Manifest manifest,
                 parse_manifest(resolved->bytes, resolved->descriptor.media_type));
    for (const Descriptor& layer : manifest.layers) {
        if (search.full()) break;
        auto verified = judge_legacy(store, layer, image, policy, now);
        if (verified) return std::optional(*std::move(verified));
        search.note(std::move(verified).error());
    }
    return std::optional<Verified>();
}

Error nothing_found(const Policy& policy, Search search) {
    // A reader that could not read everything does not know that nothing holds.
    if (search.unreadable) return *std::move(search.unreadable);
    if (search.refusal) {
        if (search.refused == 1) return *std::move(search.refusal);
        return std::move(*search.refusal)
            .context("none of " + std::to_string(search.refused) + " signatures holds; the first");
    }
    if (policy.predicate_type == kSignPredicateType) {
        return Error(Fault::Untrusted, "not signed")
            .with_hint("'boltseal tree' shows what is attached; a tag may have been moved");
    }
    return Error(Fault::Untrusted, "no attestation of type '" + policy.predicate_type + "'")
        .with_hint("'boltseal tree' shows what is attached");
}

}  // namespace

Attachment bundle_attachment(std::string bundle, const std::string& predicate_type, Timestamp now) {
    Attachment attachment;
    attachment.artifact_type = kBundleMediaType;
    attachment.annotations = {{kContentAnnotation, "dsse-envelope"},
                              {kTypeAnnotation, predicate_type},
                              {kCreatedAnnotation, to_rfc3339(now)}};
    attachment.blobs.push_back({std::string(kBundleMediaType), to_buffer(bundle), {}});
    return attachment;
}

Result<Verified> verify_image(ImageStore& store, const BlobDigest& image, const Policy& policy,
                              Timestamp now) {
    BOLTSEAL_CHECK(check_policy(policy, now));
    BOLTSEAL_TRY(const auto bundles, find_bundles(store, image, policy.predicate_type));
    Search search;
    for (const Referrer& referrer : bundles) {
        if (search.full()) break;
        auto verified = judge(store, referrer, image, policy, now);
        if (verified) return verified;
        // What is honest about being something else would only hide why the others do not hold.
        if (claim_of(referrer, policy.predicate_type) == Claim::OtherType &&
            verified.error().fault() == Fault::Untrusted) {
            continue;
        }
        search.note(std::move(verified).error());
    }
    BOLTSEAL_TRY(std::optional<Verified> legacy, search_legacy(store, image, policy, now, search));
    if (legacy) return *std::move(legacy);
    return nothing_found(policy, std::move(search));
}

}  // namespace boltseal
