#include "registry-client/mirrored_store.h"

namespace boltseal {

namespace {

// Of two reasons why there is nothing: lies are told first.
template <typename T>
void keep_worse(Result<T>& answer, Result<T> other) {
    const bool lied = answer.error().fault() == Fault::Integrity;
    if (!lied && other.error().fault() == Fault::Integrity) answer = std::move(other);
}

}  // namespace

Result<ResolvedManifest> MirroredStore::resolve(const std::string& name) {
    if (const auto digest = parse_oci_digest(name)) return get_manifest(*digest);
    for (const MirrorClient& mirror : mirrors_) {
        if (!mirror.tags) continue;
        if (auto found = mirror.client->resolve(name)) return found;
    }
    return RegistryStore::resolve(name);
}

Result<ResolvedManifest> MirroredStore::find_manifest(const BlobDigest& digest,
                                                      Result<ResolvedManifest> answer) {
    for (const MirrorClient& mirror : mirrors_) {
        if (answer) break;
        if (!mirror.digests) continue;
        auto other = mirror.client->get_manifest(digest);
        if (other) return other;
        keep_worse(answer, std::move(other));
    }
    return answer;
}

Result<ResolvedManifest> MirroredStore::get_manifest(const BlobDigest& digest) {
    return find_manifest(digest, RegistryStore::get_manifest(digest));
}

Result<void> MirroredStore::get_blob(const Descriptor& blob, const BodySink& sink) {
    bool begun = false;
    const BodySink watched = [&](Bytes piece) {
        begun = begun || !piece.empty();
        return sink(piece);
    };
    auto answer = RegistryStore::get_blob(blob, watched);
    for (const MirrorClient& mirror : mirrors_) {
        if (answer || begun) break;
        if (!mirror.digests) continue;
        auto other = mirror.client->get_blob(blob, watched);
        if (other) return other;
        keep_worse(answer, std::move(other));
    }
    return answer;
}

}  // namespace boltseal
