// What people write to name an image, in the grammar of the distribution project
// (distribution/reference v0.6 and distribution-spec v1.1, "Pulling manifests"):
// [registry/]repository[:tag][@digest].
//
// A first component without '.', ':' and other than 'localhost' is Docker Hub's, as users expect;
// printing always shows the registry, so that nothing depends on it unseen.
#pragma once

#include "core/digest.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boltseal {

struct Reference {
    std::string registry;    // "host" or "host:port"
    std::string repository;  // "library/alpine"
    std::string tag;         // empty only if there is a digest
    std::optional<BlobDigest> digest;

    bool operator==(const Reference&) const = default;
};

// Config for what does not fit the grammar: a person wrote it.
Result<Reference> parse_reference(std::string_view text);
std::string to_string(const Reference& reference);

Result<void> check_repository(std::string_view repository);
Result<void> check_tag(std::string_view tag);

// sha256 or sha512, the two that image-spec v1.1 registers.
Result<BlobDigest> parse_oci_digest(std::string_view text);

// The host that answers for a registry: Docker Hub's has another name than its images.
std::string api_host(const std::string& registry);

// Loopback, or listed by the caller as "host" or "host:port".
bool is_plain_http(const std::string& registry, const std::vector<std::string>& insecure);

}  // namespace boltseal
