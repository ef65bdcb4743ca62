// What of an image need not be fetched, since it lies on this machine: the cache, and the older
// images of --reuse. And what is kept in the cache afterwards.
#pragma once

#include "cli/fetch_options.h"
#include "cli/target.h"
#include "registry-client/blob_cache.h"

#include <iosfwd>
#include <memory>
#include <optional>

namespace boltseal {

class LocalBlobs {
public:
    // A cache that cannot be used is noted on `err`, and done without. Missing, Malformed or Config
    // if an image of --reuse cannot be opened, or is not in a layout or an archive of one.
    static Result<LocalBlobs> open(const FetchFlags& flags, const RegistryFlags& registries,
                                   Transport& transport, std::ostream& err);

    std::vector<BlobShelf*> shelves() const;

    // Keeps these blobs of the layout, which are proved, and makes room for them. That it cannot is
    // noted once.
    void keep(const LayoutStore& layout, const std::vector<BlobToFetch>& blobs, std::ostream& err);

private:
    std::unique_ptr<BlobCache> cache_;
    std::uint64_t most_ = 0;  // bytes of it
    std::vector<std::unique_ptr<BlobShelf>> reused_;
};

}  // namespace boltseal
