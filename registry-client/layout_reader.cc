#include "registry-client/layout_reader.h"

#include "registry-client/layout_index.h"
#include "registry-client/reference.h"
#include "registry-client/referrers.h"

#include <algorithm>

namespace boltseal {

Result<std::vector<Descriptor>> LayoutReader::list() {
    auto bytes = read_index();
    if (!bytes) return context(std::move(bytes).error());
    auto index = parse_manifest(*bytes, kOciIndex);
    if (!index) return context(std::move(index).error().context("index.json"));
    return std::move(index->manifests);
}

Result<ResolvedManifest> LayoutReader::get_listed(const Descriptor& entry) {
    auto stored = open_blob(entry.digest);
    if (!stored) return context(std::move(stored).error());
    auto bytes = read_stored(*stored, to_string(entry.digest), kMaxManifest);
    if (!bytes) return context(std::move(bytes).error());
    auto same = check_content(*bytes, entry.digest);
    if (!same) return context(std::move(same).error());
    auto manifest = parse_manifest(*bytes, entry.media_type);
    if (!manifest) {
        return context(std::move(manifest).error().context("'" + to_string(entry.digest) + "'"));
    }
    ResolvedManifest out;
    out.descriptor = {manifest->media_type, entry.digest, bytes->size(), {}, {}, {}};
    out.bytes = std::move(bytes).value();
    return out;
}

Result<ResolvedManifest> LayoutReader::get_manifest(const BlobDigest& digest) {
    BOLTSEAL_TRY(const std::vector<Descriptor> entries, list());
    Descriptor wanted;
    for (const Descriptor& entry : entries) {
        if (entry.digest == digest) wanted = entry;
    }
    wanted.digest = digest;
    return get_listed(wanted);
}

Result<ResolvedManifest> LayoutReader::resolve(const std::string& name) {
    if (const auto digest = parse_oci_digest(name)) return get_manifest(*digest);
    BOLTSEAL_TRY(const std::vector<Descriptor> entries, list());
    const Descriptor* found = nullptr;
    for (const Descriptor& entry : entries) {
        if (name.empty() ? is_attachment(entry) : tag_of(entry) != name) continue;
        if (found != nullptr && found->digest != entry.digest) {
            return name.empty() ? context(Error(Fault::Config,
                                                "there are several images, and no tag says which"))
                                : context(Error(Fault::Malformed,
                                                "tag " + printable(name) + " is there twice"));
        }
        found = &entry;
    }
    if (found != nullptr) return get_listed(*found);
    return context(Error(Fault::Missing, name.empty() ? std::string("there is no image")
                                                      : "there is no tag " + printable(name)));
}

Result<void> LayoutReader::get_blob(const Descriptor& blob, const BodySink& sink) {
    auto stored = open_blob(blob.digest);
    if (!stored) return context(std::move(stored).error());
    bool is_ours = true;
    auto read = read_proved(*stored, blob, [&](Bytes piece) {
        auto taken = sink(piece);
        is_ours = taken.has_value();
        return taken;
    });
    if (!read && is_ours) return context(std::move(read).error());
    return read;
}

Result<bool> LayoutReader::has_blob(const BlobDigest& digest) {
    auto file = open_blob(digest);
    if (file) return true;
    if (file.error().fault() == Fault::Missing) return false;
    return context(std::move(file).error());
}

Result<ReferrerList> LayoutReader::referrers(const BlobDigest& subject) {
    BOLTSEAL_TRY(std::vector<Descriptor> listed, list());
    const auto fallback = std::find_if(listed.begin(), listed.end(), [&](const Descriptor& entry) {
        return tag_of(entry) == referrers_tag(subject) && is_index(entry.media_type);
    });
    if (fallback != listed.end()) {
        BOLTSEAL_TRY(const ResolvedManifest got, get_listed(*fallback));
        BOLTSEAL_TRY(Manifest index, parse_manifest(got.bytes, got.descriptor.media_type));
        listed.insert(listed.end(), index.manifests.begin(), index.manifests.end());
    }
    auto out = collect_referrers(listed, subject,
                                 [&](const BlobDigest& digest) { return get_manifest(digest); });
    if (!out) return context(std::move(out).error());
    out->ignored.clear();  // index.json lists images as well: that those do not refer is no news
    return out;
}

}  // namespace boltseal
