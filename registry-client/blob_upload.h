// One blob on its way up to a registry: distribution-spec v1.1 "Pushing blobs" and "Mounting a
// blob from another repository". A session is opened, bytes go up in order, and the digest ends it.
//
// A chunk whose connection broke goes on from where the registry says it is. What a registry makes
// of a broken chunk differs: docker-registry 2.8 drops the whole session. Nothing here hashes: the
// caller proves the bytes before finish(), and the registry checks them against the digest.
#pragma once

#include "registry-client/client.h"

namespace boltseal {

class BlobUpload {
public:
    // Nullopt if nothing is left to do: the registry has taken the blob over from `mount_from`, a
    // repository of its own; empty for none. `client` must outlive this.
    static Result<std::optional<BlobUpload>> begin(RegistryClient& client, const BlobDigest& digest,
                                                   const std::string& mount_from);

    // The next bytes, as one PATCH, or several where it broke. Io if the session is lost: begin
    // anew. Declined if the registry takes no chunks.
    Result<void> append(Bytes chunk);
    // The fewest bytes that the registry takes in a chunk that is not the last; 0: any.
    std::uint64_t least_chunk() const { return least_chunk_; }

    // The `size` bytes that are left, which may be all or none, as one PUT. Io as above.
    Result<void> finish(const BodyReader& rest = {}, std::uint64_t size = 0);
    // Best effort: the registry may forget what it got.
    void cancel();

private:
    BlobUpload(RegistryClient& client, const BlobDigest& digest)
        : client_(&client), digest_(digest) {}

    Error lost(const std::string& why);
    Result<void> take_location(const Response& response);
    Result<void> send_chunk(Bytes chunk);
    Result<void> ask_position(std::uint64_t least, std::uint64_t most);
    Result<void> send_last(const BodyReader& rest, std::uint64_t size);
    Request request_for(std::string method, const std::string& query = {}) const;

    RegistryClient* client_;
    BlobDigest digest_;
    std::string location_;
    std::uint64_t position_ = 0;  // how much the registry has
    std::uint64_t least_chunk_ = 0;
    bool resumed_ = false;
    bool lost_ = false;
};

// How much of a blob is there by "Range: 0-<last>", with "bytes=" before it as some write it;
// nullopt if it is none. "0-0" is what docker-registry says of nothing, and is taken as that.
std::optional<std::uint64_t> uploaded_bytes(std::string_view range);

}  // namespace boltseal
