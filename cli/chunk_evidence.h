// Chunk lists of an image: made to be signed, and found and verified before they are used.
// specs/chunk-list.md
#pragma once

#include "cli/trust_material.h"
#include "registry-client/chunk_list.h"
#include "sign/sign_statement.h"

namespace boltseal {

// The lists that are attached to the manifests and verify by the same trust as their signatures.
// What does not verify, or cannot be had, is as if it were not there: it would only have saved
// time.
ChunkList find_chunk_lists(ImageStore& store, const std::vector<BlobDigest>& manifests,
                           TrustMaterial trust, Timestamp now);

// Those among statements that are believed, put together. What is no chunk list is passed over.
ChunkList chunk_lists_of(const std::vector<Statement>& statements);

// The statement to sign about a manifest's layers over `threshold` bytes; nothing if there are
// none.
Result<std::optional<Statement>> chunk_statement(ImageStore& store,
                                                 const ResolvedManifest& manifest,
                                                 std::uint64_t threshold);

}  // namespace boltseal
