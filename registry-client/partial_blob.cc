#include "registry-client/partial_blob.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace boltseal {

namespace {

std::string partial_name(const std::string& hex) {
    return "." + hex + ".partial";
}

std::string journal_name(const std::string& hex) {
    return "." + hex + ".journal";
}

// The lock is on the file, not on its name: whoever waited may hold one that was placed.
Result<bool> is_still_named(int folder, const std::string& name, const struct stat& open) {
    struct stat named {};
    if (::fstatat(folder, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) return false;
        return file_error("look at a partial blob");
    }
    return named.st_ino == open.st_ino && named.st_dev == open.st_dev;
}

// Every piece that we write is followed by a record in the journal, so that a file much younger
// than its journal was written to by somebody else, or by us at a drip: then it is hashed again.
Proofs proofs_of(int folder, const std::string& journal, const struct stat& partial) {
    struct stat status {};
    if (::fstatat(folder, journal.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return Proofs::Drop;
    return partial.st_mtime > status.st_mtime + 2 ? Proofs::Drop : Proofs::Keep;
}

}  // namespace

Result<std::optional<PartialBlob>> PartialBlob::open(int folder, const Descriptor& blob,
                                                     const BootId& boot) {
    const std::string hex = blob.digest.hex();
    const std::string name = partial_name(hex);
    for (;;) {
        OpenFile file(::openat(folder, name.c_str(),
                               O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0644));
        if (!file.is_open()) return file_error("create a partial blob");
        if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
            if (errno == EWOULDBLOCK) return std::optional<PartialBlob>();
            return file_error("lock a partial blob");
        }
        struct stat status {};
        if (::fstat(file.get(), &status) != 0) return file_error("look at a partial blob");
        if (!S_ISREG(status.st_mode)) return Error(Fault::Malformed, "partial blob is no file");
        BOLTSEAL_TRY(const bool ours, is_still_named(folder, name, status));
        if (!ours) continue;
        const bool is_new = static_cast<std::uint64_t>(status.st_size) != blob.size;
        if (is_new) ::unlinkat(folder, journal_name(hex).c_str(), 0);
        if (::ftruncate(file.get(), static_cast<::off_t>(blob.size)) != 0) {
            return file_error("make room for a blob");
        }
        const JournalSubject subject{blob.digest, blob.size, status.st_ino};
        BOLTSEAL_TRY(BlobJournal journal,
                     BlobJournal::open(folder, journal_name(hex), subject, boot,
                                       proofs_of(folder, journal_name(hex), status)));
        return std::optional<PartialBlob>(
            PartialBlob(folder, hex, std::move(file), std::move(journal)));
    }
}

void PartialBlob::discard() {
    ::unlinkat(folder_, partial_name(hex_).c_str(), 0);
    ::unlinkat(folder_, journal_name(hex_).c_str(), 0);
}

Result<void> PartialBlob::place() {
    if (::fsync(file_.get()) != 0) return file_error("sync a blob");
    if (::renameat(folder_, partial_name(hex_).c_str(), folder_, hex_.c_str()) != 0) {
        return file_error("place a blob");
    }
    ::unlinkat(folder_, journal_name(hex_).c_str(), 0);
    if (::fsync(folder_) != 0) return file_error("sync the folder of blobs");
    return {};
}

}  // namespace boltseal
