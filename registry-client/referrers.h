// What refers to a manifest: distribution-spec v1.1 "Listing Referrers", "Pushing Manifests with
// Subject", and the tag that stands in where a registry has no such API.
//
// Lists are hints that anybody with push access can change; what is in them counts only once its
// own manifest was read and names the subject.
#pragma once

#include "registry-client/client.h"
#include "registry-client/image_store.h"

#include <functional>

namespace boltseal {

inline constexpr std::size_t kMaxReferrers = 1024;

// "sha256-<hex>", the fallback tag; and cosign's older "sha256-<hex>.sig", ".att", ".sbom".
std::string referrers_tag(const BlobDigest& subject);
std::string legacy_tag(const BlobDigest& subject, std::string_view suffix);

// The manifest that attaches blobs to a subject, with the empty config.
Manifest attachment_manifest(const Descriptor& subject, const Attachment& attachment);

// What a list of referrers says about one: its true artifact type and annotations.
Descriptor describe_referrer(const Manifest& manifest, const Descriptor& descriptor);

// Reads each listed manifest with `get` and keeps those whose subject is `subject`. What is Missing
// or has another subject is ignored, with a word; every other failure is ours.
using GetManifest = std::function<Result<ResolvedManifest>(const BlobDigest&)>;
Result<ReferrerList> collect_referrers(const std::vector<Descriptor>& listed,
                                       const BlobDigest& subject, const GetManifest& get);

Result<ReferrerList> list_referrers(RegistryClient& client, const BlobDigest& subject);

// Makes sure the fallback tag lists the entries. Most registries cannot compare and swap, so
// whoever writes looks again after a while, twice, and writes once more what is gone, also of
// others.
Result<void> add_to_fallback_tag(RegistryClient& client, const BlobDigest& subject,
                                 const std::vector<Descriptor>& entries,
                                 std::chrono::milliseconds settle);

}  // namespace boltseal
