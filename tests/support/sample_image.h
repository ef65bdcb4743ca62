// Small images to push around, and the pieces tests of registries and layouts share.
#pragma once

#include "net/retry.h"
#include "registry-client/image_store.h"
#include "tests/check.h"

#include <chrono>
#include <random>
#include <string>
#include <thread>

namespace boltseal::test {

inline std::string text_of(ImageStore& store, const Descriptor& blob) {
    std::string out;
    REQUIRE_OK(store.get_blob(blob, [&](Bytes piece) -> Result<void> {
        out += as_text(piece);
        return {};
    }));
    return out;
}

inline Descriptor put_text(ImageStore& store, const std::string& text, std::string_view type) {
    const Descriptor blob = describe(as_bytes(text), type);
    REQUIRE_OK(store.put_blob(blob, produce(as_bytes(text))));
    return blob;
}

inline ResolvedManifest resolved(const Manifest& manifest) {
    ResolvedManifest out;
    out.bytes = to_buffer(to_json(manifest));
    out.descriptor = describe(out.bytes, manifest.media_type);
    return out;
}

// An image of one layer with this text.
inline ResolvedManifest put_image(ImageStore& store, const std::string& layer,
                                  const std::string& tag) {
    Manifest manifest;
    manifest.media_type = kOciManifest;
    manifest.config = put_text(store, "{}", "application/vnd.oci.image.config.v1+json");
    manifest.layers = {put_text(store, layer, "application/vnd.oci.image.layer.v1.tar")};
    const ResolvedManifest image = resolved(manifest);
    REQUIRE_OK(store.put_image(image, tag));
    return image;
}

// An index of one image for each of two platforms.
inline ResolvedManifest put_index(ImageStore& store, const std::string& tag) {
    Manifest index;
    index.media_type = kOciIndex;
    for (const std::string arch : {"amd64", "arm64"}) {
        index.manifests.push_back(put_image(store, "layer of " + arch, "").descriptor);
        index.manifests.back().platform = Platform{"linux", arch, {}, {}};
    }
    const ResolvedManifest out = resolved(index);
    REQUIRE_OK(store.put_image(out, tag));
    return out;
}

inline Attachment attachment(const std::string& text) {
    return {"application/vnd.dev.sigstore.bundle.v0.3+json",
            {{"dev.sigstore.bundle.content", "dsse-envelope"}},
            {{"application/vnd.dev.sigstore.bundle.v0.3+json", to_buffer(text), {}}}};
}

// Really sleeps, but not long.
inline Patience short_patience() {
    Patience out;
    out.policy = {.attempts = 4,
                  .base = std::chrono::milliseconds{5},
                  .ceiling = std::chrono::milliseconds{20}};
    out.sleep = [](std::chrono::milliseconds pause) { std::this_thread::sleep_for(pause); };
    out.jitter = [random = std::mt19937(std::random_device{}())]() mutable {
        return std::uniform_real_distribution<>(0.0, 1.0)(random);
    };
    return out;
}

}  // namespace boltseal::test
