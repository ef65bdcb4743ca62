// What a command works on: a file, an image in an OCI layout, or an image in a registry.
#pragma once

#include "cli/command.h"
#include "net/transport.h"
#include "registry-client/image_store.h"

#include <filesystem>
#include <memory>
#include <string>
#include <variant>

namespace boltseal {

struct RegistryFlags {
    std::vector<std::string> insecure;  // --insecure-registry
};
void add_registry_flags(Command command, RegistryFlags& flags);

struct FileTarget {
    std::filesystem::path path;
};

struct ImageTarget {
    std::string where;     // "registry.example/app" or "oci:folder"
    std::string selector;  // tag or digest; empty: the only image of a layout
    std::unique_ptr<ImageStore> store;
};

using Target = std::variant<FileTarget, ImageTarget>;

// "file:PATH", "oci:FOLDER[:TAG|@DIGEST]" and "docker://REFERENCE" say what they are. Without such
// a prefix a file that exists is a file, a folder with an oci-layout file is a layout, and
// everything else is a reference. `transport` must outlive the target.
Result<Target> open_target(const std::string& text, const RegistryFlags& flags,
                           Transport& transport);

// The same, but Config unless it is an image; with Create::Yes a layout that is not there is made.
enum class Create { No, Yes };
Result<ImageTarget> open_image(const std::string& text, const RegistryFlags& flags,
                               Transport& transport, Create create = Create::No);

// How the image is called for good: "registry.example/app@sha256:...".
std::string pinned_name(const ImageTarget& image, const BlobDigest& digest);

// A blob of at most `limit` bytes, proved. Malformed if the descriptor says it is larger.
Result<Buffer> get_small_blob(ImageStore& store, const Descriptor& blob, std::size_t limit);

}  // namespace boltseal
