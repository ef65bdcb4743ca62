#include "registry-client/blob_cache.h"

#include "core/file.h"
#include "registry-client/folder_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace boltseal {

namespace {

constexpr auto kAlgorithms = {HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512};
constexpr std::int64_t kRestAge = 3600;  // seconds that a file is left to whoever writes it

constexpr const char* kInUse = "in-use";

// So that backups leave it out: bford.info/cachedir.
constexpr std::string_view kTag =
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# Blobs that boltseal can fetch again. 'boltseal cache prune' makes room.\n";

std::string known_name(const BlobDigest& digest) {
    return digest.hex() + ".known";
}

// A process that uses a blob holds a read lock on one byte of `in-use`, which its digest chooses,
// and one that evicts it takes the write lock: one descriptor for any number of blobs, and nothing
// is left of it when a process dies. Two digests that choose one byte are both spared.
bool lock_byte(int in_use, const BlobDigest& digest, short type) {
    struct flock range {};
    range.l_type = type;
    range.l_whence = SEEK_SET;
    for (const std::uint8_t byte : digest.bytes().first(7))
        range.l_start = range.l_start << 8 | byte;
    range.l_len = 1;
    return ::fcntl(in_use, F_OFD_SETLK, &range) == 0;
}

Result<OpenFile> open_lock(int root, const char* name) {
    OpenFile out(
        ::openat(root, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600));
    if (!out.is_open()) return file_error("open '" + std::string(name) + "'");
    return out;
}

// Its time of change is that of the last use.
bool touch(int folder, const std::string& name) {
    return ::utimensat(folder, name.c_str(), nullptr, AT_SYMLINK_NOFOLLOW) == 0;
}

std::int64_t nanoseconds(const struct timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

Result<BlobCache> BlobCache::open(const std::filesystem::path& folder) {
    OpenFile root(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (root.is_open()) return BlobCache(folder, std::move(root));
    if (errno == ENOENT) return Error(Fault::Missing, "'" + folder.string() + "' is not there");
    return file_error("open '" + folder.string() + "'");
}

Result<BlobCache> BlobCache::create(const std::filesystem::path& folder) {
    std::error_code failed;
    std::filesystem::create_directories(folder.parent_path(), failed);
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
        return file_error("create '" + folder.string() + "'");
    }
    BOLTSEAL_TRY(BlobCache out, open(folder));
    if (::faccessat(out.root_.get(), ".", W_OK, AT_EACCESS) != 0) {
        return file_error("write to '" + folder.string() + "'");
    }
    const OpenFile tag(::openat(out.root_.get(), "CACHEDIR.TAG",
                                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!tag.is_open()) return out;
    BOLTSEAL_CHECK(write_all(tag.get(), as_bytes(kTag)));
    return out;
}

Result<OpenFile> BlobCache::folder_of(HashAlgorithm algorithm) const {
    return open_folder(root_.get(), std::string(to_string(algorithm)));
}

Result<StoredBytes> BlobCache::open_blob(const BlobDigest& digest) const {
    BOLTSEAL_TRY(const OpenFile folder, folder_of(digest.algorithm()));
    BOLTSEAL_TRY(OpenFile file, open_regular(folder.get(), digest.hex()));
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return file_error("look at a cached blob");
    const int fd = file.get();
    return StoredBytes{std::move(file), fd, 0, static_cast<std::uint64_t>(status.st_size)};
}

Result<CachedChunks> BlobCache::read_known(const BlobDigest& digest) const {
    BOLTSEAL_TRY(const OpenFile folder, folder_of(digest.algorithm()));
    BOLTSEAL_TRY(const OpenFile file, open_regular(folder.get(), known_name(digest)));
    BOLTSEAL_TRY(const Buffer text,
                 read_descriptor(file.get(), known_name(digest), kMaxCachedChunks));
    return parse_cached_chunks(text);
}

void BlobCache::each_chunked(const std::set<std::uint64_t>& chunk_sizes,
                             const ChunkVisitor& visitor, const DamageSink&) {
    auto blobs = list();
    if (!blobs) return;
    std::sort(blobs->begin(), blobs->end(),
              [](const CachedBlob& a, const CachedBlob& b) { return a.used > b.used; });
    for (const CachedBlob& blob : *blobs) {
        if (!blob.has_chunks) continue;
        const auto known = read_known(blob.digest);
        if (!known || !known->chunks || !chunk_sizes.contains(known->chunks->chunk_size)) continue;
        if (!visitor(blob.digest, known->size, *known->chunks)) return;
    }
}

void BlobCache::use(const BlobDigest& digest) {
    if (!in_use_.is_open()) {
        if (auto lock = open_lock(root_.get(), kInUse)) in_use_ = *std::move(lock);
    }
    if (in_use_.is_open()) lock_byte(in_use_.get(), digest, F_RDLCK);
    const auto folder = folder_of(digest.algorithm());
    if (!folder) return;
    touch(folder->get(), known_name(digest));
}

bool BlobCache::remove(const BlobDigest& digest) const {
    const auto folder = folder_of(digest.algorithm());
    if (!folder) return false;
    ::unlinkat(folder->get(), known_name(digest).c_str(), 0);
    return ::unlinkat(folder->get(), digest.hex().c_str(), 0) == 0 || errno == ENOENT;
}

Result<void> BlobCache::write_known(int folder, const Descriptor& blob,
                                    const ChunkDigests* chunks) const {
    CachedChunks known{blob.size, std::nullopt};
    if (chunks != nullptr) known.chunks = ChunkDigests{chunks->chunk_size, chunks->digests, {}};
    const Buffer text = encode_cached_chunks(known);
    return replace_file(folder, known_name(blob.digest),
                        [&](int fd) { return write_all(fd, text); });
}

Result<void> BlobCache::put(const Descriptor& blob, int fd, const ChunkDigests* chunks) {
    BOLTSEAL_TRY(const OpenFile folder,
                 make_folder(root_.get(), std::string(to_string(blob.digest.algorithm()))));
    const auto there = open_blob(blob.digest);
    if (!there || there->size != blob.size) {
        BOLTSEAL_CHECK(share_file(fd, blob.size, folder.get(), blob.digest.hex()));
    }
    const bool keeps = chunks == nullptr && touch(folder.get(), known_name(blob.digest));
    return keeps ? Result<void>() : write_known(folder.get(), blob, chunks);
}

Result<std::vector<CachedBlob>> BlobCache::list_folder(HashAlgorithm algorithm) const {
    std::vector<CachedBlob> out;
    const auto folder = folder_of(algorithm);
    if (!folder && folder.error().fault() == Fault::Missing) return out;
    if (!folder) return folder.error();
    BOLTSEAL_TRY(const std::vector<std::string> names, names_in(folder->get()));
    for (const std::string& name : names) {
        const auto digest = parse_digest(std::string(to_string(algorithm)) + ":" + name);
        struct stat status {};
        if (!digest || !is_regular(folder->get(), name, status)) continue;
        CachedBlob blob{*digest, static_cast<std::uint64_t>(status.st_size),
                        nanoseconds(status.st_mtim), false};
        if (is_regular(folder->get(), known_name(*digest), status)) {
            blob.used = nanoseconds(status.st_mtim);
            blob.has_chunks = static_cast<std::size_t>(status.st_size) >
                              encode_cached_chunks(CachedChunks()).size();
        }
        out.push_back(std::move(blob));
    }
    return out;
}

Result<std::vector<CachedBlob>> BlobCache::list() const {
    std::vector<CachedBlob> out;
    for (const HashAlgorithm algorithm : kAlgorithms) {
        BOLTSEAL_TRY(std::vector<CachedBlob> more, list_folder(algorithm));
        std::move(more.begin(), more.end(), std::back_inserter(out));
    }
    std::sort(out.begin(), out.end(),
              [](const CachedBlob& a, const CachedBlob& b) { return a.digest < b.digest; });
    return out;
}

// What writers that were killed have left, and what is known of blobs that are not there.
void BlobCache::remove_rests(HashAlgorithm algorithm, std::int64_t before) const {
    const auto folder = folder_of(algorithm);
    if (!folder) return;
    const auto names = names_in(folder->get());
    if (!names) return;
    for (const std::string& name : *names) {
        struct stat status {};
        const bool is_rest = name.starts_with(kTemporary) || name.ends_with(".known");
        if (!is_rest || !is_regular(folder->get(), name, status)) continue;
        if (status.st_mtim.tv_sec >= before) continue;
        const std::string hex = name.substr(0, name.find('.'));
        const auto digest = parse_digest(std::string(to_string(algorithm)) + ":" + hex);
        if (!name.starts_with(kTemporary) && (!digest || open_blob(*digest))) continue;
        ::unlinkat(folder->get(), name.c_str(), 0);
    }
}

Result<Pruned> BlobCache::prune(std::uint64_t most) {
    in_use_ = OpenFile();
    BOLTSEAL_TRY(const OpenFile lock, open_lock(root_.get(), "lock"));
    BOLTSEAL_TRY(const OpenFile in_use, open_lock(root_.get(), kInUse));
    while (::flock(lock.get(), LOCK_EX) != 0) {
        if (errno != EINTR) return file_error("lock '" + folder_.string() + "'");
    }
    touch(root_.get(), "lock");
    struct stat status {};
    const bool known = is_regular(root_.get(), "lock", status);  // by the clock of the file system
    for (const HashAlgorithm algorithm : kAlgorithms) {
        if (known) remove_rests(algorithm, status.st_mtim.tv_sec - kRestAge);
    }
    BOLTSEAL_TRY(std::vector<CachedBlob> blobs, list());
    std::stable_sort(blobs.begin(), blobs.end(),
                     [](const CachedBlob& a, const CachedBlob& b) { return a.used < b.used; });
    Pruned out;
    for (const CachedBlob& blob : blobs) out.left += blob.size;
    for (const CachedBlob& blob : blobs) {
        if (out.left <= most) break;
        if (!lock_byte(in_use.get(), blob.digest, F_WRLCK)) continue;  // somebody reads it
        if (remove(blob.digest)) {
            ++out.blobs;
            out.bytes += blob.size;
            out.left -= blob.size;
        }
        lock_byte(in_use.get(), blob.digest, F_UNLCK);
    }
    return out;
}

}  // namespace boltseal
