#include "registry-client/copy_referrers.h"

#include "registry-client/referrers.h"

#include <algorithm>
#include <set>

namespace boltseal {

namespace {

// Whether all that is in the older tag at the destination is in the one that replaces it.
bool is_kept(const Manifest& there, const Manifest& next) {
    return std::all_of(there.layers.begin(), there.layers.end(), [&](const Descriptor& layer) {
        return std::find(next.layers.begin(), next.layers.end(), layer) != next.layers.end();
    });
}

class ReferrerCopy {
public:
    ReferrerCopy(ImageStore& from, ImageStore& to, CopyReport& report)
        : from_(from), to_(to), report_(report) {}

    Result<void> all_of(const BlobDigest& image) {
        BOLTSEAL_TRY(const ImageParts parts, parts_of_image(from_, image));
        for (const auto* digests : {&parts.indexes, &parts.manifests}) {
            for (const BlobDigest& digest : *digests) {
                BOLTSEAL_CHECK(referrers(digest, 1));
                for (const char* suffix : {"sig", "att", "sbom"}) {
                    BOLTSEAL_CHECK(older(legacy_tag(digest, suffix)));
                }
            }
        }
        return {};
    }

private:
    Result<void> referrers(const BlobDigest& subject, int depth) {
        BOLTSEAL_TRY(const ReferrerList list, from_.referrers(subject));
        report_.ignored.insert(report_.ignored.end(), list.ignored.begin(), list.ignored.end());
        if (list.found.empty()) return {};
        if (depth > kMaxReferrerDepth) {
            return Error(Fault::Malformed, "referrers refer to one another more than " +
                                               std::to_string(kMaxReferrerDepth) + " deep");
        }
        BOLTSEAL_TRY(const std::set<BlobDigest> there, digests_there(subject));
        std::vector<ResolvedManifest> added;
        for (const Referrer& referrer : list.found) {
            BOLTSEAL_CHECK(count());
            if (there.contains(referrer.descriptor.digest)) continue;
            BOLTSEAL_TRY(const std::uint64_t moved, copy_parts(from_, to_, referrer.manifest));
            report_.moved += moved;
            const Descriptor& listed = referrer.descriptor;
            added.push_back(
                {{listed.media_type, listed.digest, listed.size, {}, {}, {}}, referrer.bytes, {}});
        }
        BOLTSEAL_CHECK(to_.put_referrers(subject, added));
        for (const Referrer& referrer : list.found) {
            BOLTSEAL_CHECK(referrers(referrer.descriptor.digest, depth + 1));
        }
        return {};
    }

    Result<std::set<BlobDigest>> digests_there(const BlobDigest& subject) {
        BOLTSEAL_TRY(const ReferrerList list, to_.referrers(subject));
        std::set<BlobDigest> out;
        for (const Referrer& referrer : list.found) out.insert(referrer.descriptor.digest);
        return out;
    }

    Result<void> older(const std::string& tag) {
        const auto got = from_.resolve(tag);
        if (!got && got.error().fault() == Fault::Missing) return {};
        if (!got) return got.error();
        BOLTSEAL_TRY(const Manifest manifest,
                     parse_manifest(got->bytes, got->descriptor.media_type));
        BOLTSEAL_CHECK(count());
        const auto there = to_.resolve(tag);
        if (!there && there.error().fault() != Fault::Missing) return there.error();
        if (there && there->descriptor.digest == got->descriptor.digest) return {};
        if (there) {
            BOLTSEAL_TRY(const Manifest old,
                         parse_manifest(there->bytes, there->descriptor.media_type));
            if (!is_kept(old, manifest)) {
                return Error(Fault::Declined, "tag '" + tag +
                                                  "' is at the destination, and holds something "
                                                  "that the source does not have");
            }
        }
        BOLTSEAL_TRY(const std::uint64_t moved, copy_parts(from_, to_, manifest));
        report_.moved += moved;
        return to_.put_image(*got, tag);
    }

    Result<void> count() {
        if (++report_.referrers <= kMaxCopiedReferrers) return {};
        return Error(Fault::Malformed,
                     "more than " + std::to_string(kMaxCopiedReferrers) + " referrers");
    }

    ImageStore& from_;
    ImageStore& to_;
    CopyReport& report_;
};

// Some registries refuse to write a tag again, even with the same content.
Result<void> put_under(ImageStore& to, const ResolvedManifest& manifest, const std::string& tag) {
    if (!tag.empty()) {
        const auto there = to.resolve(tag);
        if (there && there->descriptor.digest == manifest.descriptor.digest) return {};
    }
    return to.put_image(manifest, tag);
}

}  // namespace

Result<CopyReport> copy_referrers(ImageStore& from, ImageStore& to, const BlobDigest& image) {
    CopyReport report;
    report.image.digest = image;
    BOLTSEAL_CHECK(ReferrerCopy(from, to, report).all_of(image));
    return report;
}

Result<CopyReport> copy_alone(ImageStore& from, ImageStore& to, const BlobDigest& digest,
                              const std::string& tag, const CopyProgress& progress) {
    BOLTSEAL_TRY(const ResolvedManifest top, from.get_manifest(digest));
    BOLTSEAL_TRY(const Manifest manifest, parse_manifest(top.bytes, top.descriptor.media_type));
    CopyReport report;
    report.image = top.descriptor;
    BOLTSEAL_TRY(report.moved, copy_parts(from, to, manifest, progress));
    BOLTSEAL_CHECK(put_under(to, top, tag));
    return report;
}

Result<CopyReport> copy_with_referrers(ImageStore& from, ImageStore& to, const BlobDigest& digest,
                                       const std::string& tag, const CopyProgress& progress) {
    BOLTSEAL_TRY(const ResolvedManifest top, from.get_manifest(digest));
    BOLTSEAL_TRY(const Manifest manifest, parse_manifest(top.bytes, top.descriptor.media_type));
    BOLTSEAL_TRY(const std::uint64_t moved, copy_parts(from, to, manifest, progress));
    BOLTSEAL_CHECK(to.put_manifest(top));
    BOLTSEAL_TRY(CopyReport report, copy_referrers(from, to, digest));
    report.moved += moved;
    report.image = top.descriptor;
    BOLTSEAL_CHECK(put_under(to, top, tag));
    return report;
}

}  // namespace boltseal
