// index.json and oci-layout of an OCI image layout: image-spec v1.1 image-layout.md.
#pragma once

#include "registry-client/manifest.h"

namespace boltseal {

inline constexpr std::string_view kLayoutFile = R"({"imageLayoutVersion":"1.0.0"})";

std::string empty_index();

// Malformed unless this is an oci-layout file of the version that we know.
Result<void> check_layout_version(Bytes bytes);

std::string tag_of(const Descriptor& entry);  // org.opencontainers.image.ref.name; may be empty

// Signatures and the like, which nobody means who asks for the image of a layout.
bool is_attachment(const Descriptor& entry);

// How a manifest is listed: a referrer with its artifact type and annotations.
Result<Descriptor> index_entry(const ResolvedManifest& manifest);

// The text with one more entry, which takes `tag` away from whoever had it; of the others, also
// members that are unknown to us stay. The same text if the entry is there already.
Result<std::string> add_to_index(Bytes index, const Descriptor& entry, const std::string& tag);

}  // namespace boltseal
