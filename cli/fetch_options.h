// The flags of commands that fetch whole images, and the sources they name.
#pragma once

#include "cli/cache_options.h"
#include "cli/command.h"
#include "cli/target.h"
#include "registry-client/blob_fetcher.h"

namespace boltseal {

struct FetchFlags {
    std::vector<std::string> mirrors;  // --mirror
    int connections = 128;             // --connections
    int deadline = 0;                  // --deadline, in seconds; 0: none
    std::string rate;                  // --limit-rate, a second; empty: any
    CacheFlags cache;
    std::vector<std::string> reuse;  // --reuse, older images
};
void add_fetch_options(Command command, FetchFlags& flags);

// Config if mirrors are named for what is in no registry.
Result<void> check_mirrors(const FetchFlags& flags, const ImageTarget& image);

// The registry of an image, the mirrors that were found for it, and those of --mirror. All but the
// first serve digests only.
class ImageSources {
public:
    // Config if a mirror is no "HOST[:PORT][/REPOSITORY]", with https:// or http:// before it if
    // one likes; the second is spoken to without TLS. Without a repository it is that of the image.
    //
    // REQUIRES: the image is in a registry. It must outlive this.
    static Result<ImageSources> open(const ImageTarget& image, const FetchFlags& flags,
                                     const RegistryFlags& registries, Transport& transport);

    const std::vector<BlobSource>& list() const { return sources_; }

private:
    std::vector<std::unique_ptr<RegistryClient>> mirrors_;
    std::vector<BlobSource> sources_;
};

FetchOptions fetch_options(const FetchFlags& flags);

// Those of the registries (registries.h), and how fast bytes may come in.
HttpOptions http_options(const RegistryFlags& registries, const FetchFlags& flags);

}  // namespace boltseal
