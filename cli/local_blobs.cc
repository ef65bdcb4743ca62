#include "cli/local_blobs.h"

#include "registry-client/reused_layout.h"

#include <ostream>

namespace boltseal {

namespace {

void note(std::ostream& err, const std::string& what, const Error& why) {
    err << what << ": " << without_controls(why.message()) << '\n';
}

Result<std::unique_ptr<BlobShelf>> open_reused(const std::string& text,
                                               const RegistryFlags& registries,
                                               Transport& transport) {
    BOLTSEAL_TRY(ImageTarget image, open_image(layout_or_archive(text), registries, transport));
    auto* const layout = dynamic_cast<LayoutReader*>(image.store.get());
    if (layout == nullptr) {
        return Error(Fault::Config, "--reuse " + printable(text) +
                                        " is neither an OCI layout nor an archive of one");
    }
    image.store.release();  // to the line below
    return std::unique_ptr<BlobShelf>(
        new ReusedLayout(image.where, std::unique_ptr<LayoutReader>(layout)));
}

Result<std::unique_ptr<BlobCache>> open_cache(const CacheFlags& flags) {
    BOLTSEAL_TRY(const std::filesystem::path folder, cache_folder(flags));
    BOLTSEAL_TRY(BlobCache cache, BlobCache::create(folder));
    return std::make_unique<BlobCache>(std::move(cache));
}

Result<void> keep_one(BlobCache& cache, const LayoutStore& layout, const BlobToFetch& one) {
    BOLTSEAL_TRY(const StoredBytes stored, layout.open_blob(one.blob.digest));
    return cache.put(one.blob, stored.fd, one.chunks ? &*one.chunks : nullptr);
}

}  // namespace

Result<LocalBlobs> LocalBlobs::open(const FetchFlags& flags, const RegistryFlags& registries,
                                    Transport& transport, std::ostream& err) {
    LocalBlobs out;
    if (!flags.cache.off) {
        BOLTSEAL_TRY(out.most_, parse_size(flags.cache.size));
        auto cache = open_cache(flags.cache);
        if (cache) out.cache_ = *std::move(cache);
        if (!cache) note(err, "no cache", cache.error());
    }
    for (const std::string& text : flags.reuse) {
        BOLTSEAL_TRY(auto shelf, open_reused(text, registries, transport));
        out.reused_.push_back(std::move(shelf));
    }
    return out;
}

std::vector<BlobShelf*> LocalBlobs::shelves() const {
    std::vector<BlobShelf*> out;
    if (cache_) out.push_back(cache_.get());
    for (const auto& shelf : reused_) out.push_back(shelf.get());
    return out;
}

void LocalBlobs::keep(const LayoutStore& layout, const std::vector<BlobToFetch>& blobs,
                      std::ostream& err) {
    if (!cache_) return;
    Result<void> kept;
    for (const BlobToFetch& one : blobs) {
        if (one.blob.size > most_) continue;
        kept = keep_one(*cache_, layout, one);
        if (!kept) break;
    }
    const auto pruned = cache_->prune(most_);
    if (kept && !pruned) kept = pruned.error();
    if (!kept) note(err, "not all is kept in the " + cache_->name(), kept.error());
}

}  // namespace boltseal
