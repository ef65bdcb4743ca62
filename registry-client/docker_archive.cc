#include "registry-client/docker_archive.h"

#include "registry-client/layer_decoder.h"
#include "registry-client/reference.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::string_view kConfigType = "application/vnd.oci.image.config.v1+json";

// "app:1.0" and "docker.io/library/app:1.0" are the same.
bool is_same_name(const std::string& a, const std::string& b) {
    if (a == b) return true;
    const auto one = parse_reference(a);
    const auto other = parse_reference(b);
    return one && other && *one == *other;
}

Error read_only() {
    return Error(Fault::Declined, "a Docker archive has no place for more than its image")
        .with_hint("copy it to a layout (oci:DIR) or to an archive of one (oci-archive:FILE)");
}

}  // namespace

Error DockerArchive::context(Error error) const {
    return std::move(error).context("archive '" + path_.string() + "'");
}

Result<DockerArchive> DockerArchive::open(const std::filesystem::path& file,
                                          const std::string& name) {
    BOLTSEAL_TRY(OpenArchive opened, open_archive(file));
    DockerArchive out(file, name, std::move(opened.file));
    auto members = list_tar(reader_of(out.file_.get()), opened.size, TarLinks::Keep);
    if (!members) return out.context(std::move(members).error());
    out.members_ = *std::move(members);
    auto image = out.find_image();
    if (!image) return out.context(std::move(image).error());
    auto read = out.read_image(*image);
    if (!read) return out.context(std::move(read).error());
    return out;
}

Result<StoredBytes> DockerArchive::find(const std::string& member) const {
    const auto found = members_.find(member);
    if (found == members_.end()) {
        return Error(Fault::Missing, printable(member) + " is not there");
    }
    if (found->second.is_link) {
        return Error(Fault::Malformed, printable(member) + " is a link, and is not followed");
    }
    return StoredBytes{OpenFile(), file_.get(), found->second.offset, found->second.size};
}

Result<DockerImage> DockerArchive::find_image() const {
    BOLTSEAL_TRY(const StoredBytes stored, find("manifest.json"));
    BOLTSEAL_TRY(const Buffer text, read_stored(stored, "manifest.json", kMaxManifest));
    auto images = parse_docker_manifest(text);
    if (!images) return std::move(images).error().context("manifest.json");
    std::vector<DockerImage> found;
    for (const DockerImage& image : *images) {
        const bool named =
            std::any_of(image.names.begin(), image.names.end(),
                        [&](const std::string& one) { return is_same_name(one, name_); });
        if (name_.empty() || named) found.push_back(image);
    }
    if (found.size() == 1) return found.front();
    if (name_.empty() && !found.empty()) {
        return Error(Fault::Config, "there are several images, and no name says which");
    }
    if (!found.empty()) return Error(Fault::Malformed, printable(name_) + " is there twice");
    return Error(Fault::Missing, name_.empty() ? std::string("there is no image")
                                               : "there is no image " + printable(name_));
}

// The layer as it is, whose tar must be what the config says.
Result<Descriptor> DockerArchive::read_layer(const std::string& member, const BlobDigest& diff_id) {
    BOLTSEAL_TRY(const StoredBytes stored, find(member));
    Descriptor out;
    out.size = stored.size;
    Hasher whole;
    Hasher tar(diff_id.algorithm());
    std::unique_ptr<LayerDecoder> decoder;
    BOLTSEAL_CHECK(read_stored(stored, [&](Bytes piece) -> Result<void> {
        if (!decoder) {
            out.media_type = layer_type_of(piece);
            BOLTSEAL_TRY(decoder, decoder_for(out.media_type));
        }
        whole.update(piece);
        return decoder->take(piece, [&](Bytes decoded) -> Result<void> {
            tar.update(decoded);
            return {};
        });
    }));
    if (!decoder) return Error(Fault::Malformed, printable(member) + " is empty");
    BOLTSEAL_CHECK(decoder->finish());
    out.digest = std::move(whole).finish();
    const BlobDigest found = std::move(tar).finish();
    if (found == diff_id) return out;
    return Error(Fault::Integrity, "layer " + printable(member) + " is '" + to_string(found) +
                                       "', and not '" + to_string(diff_id) + "' as the image says");
}

Result<void> DockerArchive::read_image(const DockerImage& image) {
    BOLTSEAL_TRY(const StoredBytes stored, find(image.config));
    BOLTSEAL_TRY(const Buffer config, read_stored(stored, image.config, kMaxImageConfig));
    BOLTSEAL_TRY(const auto diff_ids, parse_diff_ids(config));
    if (diff_ids.size() != image.layers.size()) {
        return Error(Fault::Malformed,
                     "manifest.json names " + std::to_string(image.layers.size()) +
                         " layers, and the image has " + std::to_string(diff_ids.size()));
    }
    Manifest manifest;
    manifest.media_type = kOciManifest;
    manifest.config = describe(config, kConfigType);
    blobs_[manifest.config->digest] = image.config;
    for (std::size_t i = 0; i < diff_ids.size(); ++i) {
        BOLTSEAL_TRY(const Descriptor layer, read_layer(image.layers[i], diff_ids[i]));
        blobs_[layer.digest] = image.layers[i];
        manifest.layers.push_back(layer);
    }
    manifest_.bytes = to_buffer(to_json(manifest));
    manifest_.descriptor = describe(manifest_.bytes, kOciManifest);
    return {};
}

Result<ResolvedManifest> DockerArchive::resolve(const std::string& name) {
    if (name.empty() || name == name_ || name == to_string(manifest_.descriptor.digest)) {
        return manifest_;
    }
    return context(Error(Fault::Missing, "there is no image " + printable(name)));
}

Result<ResolvedManifest> DockerArchive::get_manifest(const BlobDigest& digest) {
    if (digest == manifest_.descriptor.digest) return manifest_;
    return context(Error(Fault::Missing, "'" + to_string(digest) + "' is not there"));
}

Result<void> DockerArchive::get_blob(const Descriptor& blob, const BodySink& sink) {
    const auto member = blobs_.find(blob.digest);
    if (member == blobs_.end()) {
        return context(Error(Fault::Missing, "'" + to_string(blob.digest) + "' is not there"));
    }
    BOLTSEAL_TRY(const StoredBytes stored, find(member->second));
    return read_proved(stored, blob, sink);
}

Result<bool> DockerArchive::has_blob(const BlobDigest& digest) {
    return blobs_.contains(digest);
}

Result<void> DockerArchive::put_blob(const Descriptor&, const BlobProducer&) {
    return context(read_only());
}

Result<void> DockerArchive::put_manifest(const ResolvedManifest&) {
    return context(read_only());
}

Result<void> DockerArchive::put_image(const ResolvedManifest&, const std::string&) {
    return context(read_only());
}

}  // namespace boltseal
