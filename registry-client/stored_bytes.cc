#include "registry-client/stored_bytes.h"

namespace boltseal {

Result<void> read_stored(const StoredBytes& stored, const BodySink& sink) {
    return read_range(stored.fd, {stored.offset, stored.offset + stored.size}, "a blob", sink);
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
