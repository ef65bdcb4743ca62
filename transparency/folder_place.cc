#include "transparency/folder_place.h"

#include "core/file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

constexpr char kFile[] = "place";
constexpr std::size_t kMaxFile = 256;

// Where the file system does not know when it was made, the number alone.
Result<std::string> describe(const char* name, const fs::path& path) {
    struct statx found = {};
    if (::statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_BTIME, &found) != 0) {
        return Error(Fault::Io, "cannot look at '" + path.string() + "': " + std::strerror(errno));
    }
    std::string text = std::string(name) + " " + std::to_string(found.stx_ino);
    if (found.stx_mask & STATX_BTIME) {
        text += " " + std::to_string(found.stx_btime.tv_sec) + " " +
                std::to_string(found.stx_btime.tv_nsec);
    }
    return text + "\n";
}

Result<std::string> describe_place(const fs::path& directory) {
    BOLTSEAL_TRY(const std::string folder, describe("folder", directory));
    BOLTSEAL_TRY(const std::string head, describe("head", directory / "head"));
    return "boltseal place 1\n" + folder + head;
}

}  // namespace

Result<void> claim_place(const fs::path& directory) {
    BOLTSEAL_TRY(const std::string text, describe_place(directory));
    return write_file(directory / kFile, as_bytes(text), FileMode::Private);
}

Result<void> check_place(const fs::path& directory) {
    BOLTSEAL_TRY(const std::string expected, describe_place(directory));
    const auto kept = read_file(directory / kFile, kMaxFile);
    if (!kept && kept.error().fault() == Fault::Io) return kept.error();
    if (kept && as_text(*kept) == expected) return {};
    return Error(Fault::Declined, "'" + directory.string() + "' is a copy of a log's folder")
        .with_hint(
            "it may be older than what the log has signed: compare it with a mirror or with "
            "witnesses before it signs again, see 'boltseal-log restore --help'");
}

}  // namespace boltseal
