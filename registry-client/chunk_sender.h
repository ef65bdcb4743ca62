// Collects the bytes of a blob into chunks, and sends each one up while the next is collected: what
// comes from one registry goes to another without resting on a disk.
#pragma once

#include "registry-client/blob_upload.h"

#include <future>

namespace boltseal {

class ChunkSender {
public:
    // Holds two chunks in memory. `upload`, and its client, are used by a thread of this until
    // flush() or the end of this.
    ChunkSender(BlobUpload& upload, std::size_t chunk) : upload_(upload), chunk_(chunk) {}
    ChunkSender(const ChunkSender&) = delete;
    ChunkSender& operator=(const ChunkSender&) = delete;
    ~ChunkSender() { (void)wait(); }

    // The error of a chunk is what the next call returns, and all after it.
    Result<void> add(Bytes piece);
    Result<void> flush();
    Result<void> wait();  // for what is under way; the rest stays here

private:
    Result<void> send();

    BlobUpload& upload_;
    const std::size_t chunk_;
    Buffer filling_;
    Buffer sending_;
    std::future<Result<void>> sent_;
    std::optional<Error> failed_;
};

}  // namespace boltseal
