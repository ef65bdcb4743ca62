// An image from one place to another, in the way that is best for the two: ranges over many
// connections from a registry into a layout, a stream between registries, a copy of files. What
// arrives is proved by its digest; whether it should move at all is decided before
// (verify_first.h).
#pragma once

#include "cli/fetch_options.h"
#include "cli/fetch_progress.h"
#include "cli/trust_options.h"
#include "net/http_client.h"
#include "registry-client/chunk_list.h"
#include "registry-client/copy_referrers.h"

namespace boltseal {

struct TransferPlan {
    const RegistryFlags& registry;
    const FetchFlags& fetch;
    // Chunk lists that are believed, and by whom more of them are looked for; null: nobody.
    ChunkList chunks = {};
    const TrustOptions* chunk_signers = nullptr;
    bool referrers = false;
    ProgressForm form = ProgressForm::People;
    std::optional<std::filesystem::path> state = {};  // where is remembered who damages bytes
};

struct Transferred {
    std::string image;        // the pinned name of what is at the destination
    std::uint64_t bytes = 0;  // of all blobs of the image
    FetchReport fetched;      // what came in ranges
    CopyReport copied;        // the rest
    std::uint64_t milliseconds = 0;
};

// Config if the destination cannot hold the image: a digest is no name to write to, and a Docker
// archive has one platform, and nothing that refers to the image. Or if there is an older image to
// be reused, and this is not a pull that can.
Result<void> check_destination(const ImageTarget& to, ImageTarget& from, const BlobDigest& digest,
                               const TransferPlan& plan);

// `http` is what `from` speaks through, and `to` must not. The destination's tag is its own, or
// else the source's.
Result<Transferred> transfer(ImageTarget& from, const BlobDigest& digest, ImageTarget& to,
                             const TransferPlan& plan, HttpClient& http, Streams streams);

// What the image is called where it is; empty if it was named by its digest, or not at all.
std::string tag_of(const ImageTarget& image);

// The image to move: with a platform, that which an index names for it. All its manifests are
// read: what cannot be is found out before a destination is made.
Result<BlobDigest> chosen_image(ImageTarget& from, const BlobDigest& digest,
                                const std::string& platform);

// What went wrong with the image, and what to do about damage.
Error transfer_error(Error error, const std::string& image);

}  // namespace boltseal
