// Writes a tar archive, ustar with pax headers for long names, so that the same members give the
// same bytes: no times, no owners. The size of a member, and so its header, may be known only after
// it: the file must be one that can be written anywhere.
#pragma once

#include "registry-client/tar_reader.h"

namespace boltseal {

class TarWriter {
public:
    explicit TarWriter(int fd) : fd_(fd) {}  // an empty file, open for reading and writing

    Result<TarMember> add(const std::string& name, Bytes content);

    // The same piece by piece. The name may change until the end if both have at most 100 bytes;
    // drop() instead of end(), and it never was.
    Result<void> begin(const std::string& name);
    Result<void> write(Bytes piece);
    void skip(std::uint64_t bytes) { at_ += bytes; }  // zeros, which take no room on the disk
    Result<TarMember> end(const std::string& name);
    void drop() { at_ = start_; }

    Result<void> finish();  // the end of the archive; nothing can be added

private:
    Result<void> put(std::uint64_t at, Bytes bytes);
    Result<void> put_header(std::uint64_t at, const std::string& name, std::uint64_t size,
                            char type);

    int fd_;
    std::uint64_t at_ = 0;       // where the next byte goes
    std::uint64_t start_ = 0;    // of the member under way
    std::uint64_t content_ = 0;  // of it
};

}  // namespace boltseal
