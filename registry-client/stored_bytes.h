// A part of a file that is open: a blob of its own, or a member of an archive.
#pragma once

#include "registry-client/blob_file.h"

namespace boltseal {

struct StoredBytes {
    OpenFile file;  // closed if somebody else keeps it open
    int fd = -1;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

// All of it. Malformed if it is more than `limit` bytes; `name` is for messages.
Result<Buffer> read_stored(const StoredBytes& stored, const std::string& name, std::size_t limit);

// All of it in pieces.
Result<void> read_stored(const StoredBytes& stored, const BodySink& sink);

// The same; success means that it was the blob. Integrity if it is not, and before anything is read
// if its size is wrong.
Result<void> read_proved(const StoredBytes& stored, const Descriptor& blob, const BodySink& sink);

}  // namespace boltseal
