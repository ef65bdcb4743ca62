// Blobs that are kept from one fetch to the next, in a folder that any number of processes use at
// once: specs/cache.md. What is taken out is not proved here: whoever reads it does that.
//
// Files that are none of ours stay where they are, and no symbolic link below the folder is
// followed. Nothing here has to survive power loss: what a crash damages is found out and dropped.
#pragma once

#include "core/time.h"
#include "registry-client/blob_shelf.h"
#include "registry-client/cached_chunks.h"

#include <filesystem>

namespace boltseal {

struct CachedBlob {
    BlobDigest digest;
    std::uint64_t size = 0;
    std::int64_t used = 0;  // the last time, in nanoseconds since 1970
    bool has_chunks = false;

    Timestamp last_use() const { return Timestamp{used / 1'000'000'000}; }
};

struct Pruned {
    std::size_t blobs = 0;
    std::uint64_t bytes = 0;
    std::uint64_t left = 0;
};

class BlobCache : public BlobShelf {
public:
    // Missing if there is no such folder.
    static Result<BlobCache> open(const std::filesystem::path& folder);
    // The same, and makes it, for its owner alone.
    static Result<BlobCache> create(const std::filesystem::path& folder);

    std::string name() const override { return "cache '" + folder_.string() + "'"; }
    Result<StoredBytes> open_blob(const BlobDigest& digest) const override;
    void each_chunked(const std::set<std::uint64_t>& chunk_sizes, const ChunkVisitor& visitor,
                      const DamageSink& damaged) override;
    // No process evicts it while this lives, or until prune().
    void use(const BlobDigest& digest) override;
    void drop(const BlobDigest& digest) override { remove(digest); }

    // Takes a blob whose bytes are proved and will not be changed in place; `fd` is open on it. The
    // file is shared where the file system lets us, and copied elsewhere (adr/0022).
    Result<void> put(const Descriptor& blob, int fd, const ChunkDigests* chunks);

    // By digest.
    Result<std::vector<CachedBlob>> list() const;
    // Ends what was said with use(), and removes what has not been used for the longest time until
    // no more than `most` bytes are left, but for what another process uses.
    Result<Pruned> prune(std::uint64_t most);

private:
    BlobCache(std::filesystem::path folder, OpenFile root)
        : folder_(std::move(folder)), root_(std::move(root)) {}

    bool remove(const BlobDigest& digest) const;
    Result<OpenFile> folder_of(HashAlgorithm algorithm) const;
    Result<CachedChunks> read_known(const BlobDigest& digest) const;
    Result<void> write_known(int folder, const Descriptor& blob, const ChunkDigests* chunks) const;
    Result<std::vector<CachedBlob>> list_folder(HashAlgorithm algorithm) const;
    void remove_rests(HashAlgorithm algorithm, std::int64_t before) const;

    std::filesystem::path folder_;
    OpenFile root_;
    OpenFile in_use_;  // byte locks on it are what is used; none before the first
};

}  // namespace boltseal
