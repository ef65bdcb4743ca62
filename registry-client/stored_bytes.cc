#include "registry-client/stored_bytes.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace boltseal {

namespace {

constexpr std::size_t kChunk = std::size_t{1} << 16;

}  // namespace

Result<void> read_stored(const StoredBytes& stored, const BodySink& sink) {
    Buffer chunk(kChunk);
    for (std::uint64_t done = 0; done < stored.size;) {
        const auto most =
            static_cast<std::size_t>(std::min<std::uint64_t>(stored.size - done, chunk.size()));
        const ssize_t n =
            ::pread(stored.fd, chunk.data(), most, static_cast<::off_t>(stored.offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return file_error("read a blob");
        if (n == 0) return Error(Fault::Io, "a blob was cut short by somebody else");
        done += static_cast<std::uint64_t>(n);
        BOLTSEAL_CHECK(sink(Bytes(chunk.data(), static_cast<std::size_t>(n))));
    }
    return {};
}

Result<Buffer> read_stored(const StoredBytes& stored, const std::string& name, std::size_t limit) {
    if (stored.size > limit) {
        return Error(Fault::Malformed,
                     "'" + name + "' is larger than " + std::to_string(limit) + " bytes");
    }
    Buffer out;
    BOLTSEAL_CHECK(read_stored(stored, [&](Bytes piece) -> Result<void> {
        out.insert(out.end(), piece.begin(), piece.end());
        return {};
    }));
    return out;
}

Result<void> read_proved(const StoredBytes& stored, const Descriptor& blob, const BodySink& sink) {
    const std::string name = "'" + to_string(blob.digest) + "'";
    if (stored.size != blob.size) {
        return Error(Fault::Integrity, name + " has " + std::to_string(stored.size) +
                                           " bytes instead of " + std::to_string(blob.size));
    }
    Hasher hasher(blob.digest.algorithm());
    BOLTSEAL_CHECK(read_stored(stored, [&](Bytes piece) {
        hasher.update(piece);
        return sink(piece);
    }));
    const BlobDigest found = std::move(hasher).finish();
    if (found == blob.digest) return {};
    return Error(Fault::Integrity,
                 name + " was asked for, the bytes are '" + to_string(found) + "'");
}

}  // namespace boltseal
