// A file that is there only when all of it is: written under another name beside its place, synced,
// and renamed. For what is too large for write_file (core/file.h).
#pragma once

#include "registry-client/blob_file.h"

#include <filesystem>

namespace boltseal {

class NewFile {
public:
    static Result<NewFile> create(const std::filesystem::path& path);
    NewFile(NewFile&& other) noexcept;
    NewFile& operator=(NewFile&& other) noexcept;
    ~NewFile();  // nothing is left of it unless it was placed

    int fd() const { return file_.get(); }  // for reading and writing
    Result<OpenFile> place() &&;            // replaces what is there

private:
    NewFile(std::filesystem::path path, std::filesystem::path temporary, OpenFile file);

    std::filesystem::path path_;
    std::filesystem::path temporary_;  // empty once it is placed
    OpenFile file_;
};

}  // namespace boltseal
