// Which bytes of the blobs that are wanted lie on this machine already, and where: whole blobs by
// their digests, and chunks by theirs, wherever in another blob they are.
//
// Only chunks that are wanted are looked for, so that the memory is bounded by what is fetched and
// not by what is kept: half a million digests, some 40 MiB; chunks beyond that are fetched.
#pragma once

#include "registry-client/blob_fetcher.h"

#include <optional>
#include <unordered_map>

namespace boltseal {

inline constexpr std::size_t kMostKnownChunks = std::size_t{1} << 19;

// Pure.
class KnownChunks {
public:
    explicit KnownChunks(std::size_t most = kMostKnownChunks) : most_(most) {}

    void want(const ChunkDigests& chunks);
    bool has_all() const { return unknown_ == 0; }

    // Where a chunk is already known to be, it stays.
    void add(const LocalBlob& blob, const ChunkDigests& chunks);

    // In order; chunks that are side by side in both blobs are one piece.
    //
    // REQUIRES: there are as many chunks as a blob of this size has
    std::vector<LocalPiece> pieces_of(std::uint64_t blob_size, const ChunkDigests& chunks) const;

private:
    using Digest = std::array<std::uint8_t, 32>;
    struct FirstBytes {
        std::size_t operator()(const Digest& digest) const;
    };
    struct Place {
        std::size_t blob = 0;
        std::uint64_t offset = 0;
    };
    std::optional<LocalPiece> find(Extent extent, const Digest& digest) const;

    std::size_t most_;
    std::size_t unknown_ = 0;
    std::unordered_map<Digest, std::optional<Place>, FirstBytes> places_;
    std::vector<LocalBlob> blobs_;
};

// Says in BlobToFetch::here what of each blob is on the shelves, the first of them first, unless it
// is where it is to go already. The shelves must outlive the fetch.
void find_here(std::vector<BlobToFetch>& wanted, const LayoutReader& destination,
               const std::vector<BlobShelf*>& shelves, FetchObserver* observer);

}  // namespace boltseal
