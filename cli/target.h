// What a command works on: a file, an image in an OCI layout, in an archive, or in a registry.
#pragma once

#include "cli/registries.h"
#include "net/transport.h"
#include "registry-client/image_store.h"

#include <filesystem>
#include <memory>
#include <string>
#include <variant>

namespace boltseal {

struct FileTarget {
    std::filesystem::path path;
};

struct ImageTarget {
    std::string where;     // "registry.example/app", "oci:folder" or "oci-archive:file"
    std::string selector;  // tag or digest; empty: the only image of a layout or archive
    std::unique_ptr<ImageStore> store;
    RegistryClient* registry = nullptr;      // what the store speaks to, if it is a registry
    std::vector<RegistryClient*> mirrors{};  // which have the same blobs, by digest
};

using Target = std::variant<FileTarget, ImageTarget>;

// "file:PATH", "oci:FOLDER[:TAG|@DIGEST]", "oci-archive:FILE[:TAG|@DIGEST]",
// "docker-archive:FILE[:NAME:TAG]" and "docker://REFERENCE" say what they are. Without such a
// prefix a file that exists is a file, a folder with an oci-layout file is a layout, and everything
// else is a reference. `transport` must outlive the target.
Result<Target> open_target(const std::string& text, const RegistryFlags& flags,
                           Transport& transport);

// The same, but Config unless it is an image. With Create::Yes a layout that is not there is made,
// and an archive is made anew, which replaces a file that is there.
enum class Create { No, Yes };
Result<ImageTarget> open_image(const std::string& text, const RegistryFlags& flags,
                               Transport& transport, Create create = Create::No);

// "DIR[:TAG]" is a layout, unless a prefix says that it is another one or an archive.
std::string layout_or_archive(const std::string& text);

// REQUIRES: the image is in an archive
std::filesystem::path archive_file(const ImageTarget& image);

// Config for a Docker archive, which has no place for what is attached to an image.
Result<void> check_attachable(const ImageTarget& image);

// How the image is called for good: "registry.example/app@sha256:...".
std::string pinned_name(const ImageTarget& image, const BlobDigest& digest);

// A blob of at most `limit` bytes, proved. Malformed if the descriptor says it is larger.
Result<Buffer> get_small_blob(ImageStore& store, const Descriptor& blob, std::size_t limit);

}  // namespace boltseal
