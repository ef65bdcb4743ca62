#include "cli/evidence.h"

#include "cli/target.h"
#include "core/encoding.h"
#include "registry-client/referrers.h"
#include "verify/sigstore_bundle.h"
#include "verify/simple_signing.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxPayload = std::size_t{1} << 20;
constexpr std::size_t kMaxJudged = 64;  // of each image; each may take a few milliseconds
constexpr const char* kContentAnnotation = "dev.sigstore.bundle.content";
constexpr const char* kTypeAnnotation = "dev.sigstore.bundle.predicateType";
constexpr const char* kCreatedAnnotation = "org.opencontainers.image.created";
constexpr const char* kSignatureAnnotation = "dev.cosignproject.cosign/signature";

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

// Something is attached, or may be, and whether it would hold is not known.
Candidate unreadable(Error error, bool other_type = false) {
    const bool lost = error.fault() == Fault::Missing || error.fault() == Fault::Malformed;
    if (!lost || !error.hint().empty()) return {with_next_step(std::move(error)), other_type};
    return {std::move(error).with_hint(
                "something is attached and cannot be read, so it may be signed or not: sign it "
                "again, or ask whoever keeps the registry"),
            other_type};
}

Candidate candidate_of(ImageStore& store, const Referrer& referrer,
                       const std::string& predicate_type) {
    auto bundle = get_bundle(store, referrer);
    const bool other = claim_of(referrer, predicate_type) == Claim::OtherType;
    if (!bundle) return unreadable(std::move(bundle).error(), other);
    return {*std::move(bundle), other};
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

Result<SimpleSigning> get_legacy(ImageStore& store, const Descriptor& layer) {
    const auto annotation = layer.annotations.find(kSignatureAnnotation);
    if (layer.media_type != kSimpleSigningMediaType || annotation == layer.annotations.end()) {
        return Error(Fault::Untrusted, "older signature tag holds something else");
    }
    const auto signature = parse_base64(annotation->second);
    if (!signature) return Error(Fault::Untrusted, "older signature is not base64");
    BOLTSEAL_TRY(Buffer payload, get_small_blob(store, layer, kMaxPayload));
    return SimpleSigning{std::move(payload), *signature};
}

// Hands out one candidate after the other; the rest of too many is not known to be worthless.
class Turnstile {
public:
    explicit Turnstile(Search& search) : search_(search) {}

    bool is_open() const { return !search_.is_over() && count_ <= kMaxJudged; }
    bool admit() {  // before anything is fetched
        if (++count_ <= kMaxJudged) return true;
        search_.consider({Error(Fault::Malformed, "more than " + std::to_string(kMaxJudged) +
                                                      " signatures are attached")});
        return false;
    }

private:
    Search& search_;
    std::size_t count_ = 0;
};

// The tag in which cosign kept signatures before version 3.
Result<void> search_legacy(ImageStore& store, const BlobDigest& image, Search& search,
                           Turnstile& turnstile) {
    auto resolved = store.resolve(legacy_tag(image, "sig"));
    if (!resolved && resolved.error().fault() == Fault::Missing) return {};
    if (!resolved) return std::move(resolved).error();
    BOLTSEAL_TRY(const Manifest manifest,
                 parse_manifest(resolved->bytes, resolved->descriptor.media_type));
    for (const Descriptor& layer : manifest.layers) {
        if (!turnstile.is_open() || !turnstile.admit()) break;
        auto legacy = get_legacy(store, layer);
        search.consider(legacy ? Candidate{*std::move(legacy)}
                               : unreadable(std::move(legacy).error()));
    }
    return {};
}

Result<void> search_all(ImageStore& store, const BlobDigest& image,
                        const std::string& predicate_type, Search& search) {
    BOLTSEAL_TRY(const auto bundles, find_bundles(store, image, predicate_type));
    Turnstile turnstile(search);
    for (const Referrer& referrer : bundles) {
        if (!turnstile.is_open() || !turnstile.admit()) break;
        search.consider(candidate_of(store, referrer, predicate_type));
    }
    if (!turnstile.is_open() || predicate_type != kSignPredicateType) return {};
    return search_legacy(store, image, search, turnstile);
}

}  // namespace

bool claims_type(const Referrer& referrer, const std::string& predicate_type) {
    return artifact_type_of(referrer.manifest).starts_with(kBundleTypePrefix) &&
           claim_of(referrer, predicate_type) == Claim::ThisType;
}

Error with_next_step(Error error) {
    if (!error.hint().empty()) return error;
    switch (error.fault()) {
        case Fault::Io:
        case Fault::Declined:
            return std::move(error).with_hint(
                "this says nothing about what is signed: try again later, and do not use it until "
                "it "
                "verifies");
        case Fault::Integrity:
            return std::move(error).with_hint(
                "it was altered or damaged where it is kept or on its way: do not use it; put it "
                "there again from a good copy");
        case Fault::Missing:
            return std::move(error).with_hint("check the reference: nothing of that name is there");
        case Fault::Malformed:
            return std::move(error).with_hint(
                "what answers is no registry, or what it keeps is damaged: check the reference, "
                "and do not use the image until it verifies");
        case Fault::Untrusted:
        case Fault::Config:
            break;
    }
    return error;
}

Attachment bundle_attachment(std::string bundle, const std::string& predicate_type, Timestamp now) {
    Attachment attachment;
    attachment.artifact_type = kBundleMediaType;
    attachment.annotations = {{kContentAnnotation, "dsse-envelope"},
                              {kTypeAnnotation, predicate_type},
                              {kCreatedAnnotation, to_rfc3339(now)}};
    attachment.blobs.push_back({std::string(kBundleMediaType), to_buffer(bundle), {}});
    return attachment;
}

void search_image(ImageStore& store, const BlobDigest& image, const std::string& predicate_type,
                  Search& search) {
    if (search.is_over()) return;
    auto searched = search_all(store, image, predicate_type, search);
    if (!searched) search.consider(unreadable(std::move(searched).error()));
}

}  // namespace boltseal
