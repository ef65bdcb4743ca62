#include "cli/target.h"

#include "registry-client/docker_archive_writer.h"
#include "registry-client/mirrored_store.h"
#include "registry-client/oci_layout.h"
#include "registry-client/reference.h"

namespace boltseal {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLayout = "oci:";
constexpr std::string_view kOciArchive = "oci-archive:";
constexpr std::string_view kDockerArchive = "docker-archive:";
constexpr std::string_view kRegistry = "docker://";

// A MirroredStore only borrows its clients.
class OwningRegistryStore : public MirroredStore {
public:
    explicit OwningRegistryStore(OpenRegistry registry)
        : MirroredStore(*registry.client, borrow(registry)), registry_(std::move(registry)) {}

private:
    static std::vector<MirrorClient> borrow(const OpenRegistry& registry) {
        std::vector<MirrorClient> out;
        for (const OpenMirror& mirror : registry.mirrors) {
            out.push_back({mirror.client.get(), mirror.digests, mirror.tags});
        }
        return out;
    }

    OpenRegistry registry_;
};

bool is_layout(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path / "oci-layout", ignored);
}

struct LayoutName {
    fs::path folder;
    std::string selector;
};

// A folder may have ':' in its name; a tag or digest follows the last one that is not in it.
LayoutName split_layout(const std::string& text) {
    if (const std::size_t at = text.rfind('@'); at != std::string::npos) {
        return {text.substr(0, at), text.substr(at + 1)};
    }
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos || text.find('/', colon) != std::string::npos) return {text, ""};
    return {text.substr(0, colon), text.substr(colon + 1)};
}

// Before anything is made there.
Result<LayoutName> name_to_open(const std::string& text, Create create) {
    LayoutName name = split_layout(text);
    if (create == Create::No || !parse_digest(name.selector)) return name;
    return Error(Fault::Config, "an image is copied to a tag, not to a digest");
}

Result<ImageTarget> open_layout(const std::string& text, Create create) {
    BOLTSEAL_TRY(const LayoutName name, name_to_open(text, create));
    auto layout =
        create == Create::Yes ? LayoutStore::create(name.folder) : LayoutStore::open(name.folder);
    if (!layout) return std::move(layout).error();
    return ImageTarget{"oci:" + name.folder.string(), name.selector,
                       std::make_unique<LayoutStore>(*std::move(layout))};
}

Result<ImageTarget> open_oci_archive(const std::string& text, Create create) {
    BOLTSEAL_TRY(const LayoutName name, name_to_open(text, create));
    auto archive =
        create == Create::Yes ? OciArchive::create(name.folder) : OciArchive::open(name.folder);
    if (!archive) return std::move(archive).error();
    return ImageTarget{std::string(kOciArchive) + name.folder.string(), name.selector,
                       std::make_unique<OciArchive>(*std::move(archive))};
}

// As skopeo has it: the name of the image begins after the first ':'.
Result<ImageTarget> open_docker_archive(const std::string& text, Create create) {
    const std::size_t colon = text.find(':');
    const fs::path file = text.substr(0, colon);
    std::string name = colon == std::string::npos ? "" : text.substr(colon + 1);
    if (!name.empty()) {
        BOLTSEAL_TRY(const Reference reference, parse_reference(name));
        if (reference.digest) {
            return Error(Fault::Config, "an image in a Docker archive has a name and no digest");
        }
        if (create == Create::Yes) name = to_string(reference);
    }
    ImageTarget out{std::string(kDockerArchive) + file.string(), name, nullptr};
    if (create == Create::Yes) {
        BOLTSEAL_TRY(auto archive, DockerArchiveWriter::create(file, name));
        out.store = std::make_unique<DockerArchiveWriter>(std::move(archive));
    } else {
        BOLTSEAL_TRY(auto archive, DockerArchive::open(file, name));
        out.store = std::make_unique<DockerArchive>(std::move(archive));
    }
    return out;
}

Result<ImageTarget> open_reference(const std::string& text, RegistryFlags flags,
                                   Transport& transport, Create create) {
    BOLTSEAL_TRY(const Reference reference, parse_reference(text));
    if (create == Create::Yes) flags.use = RegistryUse::Write;
    BOLTSEAL_TRY(OpenRegistry opened, open_with_mirrors(reference, flags, transport));
    ImageTarget out{reference.registry + "/" + reference.repository,
                    reference.digest ? to_string(*reference.digest) : reference.tag, nullptr,
                    opened.client.get()};
    for (const OpenMirror& mirror : opened.mirrors) {
        if (mirror.digests) out.mirrors.push_back(mirror.client.get());
    }
    out.store = std::make_unique<OwningRegistryStore>(std::move(opened));
    return out;
}

}  // namespace

Result<Target> open_target(const std::string& text, const RegistryFlags& flags,
                           Transport& transport) {
    std::error_code ignored;
    if (text.starts_with("file:")) return Target(FileTarget{text.substr(5)});
    const bool says = text.starts_with(kRegistry) || layout_or_archive(text) == text;
    if (!says && fs::exists(text, ignored) && !is_layout(text)) {
        if (!fs::is_directory(text, ignored)) return Target(FileTarget{text});
        return Error(Fault::Config, "'" + text + "' is a folder, but no OCI image layout");
    }
    BOLTSEAL_TRY(ImageTarget image, open_image(text, flags, transport));
    return Target(std::move(image));
}

Result<ImageTarget> open_image(const std::string& text, const RegistryFlags& flags,
                               Transport& transport, Create create) {
    if (text.starts_with(kLayout)) return open_layout(text.substr(kLayout.size()), create);
    if (text.starts_with(kOciArchive)) {
        return open_oci_archive(text.substr(kOciArchive.size()), create);
    }
    if (text.starts_with(kDockerArchive)) {
        return open_docker_archive(text.substr(kDockerArchive.size()), create);
    }
    if (text.starts_with(kRegistry)) {
        return open_reference(text.substr(kRegistry.size()), flags, transport, create);
    }
    const LayoutName layout = split_layout(text);
    if (is_layout(text) || is_layout(layout.folder)) return open_layout(text, create);
    return open_reference(text, flags, transport, create);
}

std::string layout_or_archive(const std::string& text) {
    for (const std::string_view prefix : {kLayout, kOciArchive, kDockerArchive}) {
        if (text.starts_with(prefix)) return text;
    }
    return std::string(kLayout) + text;
}

std::filesystem::path archive_file(const ImageTarget& image) {
    return image.where.substr(image.where.find(':') + 1);
}

Result<void> check_attachable(const ImageTarget& image) {
    if (!image.where.starts_with(kDockerArchive)) return {};
    return Error(Fault::Config, "a Docker archive has no place for signatures")
        .with_hint("copy it to a layout (oci:DIR) or to an archive of one (oci-archive:FILE)");
}

std::string pinned_name(const ImageTarget& image, const BlobDigest& digest) {
    return image.where + "@" + to_string(digest);
}

Result<Buffer> get_small_blob(ImageStore& store, const Descriptor& blob, std::size_t limit) {
    if (blob.size > limit) {
        return Error(Fault::Malformed, "blob " + to_string(blob.digest) + " is larger than " +
                                           std::to_string(limit) + " bytes");
    }
    Buffer bytes;
    BOLTSEAL_CHECK(store.get_blob(blob, [&](Bytes piece) -> Result<void> {
        bytes.insert(bytes.end(), piece.begin(), piece.end());
        return {};
    }));
    return bytes;
}

}  // namespace boltseal
