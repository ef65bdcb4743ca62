#include "registry-client/new_file.h"

#include "core/file.h"

#include <unistd.h>

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
    BOLTSEAL_TRY(TemporaryFile made, create_temporary(path, FileMode::Public));
    return NewFile(path, std::move(made.path), OpenFile(made.fd));
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
