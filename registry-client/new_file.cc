#include "registry-client/new_file.h"

#include "core/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>

namespace boltseal {

NewFile::NewFile(std::filesystem::path path, std::filesystem::path temporary, OpenFile file)
    : path_(std::move(path)), temporary_(std::move(temporary)), file_(std::move(file)) {}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      file_(std::move(other.file_)) {}

NewFile& NewFile::operator=(NewFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(temporary_, other.temporary_);
    std::swap(file_, other.file_);
    return *this;
}

NewFile::~NewFile() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<NewFile> NewFile::create(const std::filesystem::path& path) {
    static std::atomic<unsigned> counter{0};
    std::filesystem::path name = path;
    name += ".tmp." + std::to_string(::getpid()) + "." + std::to_string(counter++);
    OpenFile file(::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!file.is_open()) return file_error("create '" + path.string() + "'");
    return NewFile(path, std::move(name), std::move(file));
}

Result<OpenFile> NewFile::place() && {
    const std::string doing = "write '" + path_.string() + "'";
    if (::fsync(fd()) != 0) return file_error(doing);
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) return file_error(doing);
    temporary_.clear();
    const std::filesystem::path folder = path_.parent_path();
    BOLTSEAL_CHECK(sync_directory(folder.empty() ? "." : folder));
    return std::move(file_);
}

}  // namespace boltseal
