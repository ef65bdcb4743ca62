#include "registry-client/oci_layout.h"

#include "core/file.h"
#include "registry-client/folder_files.h"
#include "registry-client/layout_index.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace boltseal {

namespace {

Result<void> check_version(int root) {
    BOLTSEAL_TRY(const OpenFile file, open_regular(root, "oci-layout"));
    BOLTSEAL_TRY(const Buffer bytes, read_descriptor(file.get(), "oci-layout", 4096));
    return check_layout_version(bytes);
}

Result<OpenFile> open_root(const std::filesystem::path& folder) {
    OpenFile root(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (root.is_open()) return root;
    if (errno == ENOENT || errno == ENOTDIR) {
        return Error(Fault::Missing, "'" + folder.string() + "' is no folder");
    }
    return file_error("open '" + folder.string() + "'");
}

Result<void> make_layout(const std::filesystem::path& folder) {
    if (!std::filesystem::exists(folder / "index.json")) {
        BOLTSEAL_CHECK(write_file(folder / "index.json", as_bytes(empty_index())));
    }
    return write_file(folder / "oci-layout", as_bytes(kLayoutFile));
}

// Holds the lock of a layout as long as it lives. Another opening of the same folder waits.
class Lock {
public:
    explicit Lock(int root) : root_(root) {
        while (::flock(root_, LOCK_EX) != 0 && errno == EINTR) {
        }
    }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock() { ::flock(root_, LOCK_UN); }

private:
    int root_;
};

// Beside its final place, so that the rename is one step.
Result<void> write_beside(int folder, const std::string& temporary, const Descriptor& blob,
                          const BlobProducer& producer) {
    const OpenFile file(::openat(folder, temporary.c_str(),
                                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (!file.is_open()) return file_error("create a blob");
    BOLTSEAL_CHECK(write_blob(file.get(), blob, producer));
    if (::fsync(file.get()) != 0) return file_error("sync a blob");
    if (::renameat(folder, temporary.c_str(), folder, blob.digest.hex().c_str()) != 0) {
        return file_error("place a blob");
    }
    if (::fsync(folder) != 0) return file_error("sync the folder of blobs");
    return {};
}

}  // namespace

Error LayoutStore::context(Error error) const {
    return std::move(error).context("image layout '" + folder_.string() + "'");
}

Result<LayoutStore> LayoutStore::open(const std::filesystem::path& folder) {
    BOLTSEAL_TRY(OpenFile root, open_root(folder));
    auto known = check_version(root.get());
    if (!known) {
        return std::move(known).error().context("image layout '" + folder.string() + "'");
    }
    return LayoutStore(folder, std::move(root));
}

Result<LayoutStore> LayoutStore::create(const std::filesystem::path& folder) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    BOLTSEAL_TRY(OpenFile root, open_root(folder));
    {
        const Lock lock(root.get());
        auto known = check_version(root.get());
        if (!known && known.error().fault() == Fault::Missing) known = make_layout(folder);
        if (!known) return std::move(known).error();
    }
    return LayoutStore(folder, std::move(root));
}

Result<Buffer> LayoutStore::read_index() const {
    BOLTSEAL_TRY(const OpenFile file, open_regular(root_.get(), "index.json"));
    return read_descriptor(file.get(), "index.json", kMaxManifest);
}

Result<OpenFile> LayoutStore::open_blob_folder(HashAlgorithm algorithm) const {
    BOLTSEAL_TRY(const OpenFile blobs, open_folder(root_.get(), "blobs"));
    return open_folder(blobs.get(), std::string(to_string(algorithm)));
}

Result<StoredBytes> LayoutStore::open_blob(const BlobDigest& digest) const {
    BOLTSEAL_TRY(const OpenFile folder, open_blob_folder(digest.algorithm()));
    BOLTSEAL_TRY(OpenFile file, open_regular(folder.get(), digest.hex()));
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return file_error("look at a blob");
    const int fd = file.get();
    return StoredBytes{std::move(file), fd, 0, static_cast<std::uint64_t>(status.st_size)};
}

Result<OpenFile> LayoutStore::make_blob_folder(HashAlgorithm algorithm) {
    auto blobs = make_folder(root_.get(), "blobs");
    if (!blobs) return context(std::move(blobs).error());
    auto folder = make_folder(blobs->get(), std::string(to_string(algorithm)));
    if (!folder) return context(std::move(folder).error());
    return folder;
}

// What is there counts only if it is the blob: a damaged one is replaced.
Result<void> LayoutStore::put_blob(const Descriptor& blob, const BlobProducer& producer) {
    if (proved_.contains(blob.digest)) return {};
    const auto nowhere = [](Bytes) { return Result<void>(); };
    if (get_blob(blob, nowhere)) return {};
    BOLTSEAL_TRY(const OpenFile folder, make_blob_folder(blob.digest.algorithm()));
    const std::string temporary = temporary_name();
    auto written = write_beside(folder.get(), temporary, blob, producer);
    if (written) return {};
    ::unlinkat(folder.get(), temporary.c_str(), 0);
    return context(std::move(written).error());
}

Result<void> LayoutStore::put_manifest(const ResolvedManifest& manifest) {
    BOLTSEAL_TRY(const Manifest parsed,
                 parse_manifest(manifest.bytes, manifest.descriptor.media_type));
    return put_blob(manifest.descriptor, produce(manifest.bytes));
}

Result<void> LayoutStore::add_entry(const Descriptor& entry, const std::string& tag) {
    const Lock lock(root_.get());
    BOLTSEAL_TRY(const Buffer bytes, read_index());
    BOLTSEAL_TRY(const std::string index, add_to_index(bytes, entry, tag));
    return write_file(folder_ / "index.json", as_bytes(index));
}

Result<void> LayoutStore::put_image(const ResolvedManifest& manifest, const std::string& tag) {
    BOLTSEAL_CHECK(put_manifest(manifest));
    BOLTSEAL_TRY(const Descriptor entry, index_entry(manifest));
    auto added = add_entry(entry, tag);
    if (!added) return context(std::move(added).error());
    return {};
}

}  // namespace boltseal
