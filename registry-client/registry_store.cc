#include "registry-client/registry_store.h"

#include "registry-client/blob_file.h"
#include "registry-client/chunk_sender.h"
#include "registry-client/referrers.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace boltseal {

namespace {

constexpr std::uint64_t kMaxChunk = std::uint64_t{256} << 20;  // two of them are held in memory

// Gone with its descriptor, also if the process dies.
Result<OpenFile> open_nameless(const std::filesystem::path& folder) {
    std::error_code failed;
    std::filesystem::path where = folder;
    if (where.empty()) where = std::filesystem::temp_directory_path(failed);
    std::string name = (where / ".boltseal-blob-XXXXXX").string();
    OpenFile file(::mkstemp(name.data()));
    if (!file.is_open()) return file_error("create a file in '" + where.string() + "'");
    ::unlink(name.c_str());
    return file;
}

}  // namespace

RegistryStore::RegistryStore(RegistryClient& client, std::filesystem::path staging,
                             std::chrono::milliseconds settle)
    : client_(&client), staging_(std::move(staging)), settle_(settle) {}

Result<ResolvedManifest> RegistryStore::resolve(const std::string& name) {
    if (name.find(':') == std::string::npos) return client_->resolve(name);
    BOLTSEAL_TRY(const BlobDigest digest, parse_oci_digest(name));
    return client_->get_manifest(digest);
}

Result<ResolvedManifest> RegistryStore::get_manifest(const BlobDigest& digest) {
    return client_->get_manifest(digest);
}

Result<void> RegistryStore::get_blob(const Descriptor& blob, const BodySink& sink) {
    return client_->get_blob(blob, sink);
}

Result<bool> RegistryStore::has_blob(const BlobDigest& digest) {
    return client_->has_blob(digest);
}

void RegistryStore::expect(const std::vector<Descriptor>& blobs) {
    client_->expect_blobs(blobs);
}

// Proved before anything of it leaves.
Result<void> RegistryStore::put_whole(std::optional<BlobUpload> upload, const Descriptor& blob,
                                      const BlobProducer& producer, bool& again) {
    BOLTSEAL_TRY(const OpenFile file, open_nameless(staging_));
    BOLTSEAL_CHECK(write_blob(file.get(), blob, producer));
    again = true;
    if (!upload) {
        BOLTSEAL_TRY(upload, BlobUpload::begin(*client_, blob.digest, ""));
    }
    return upload->finish(reader_of(file.get()), blob.size);
}

// Proved before the registry is told that it is all.
Result<void> RegistryStore::put_chunks(BlobUpload& upload, const Descriptor& blob,
                                       const BlobProducer& producer, bool& again) {
    const std::uint64_t chunk = std::max<std::uint64_t>(chunk_, upload.least_chunk());
    if (chunk > kMaxChunk) {
        again = true;
        takes_chunks_ = false;
        return Error(Fault::Io, "registry wants chunks that are too large");
    }
    ChunkSender sender(upload, static_cast<std::size_t>(chunk));
    std::optional<Error> broken;  // the upload, and not what it is of
    const auto keep = [&](Result<void> sent) -> Result<void> {
        if (sent) return sent;
        broken = std::move(sent).error();
        return Error(Fault::Declined, "the registry takes no more");  // nothing to try again
    };
    auto passed = pass_blob(blob, producer, [&](Bytes piece) { return keep(sender.add(piece)); });
    if (passed) passed = keep(sender.flush());
    if (passed) passed = keep(upload.finish());
    if (passed) return {};
    if (!broken) {
        (void)sender.wait();
        upload.cancel();
        return passed;
    }
    again = true;
    if (broken->fault() != Fault::Declined) return *broken;
    takes_chunks_ = false;  // some registries take blobs only whole
    return std::move(*broken).as(Fault::Io);
}

Result<void> RegistryStore::put_once(const Descriptor& blob, const BlobProducer& producer,
                                     bool& again) {
    BOLTSEAL_TRY(const bool there, client_->has_blob(blob.digest));
    if (there) return {};
    again = true;
    const bool whole = blob.size <= chunk_ || !takes_chunks_;
    std::optional<BlobUpload> upload;
    if (!whole || !mount_from_.empty()) {
        BOLTSEAL_TRY(upload, BlobUpload::begin(*client_, blob.digest, mount_from_));
        if (!upload) return {};
    }
    again = false;
    return whole ? put_whole(std::move(upload), blob, producer, again)
                 : put_chunks(*upload, blob, producer, again);
}

// Only the registry's failures are tried again: the source has had its own patience.
Result<void> RegistryStore::put_blob(const Descriptor& blob, const BlobProducer& producer) {
    for (int attempt = 1;; ++attempt) {
        bool again = false;
        auto stored = put_once(blob, producer, again);
        if (stored || !again) return stored;
        const auto pause = retry_delay(client_->patience().policy, attempt, {}, 0.5);
        if (stored.error().fault() != Fault::Io || !pause || !client_->patience().sleep) {
            return std::move(stored).error().context(client_->name() + ": pushing blob '" +
                                                     to_string(blob.digest) + "'");
        }
        client_->patience().sleep(*pause);
    }
}

Result<std::optional<Descriptor>> RegistryStore::put_alone(const std::string& name,
                                                           const ResolvedManifest& manifest) {
    const Descriptor& descriptor = manifest.descriptor;
    BOLTSEAL_CHECK(check_content(manifest.bytes, descriptor));
    BOLTSEAL_TRY(const Manifest parsed, parse_manifest(manifest.bytes, descriptor.media_type));
    BOLTSEAL_TRY(const PutManifest put,
                 client_->put_manifest(name, descriptor.media_type, manifest.bytes));
    if (!parsed.subject || put.subject_handled) return std::optional<Descriptor>();
    return std::optional<Descriptor>(describe_referrer(parsed, descriptor));
}

Result<void> RegistryStore::put_named(const std::string& name, const ResolvedManifest& manifest) {
    BOLTSEAL_TRY(const auto unlisted, put_alone(name, manifest));
    if (!unlisted) return {};
    BOLTSEAL_TRY(const Manifest parsed,
                 parse_manifest(manifest.bytes, manifest.descriptor.media_type));
    return add_to_fallback_tag(*client_, parsed.subject->digest, {*unlisted}, settle_);
}

// The tag is written once for all: each time it takes a while to be sure of it.
Result<void> RegistryStore::put_referrers(const BlobDigest& subject,
                                          const std::vector<ResolvedManifest>& manifests) {
    std::vector<Descriptor> all;
    for (const ResolvedManifest& manifest : manifests) {
        BOLTSEAL_TRY(const auto unlisted,
                     put_alone(to_string(manifest.descriptor.digest), manifest));
        if (unlisted) all.push_back(*unlisted);
    }
    return all.empty() ? Result<void>() : add_to_fallback_tag(*client_, subject, all, settle_);
}

Result<void> RegistryStore::put_manifest(const ResolvedManifest& manifest) {
    return put_named(to_string(manifest.descriptor.digest), manifest);
}

Result<void> RegistryStore::put_image(const ResolvedManifest& manifest, const std::string& tag) {
    if (tag.empty()) return put_manifest(manifest);
    BOLTSEAL_CHECK(check_tag(tag));
    return put_named(tag, manifest);
}

Result<ReferrerList> RegistryStore::referrers(const BlobDigest& subject) {
    return list_referrers(*client_, subject);
}

}  // namespace boltseal
