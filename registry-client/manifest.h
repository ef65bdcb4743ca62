// OCI image manifests, image indexes, and their Docker ancestors: image-spec v1.1 manifest.md,
// image-index.md, descriptor.md. Schema 1 is refused.
//
// Unknown members are ignored, as the specification demands; what looks like two types at once is
// not (GHSA-qq97-vm5h-rrhg). A parsed manifest says nothing about who made it: annotations and
// artifact types are hints until a signature covers the digest.
#pragma once

#include "core/digest.h"
#include "core/json.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boltseal {

inline constexpr std::size_t kMaxManifest = std::size_t{4} << 20;

inline constexpr std::string_view kOciIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kOciManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kDockerList =
    "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr std::string_view kDockerManifest =
    "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kOciEmpty = "application/vnd.oci.empty.v1+json";

using Annotations = std::map<std::string, std::string>;

struct Platform {
    std::string os;
    std::string architecture;
    std::string variant;     // may be empty
    std::string os_version;  // may be empty
    bool operator==(const Platform&) const = default;
};

// "linux/arm64" or "linux/arm/v7"; Config if it is neither.
Result<Platform> parse_platform(std::string_view text);
std::string to_string(const Platform& platform);

struct Descriptor {
    std::string media_type;
    BlobDigest digest;
    std::uint64_t size = 0;
    std::string artifact_type;  // may be empty
    Annotations annotations;
    std::optional<Platform> platform;
    bool operator==(const Descriptor&) const = default;
};

Result<Descriptor> parse_descriptor(const Json& json);
Json to_json_value(const Descriptor& descriptor);

struct Manifest {
    std::string media_type;
    std::string artifact_type;          // as written, may be empty
    std::optional<Descriptor> config;   // of an image manifest, always
    std::vector<Descriptor> layers;     // of an image manifest
    std::vector<Descriptor> manifests;  // of an index
    std::optional<Descriptor> subject;
    Annotations annotations;
    bool operator==(const Manifest&) const = default;
};

bool is_index(std::string_view media_type);          // OCI index or Docker list
bool is_manifest_type(std::string_view media_type);  // one of the four above

// What the artifact is: artifactType, else the config's media type (image-spec v1.1 manifest.md,
// "Guidelines for Artifact Usage").
std::string artifact_type_of(const Manifest& manifest);

// `media_type` is what the bytes came under, a Content-Type or a descriptor's; parameters are
// ignored. Empty: the bytes must tell by themselves. A mediaType inside must be the same.
Result<Manifest> parse_manifest(Bytes bytes, std::string_view media_type);

// A manifest as it is stored, with the digest of just these bytes.
struct ResolvedManifest {
    Descriptor descriptor;
    Buffer bytes;
    std::string etag;  // of the registry, may be empty
};

// The one child of an index for a platform; a variant that was not asked for matches any. Missing
// if there is none, Malformed if there are several: which would be verified is not which runs.
Result<Descriptor> select_platform(const Manifest& index, const Platform& platform);

// The text that is hashed and pushed. Members come in the order of the specification.
std::string to_json(const Manifest& manifest);

Descriptor describe(Bytes blob, std::string_view media_type);  // by SHA-256
Descriptor empty_config();                                     // of the two bytes {}

// Integrity unless the bytes are what the digest, or the descriptor, promises.
Result<void> check_content(Bytes bytes, const BlobDigest& digest);
Result<void> check_content(Bytes bytes, const Descriptor& descriptor);

}  // namespace boltseal
