#include "cli/fetched_parts.h"

namespace boltseal {

namespace {

namespace fs = std::filesystem;

// A layout of ours has no images in its index.
Result<void> check_is_ours(const fs::path& folder) {
    std::error_code ignored;
    if (!fs::exists(folder, ignored) || fs::is_empty(folder, ignored)) return {};
    auto layout = LayoutStore::open(folder);
    if (layout) {
        auto images = layout->list();
        if (images && images->empty()) return {};
    }
    return Error(Fault::Config, "'" + folder.string() + "' is in the way")
        .with_hint("parts of the image go there until all have come: move it away");
}

}  // namespace

Result<std::unique_ptr<FetchedParts>> FetchedParts::open(const fs::path& archive,
                                                         ImageStore& image) {
    const fs::path folder = archive.string() + ".parts";
    BOLTSEAL_CHECK(check_is_ours(folder));
    BOLTSEAL_TRY(LayoutStore layout, LayoutStore::create(folder));
    return std::unique_ptr<FetchedParts>(new FetchedParts(folder, std::move(layout), image));
}

// Only what is known to be ours, and folders that are empty then.
void FetchedParts::remove(const std::vector<Descriptor>& blobs) {
    std::error_code ignored;
    const fs::path all = folder_ / "blobs";
    for (const Descriptor& blob : blobs) {
        const fs::path kind = all / std::string(to_string(blob.digest.algorithm()));
        fs::remove(kind / blob.digest.hex(), ignored);
        fs::remove(kind, ignored);
    }
    fs::remove(all, ignored);
    if (fs::exists(all, ignored)) return;
    for (const char* name : {"index.json", "oci-layout"}) fs::remove(folder_ / name, ignored);
    fs::remove(folder_, ignored);
}

Result<void> FetchedParts::get_blob(const Descriptor& blob, const BodySink& sink) {
    if (!layout_.open_blob(blob.digest)) return ForwardingStore::get_blob(blob, sink);
    given_ += blob.size;
    return layout_.get_blob(blob, sink);
}

Result<bool> FetchedParts::has_blob(const BlobDigest& digest) {
    if (layout_.open_blob(digest)) return true;
    return ForwardingStore::has_blob(digest);
}

}  // namespace boltseal
