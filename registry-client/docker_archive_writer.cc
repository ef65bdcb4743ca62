#include "registry-client/docker_archive_writer.h"

#include "registry-client/layer_decoder.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::uint64_t kMaxLayer = std::uint64_t{64} << 30;

bool is_config(const Descriptor& blob) {
    return blob.media_type == "application/vnd.oci.image.config.v1+json" ||
           blob.media_type == "application/vnd.docker.container.image.v1+json";
}

Error not_there(const std::string& what) {
    return Error(Fault::Missing, what + " is not there");
}

std::string layer_name(const BlobDigest& diff_id) {
    return diff_id.hex() + ".tar";
}

}  // namespace

Result<DockerArchiveWriter> DockerArchiveWriter::create(const std::filesystem::path& file,
                                                        std::string name) {
    BOLTSEAL_TRY(NewFile opened, NewFile::create(file));
    return DockerArchiveWriter(std::move(opened), std::move(name));
}

Result<void> DockerArchiveWriter::put_blob(const Descriptor& blob, const BlobProducer& producer) {
    if (configs_.contains(blob.digest) || layers_.contains(blob.digest)) return {};
    return is_config(blob) ? put_config(blob, producer) : put_layer(blob, producer);
}

Result<void> DockerArchiveWriter::put_config(const Descriptor& blob, const BlobProducer& producer) {
    if (blob.size > kMaxImageConfig) return Error(Fault::Malformed, "image config is too large");
    Buffer bytes;
    BOLTSEAL_CHECK(pass_blob(blob, producer, [&](Bytes piece) -> Result<void> {
        bytes.insert(bytes.end(), piece.begin(), piece.end());
        return {};
    }));
    BOLTSEAL_CHECK(writer_.add(blob.digest.hex() + ".json", bytes));
    configs_[blob.digest] = std::move(bytes);
    return {};
}

// What the blob is proved by goes by while it is unpacked.
Result<void> DockerArchiveWriter::put_layer(const Descriptor& blob, const BlobProducer& producer) {
    BOLTSEAL_TRY(const auto decoder, decoder_for(blob.media_type));
    BOLTSEAL_CHECK(writer_.begin("layer.tar"));
    Hasher tar;
    const BodySink unpacked = [&](Bytes piece) -> Result<void> {
        if (piece.size() > kMaxLayer - tar.size()) {
            return Error(Fault::Malformed, "a layer is larger than 64 GiB when it is unpacked");
        }
        tar.update(piece);
        return writer_.write(piece);
    };
    auto passed =
        pass_blob(blob, producer, [&](Bytes piece) { return decoder->take(piece, unpacked); });
    if (passed) passed = decoder->finish();
    const BlobDigest diff_id = std::move(tar).finish();
    const bool is_there = std::any_of(layers_.begin(), layers_.end(), [&](const auto& layer) {
        return layer.second == diff_id;  // the same tar, compressed otherwise
    });
    if (!passed || is_there) writer_.drop();
    if (!passed) return std::move(passed).error().context("'" + to_string(blob.digest) + "'");
    if (!is_there) BOLTSEAL_CHECK(writer_.end(layer_name(diff_id)));
    layers_.emplace(blob.digest, diff_id);
    return {};
}

Result<void> DockerArchiveWriter::put_manifest(const ResolvedManifest&) {
    return Error(Fault::Config, "a Docker archive holds one image, and this is an index of several")
        .with_hint("name the one with --platform");
}

Result<void> DockerArchiveWriter::put_image(const ResolvedManifest& manifest, const std::string&) {
    BOLTSEAL_CHECK(check_content(manifest.bytes, manifest.descriptor));
    BOLTSEAL_TRY(const Manifest parsed,
                 parse_manifest(manifest.bytes, manifest.descriptor.media_type));
    if (!parsed.config) return put_manifest(manifest);
    const auto config = configs_.find(parsed.config->digest);
    if (config == configs_.end()) return not_there("the config of the image");
    BOLTSEAL_TRY(const auto diff_ids, parse_diff_ids(config->second));
    DockerImage image{config->first.hex() + ".json", {}, {}};
    if (!name_.empty()) image.names.push_back(name_);
    std::vector<BlobDigest> found;
    for (const Descriptor& layer : parsed.layers) {
        const auto known = layers_.find(layer.digest);
        if (known == layers_.end()) return not_there("layer '" + to_string(layer.digest) + "'");
        found.push_back(known->second);
        image.layers.push_back(layer_name(known->second));
    }
    if (found != diff_ids) {
        return Error(Fault::Integrity,
                     "the layers of the image are not those that its config lists");
    }
    images_ = {std::move(image)};
    return {};
}

Result<void> DockerArchiveWriter::commit() {
    if (images_.empty()) return not_there("the image");
    BOLTSEAL_CHECK(writer_.add("manifest.json", as_bytes(to_json(images_))));
    BOLTSEAL_CHECK(writer_.finish());
    BOLTSEAL_CHECK(std::move(file_).place());
    return {};
}

Result<bool> DockerArchiveWriter::has_blob(const BlobDigest& digest) {
    return configs_.contains(digest) || layers_.contains(digest);
}

Result<ResolvedManifest> DockerArchiveWriter::resolve(const std::string& name) {
    return not_there(printable(name));
}

Result<ResolvedManifest> DockerArchiveWriter::get_manifest(const BlobDigest& digest) {
    return not_there("'" + to_string(digest) + "'");
}

Result<void> DockerArchiveWriter::get_blob(const Descriptor& blob, const BodySink&) {
    return not_there("'" + to_string(blob.digest) + "'");
}

}  // namespace boltseal
