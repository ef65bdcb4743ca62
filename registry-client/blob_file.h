// A blob on its way to a file: what is written is hashed, and only what was promised counts.
#pragma once

#include "registry-client/extents.h"
#include "registry-client/image_store.h"

namespace boltseal {

// Runs the producer into a sink. Integrity unless exactly the blob came out; the sink never gets
// more than its size.
Result<void> pass_blob(const Descriptor& blob, const BlobProducer& producer, const BodySink& sink);

// The same into an open file, from where it stands, which on an error holds whatever was written
// up to there.
Result<void> write_blob(int fd, const Descriptor& blob, const BlobProducer& producer);

// From where it stands.
Result<void> write_all(int fd, Bytes bytes);
// At an offset; `what` is for messages: "cannot write an archive: ...".
Result<void> write_at(int fd, std::uint64_t at, Bytes bytes, const char* what);

// Reads at an offset, for uploads; `fd` must outlive the reader.
BodyReader reader_of(int fd);

// Hands on a part of a file, in pieces; `what` is for messages: "cannot read a blob: ...".
Result<void> read_range(int fd, Extent extent, const char* what, const BodySink& sink);

// The errno of a file operation as an Error: "cannot open 'x': no such file or directory".
Error file_error(const std::string& doing);

class OpenFile {
public:
    explicit OpenFile(int fd = -1) : fd_(fd) {}
    OpenFile(OpenFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    OpenFile& operator=(OpenFile&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~OpenFile();
    int get() const { return fd_; }
    bool is_open() const { return fd_ >= 0; }

private:
    int fd_;
};

}  // namespace boltseal
