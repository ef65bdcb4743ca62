#include "registry-client/known_chunks.h"

#include <cstring>

namespace boltseal {

std::size_t KnownChunks::FirstBytes::operator()(const Digest& digest) const {
    std::size_t out = 0;
    std::memcpy(&out, digest.data(), sizeof out);
    return out;
}

void KnownChunks::want(const ChunkDigests& chunks) {
    for (const Digest& digest : chunks.digests) {
        if (places_.size() == most_) return;
        if (places_.emplace(digest, std::nullopt).second) ++unknown_;
    }
}

void KnownChunks::add(const LocalBlob& blob, const ChunkDigests& chunks) {
    bool is_new = true;
    for (std::size_t i = 0; i < chunks.digests.size(); ++i) {
        const auto wanted = places_.find(chunks.digests[i]);
        if (wanted == places_.end() || wanted->second) continue;
        if (std::exchange(is_new, false)) blobs_.push_back(blob);
        wanted->second = Place{blobs_.size() - 1, i * chunks.chunk_size};
        --unknown_;
    }
}

// Whoever says that a chunk is there may be wrong about its length.
std::optional<LocalPiece> KnownChunks::find(Extent extent, const Digest& digest) const {
    const auto known = places_.find(digest);
    if (known == places_.end() || !known->second) return std::nullopt;
    const LocalBlob& blob = blobs_[known->second->blob];
    const std::uint64_t offset = known->second->offset;
    if (offset > blob.size || extent.size() > blob.size - offset) return std::nullopt;
    return LocalPiece{extent, blob, offset};
}

std::vector<LocalPiece> KnownChunks::pieces_of(std::uint64_t blob_size,
                                               const ChunkDigests& chunks) const {
    std::vector<LocalPiece> out;
    for (std::size_t i = 0; i < chunks.digests.size(); ++i) {
        auto piece = find(chunk_extent(chunks, i, blob_size), chunks.digests[i]);
        if (!piece) continue;
        if (!out.empty()) {
            LocalPiece& last = out.back();
            const bool goes_on = last.extent.to == piece->extent.from && last.from == piece->from &&
                                 last.offset + last.extent.size() == piece->offset;
            if (goes_on) {
                last.extent.to = piece->extent.to;
                continue;
            }
        }
        out.push_back(*std::move(piece));
    }
    return out;
}

namespace {

std::optional<LocalPiece> find_whole(const Descriptor& blob,
                                     const std::vector<BlobShelf*>& shelves) {
    for (BlobShelf* shelf : shelves) {
        // One of another size is found out when it is read: then it is named, and dropped.
        if (!shelf->open_blob(blob.digest)) continue;
        shelf->use(blob.digest);
        return LocalPiece{{0, blob.size}, {shelf, blob.digest, blob.size}, 0};
    }
    return std::nullopt;
}

void find_chunks_on(BlobShelf& shelf, const std::set<std::uint64_t>& sizes, KnownChunks& known,
                    FetchObserver* observer) {
    shelf.each_chunked(
        sizes,
        [&](const BlobDigest& blob, std::uint64_t size, const ChunkDigests& chunks) {
            known.add({&shelf, blob, size}, chunks);
            return !known.has_all();
        },
        [&](const BlobDigest& blob, const Error& why) {
            if (observer == nullptr) return;
            observer->on_incident({shelf.name(), blob, Trouble::Damaged, why.message(), true});
        });
}

}  // namespace

void find_here(std::vector<BlobToFetch>& wanted, const LayoutReader& destination,
               const std::vector<BlobShelf*>& shelves, FetchObserver* observer) {
    KnownChunks known;
    std::set<std::uint64_t> sizes;
    for (BlobToFetch& one : wanted) {
        if (destination.open_blob(one.blob.digest)) continue;
        if (auto whole = find_whole(one.blob, shelves)) {
            one.here = {*std::move(whole)};
        } else if (one.chunks) {
            known.want(*one.chunks);
            sizes.insert(one.chunks->chunk_size);
        }
    }
    for (BlobShelf* shelf : shelves) {
        if (!known.has_all()) find_chunks_on(*shelf, sizes, known, observer);
    }
    std::set<std::pair<BlobShelf*, BlobDigest>> used;
    for (BlobToFetch& one : wanted) {
        if (!one.here.empty() || !one.chunks) continue;
        one.here = known.pieces_of(one.blob.size, *one.chunks);
        for (const auto& [extent, from, offset] : one.here) {
            if (used.emplace(from.shelf, from.digest).second) from.shelf->use(from.digest);
        }
    }
}

}  // namespace boltseal
