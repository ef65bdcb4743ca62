#include "transparency/seen_heads.h"

#include "core/encoding.h"
#include "core/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxUnproved = 64;  // above, the smallest are forgotten

struct Remembered {
    fs::path path;
    VerifiedCheckpoint head;
};

// Held while the heads of one folder are compared and replaced.
class FolderLock {
public:
    static Result<FolderLock> take(const fs::path& directory) {
        std::error_code error;
        fs::create_directories(directory, error);
        const fs::path path = directory / "lock";
        const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        FolderLock lock(fd);
        if (fd < 0 || ::flock(fd, LOCK_EX) != 0) {
            return Error(Fault::Io, "cannot lock '" + path.string() + "': " + std::strerror(errno));
        }
        return lock;
    }
    explicit FolderLock(int fd) : fd_(fd) {}
    FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    FolderLock& operator=(FolderLock&&) = delete;
    ~FolderLock() {
        if (fd_ >= 0) ::close(fd_);
    }

private:
    int fd_;
};

Result<Remembered> load_head(const fs::path& path, const NoteKey& log) {
    BOLTSEAL_TRY(const Buffer note, read_file(path, kMaxNote));
    auto head = check_checkpoint(note, log);
    if (head) return Remembered{path, *std::move(head)};
    return std::move(head)
        .error()
        .context("head remembered in '" + path.string() + "'")
        .as(Fault::Config)
        .with_hint("if the log's key was changed on purpose, remove this file");
}

// The newest proved head first, if there is any, then the others.
Result<std::vector<Remembered>> load_heads(const fs::path& directory, const std::string& name,
                                           const NoteKey& log) {
    std::vector<Remembered> heads;
    auto proved = load_head(directory / name, log);
    if (!proved && proved.error().fault() == Fault::Missing) return heads;
    if (!proved) return std::move(proved).error();
    heads.push_back(*std::move(proved));
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(directory, error)) {
        const std::string file = entry.path().filename().string();
        if (!file.starts_with(name + ".unproved.") || file.find(".tmp.") != std::string::npos)
            continue;
        BOLTSEAL_TRY(Remembered unproved, load_head(entry.path(), log));
        heads.push_back(std::move(unproved));
    }
    if (error) return Error(Fault::Io, "cannot list '" + directory.string() + "'");
    return heads;
}

Result<void> save_head(const fs::path& path, const VerifiedCheckpoint& head) {
    return write_file(path, as_bytes(head.note()));
}

// Keeps both notes; what went wrong is said even if they cannot be kept.
Error with_evidence(const Error& error, const fs::path& base, const VerifiedCheckpoint& before,
                    const VerifiedCheckpoint& seen) {
    fs::path path = base;
    path += ".two-histories." + std::to_string(before.head().size) + "." +
            std::to_string(seen.head().size);
    const auto saved = write_file(path, as_bytes(before.note() + "\n" + seen.note()));
    const std::string where = saved ? "both notes are in '" + path.string() + "'"
                                    : "the notes could not be kept: " + saved.error().message();
    return Error(error.fault(), error.message() + " (" + where + ")")
        .with_hint("do not trust this log; show both notes to its operator and to others");
}

Result<void> check_same_size(const std::vector<Remembered>& known, const VerifiedCheckpoint& seen,
                             const fs::path& base) {
    for (const Remembered& before : known) {
        if (before.head.head().size != seen.head().size) continue;
        if (before.head.head().root == seen.head().root) continue;
        return with_evidence(two_histories(seen.origin(), seen.head().size, seen.head().root,
                                           before.head.head().root),
                             base, before.head, seen);
    }
    return {};
}

Result<void> prove_all(const std::vector<Remembered>& known, const VerifiedCheckpoint& seen,
                       const fs::path& base, const SeenHeads::Prove& prove) {
    for (const Remembered& before : known) {
        if (before.head.head().size == seen.head().size) continue;
        const bool grew = before.head.head().size < seen.head().size;
        auto proved = grew ? prove(before.head, seen) : prove(seen, before.head);
        if (proved) continue;
        if (proved.error().fault() != Fault::Untrusted) return proved;
        return with_evidence(std::move(proved).error(), base, before.head, seen);
    }
    return {};
}

// All heads are of one history now: the largest stands for them.
Result<void> keep_largest(const std::vector<Remembered>& known, const VerifiedCheckpoint& seen,
                          const fs::path& base) {
    const VerifiedCheckpoint* largest = &seen;
    for (const Remembered& head : known) {
        if (head.head.head().size > largest->head().size) largest = &head.head;
    }
    BOLTSEAL_CHECK(save_head(base, *largest));
    for (const Remembered& head : known) {
        if (head.path != base) ::unlink(head.path.c_str());
    }
    return {};
}

Result<void> keep_unproved(std::vector<Remembered> known, const VerifiedCheckpoint& seen,
                           const fs::path& base) {
    const auto same = [&](const Remembered& k) { return k.head.head() == seen.head(); };
    if (std::ranges::any_of(known, same)) return {};
    known.erase(known.begin());  // the proved one stays
    if (known.size() >= kMaxUnproved) {
        const auto smaller = [](const Remembered& a, const Remembered& b) {
            return a.head.head().size < b.head.head().size;
        };
        ::unlink(std::ranges::min_element(known, smaller)->path.c_str());
    }
    fs::path path = base;
    path += ".unproved." + std::to_string(seen.head().size);
    return save_head(path, seen);
}

}  // namespace

Error two_histories(const std::string& origin, std::uint64_t size, const TreeHash& root,
                    const TreeHash& before) {
    return Error(Fault::Untrusted, "log '" + origin + "' shows two histories: size " +
                                       std::to_string(size) + " has root " +
                                       to_base64(root.bytes()) + ", seen before with root " +
                                       to_base64(before.bytes()));
}

Result<void> SeenHeads::observe(const VerifiedCheckpoint& seen, const NoteKey& log,
                                const Prove& prove) {
    const std::string name = to_hex(sha256({as_bytes(seen.origin())}));
    const fs::path base = directory_ / name;
    BOLTSEAL_TRY(const FolderLock lock, FolderLock::take(directory_));
    BOLTSEAL_TRY(const std::vector<Remembered> known, load_heads(directory_, name, log));
    if (known.empty()) return save_head(base, seen);
    BOLTSEAL_CHECK(check_same_size(known, seen, base));
    if (!prove) return keep_unproved(known, seen, base);
    BOLTSEAL_CHECK(prove_all(known, seen, base, prove));
    return keep_largest(known, seen, base);
}

}  // namespace boltseal
