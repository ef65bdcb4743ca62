#include "registry-client/blob_fetcher.h"

#include "registry-client/fetch_loop.h"

#include <set>

namespace boltseal {

Result<FetchReport> fetch_blobs(HttpClient& http, LayoutStore& layout,
                                std::vector<BlobToFetch> blobs, std::vector<BlobSource> sources,
                                const FetchOptions& options, FetchObserver* observer) {
    std::set<BlobDigest> seen;
    std::erase_if(blobs,
                  [&](const BlobToFetch& one) { return !seen.insert(one.blob.digest).second; });
    return FetchLoop(http, layout, std::move(blobs), std::move(sources), options, observer).run();
}

}  // namespace boltseal
