#include "registry-client/blob_file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace boltseal {

namespace {

constexpr std::size_t kAtOnce = std::size_t{64} << 10;  // copies of more take twice as long

}  // namespace

OpenFile::~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
}

Error file_error(const std::string& doing) {
    return Error(Fault::Io, "cannot " + doing + ": " + std::strerror(errno));
}

Result<void> pass_blob(const Descriptor& blob, const BlobProducer& producer, const BodySink& sink) {
    const std::string name = "'" + to_string(blob.digest) + "'";
    Hasher hasher(blob.digest.algorithm());
    BOLTSEAL_CHECK(producer([&](Bytes piece) -> Result<void> {
        if (piece.size() > blob.size - hasher.size()) {
            return Error(Fault::Integrity, name + " has more bytes than its descriptor says");
        }
        hasher.update(piece);
        return sink(piece);
    }));
    if (hasher.size() != blob.size) {
        return Error(Fault::Integrity, name + " has " + std::to_string(hasher.size()) +
                                           " bytes instead of " + std::to_string(blob.size));
    }
    const BlobDigest found = std::move(hasher).finish();
    if (found == blob.digest) return {};
    return Error(Fault::Integrity,
                 name + " was asked for, the bytes are '" + to_string(found) + "'");
}

Result<void> write_all(int fd, Bytes bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return file_error("write blob");
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return {};
}

Result<void> write_at(int fd, std::uint64_t at, Bytes bytes, const char* what) {
    while (!bytes.empty()) {
        const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<::off_t>(at));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return file_error(std::string("write ") + what);
        at += static_cast<std::uint64_t>(n);
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return {};
}

Result<void> write_blob(int fd, const Descriptor& blob, const BlobProducer& producer) {
    return pass_blob(blob, producer, [fd](Bytes piece) { return write_all(fd, piece); });
}

Result<void> read_range(int fd, Extent extent, const char* what, const BodySink& sink) {
    Buffer buffer(static_cast<std::size_t>(std::min<std::uint64_t>(extent.size(), kAtOnce)));
    while (!extent.empty()) {
        const auto most =
            static_cast<std::size_t>(std::min<std::uint64_t>(extent.size(), buffer.size()));
        const ssize_t n = ::pread(fd, buffer.data(), most, static_cast<::off_t>(extent.from));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return file_error(std::string("read ") + what);
        if (n == 0) return Error(Fault::Io, std::string(what) + " was cut short by somebody else");
        extent.from += static_cast<std::uint64_t>(n);
        BOLTSEAL_CHECK(sink(Bytes(buffer).first(static_cast<std::size_t>(n))));
    }
    return {};
}

BodyReader reader_of(int fd) {
    return [fd](std::uint64_t offset, std::span<std::uint8_t> room) -> Result<std::size_t> {
        for (;;) {
            const ssize_t n = ::pread(fd, room.data(), room.size(), static_cast<::off_t>(offset));
            if (n >= 0) return static_cast<std::size_t>(n);
            if (errno != EINTR) return file_error("read blob");
        }
    };
}

}  // namespace boltseal
