#include "registry-client/registry_store.h"

#include "registry-client/blob_file.h"
#include "registry-client/referrers.h"

#include <unistd.h>

#include <cstdlib>

namespace boltseal {

namespace {

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

Result<void> RegistryStore::put_blob(const Descriptor& blob, const BlobProducer& producer) {
    BOLTSEAL_TRY(const bool there, client_->has_blob(blob.digest));
    if (there) return {};
    BOLTSEAL_TRY(const OpenFile file, open_nameless(staging_));
    BOLTSEAL_CHECK(write_blob(file.get(), blob, producer));
    return client_->put_blob(blob, reader_of(file.get()));
}

Result<void> RegistryStore::put_named(const std::string& name, const ResolvedManifest& manifest) {
    const Descriptor& descriptor = manifest.descriptor;
    BOLTSEAL_TRY(const Manifest parsed, parse_manifest(manifest.bytes, descriptor.media_type));
    BOLTSEAL_TRY(const PutManifest put,
                 client_->put_manifest(name, descriptor.media_type, manifest.bytes));
    if (!parsed.subject || put.subject_handled) return {};
    return add_to_fallback_tag(*client_, parsed.subject->digest,
                               describe_referrer(parsed, descriptor), settle_);
}

Result<void> RegistryStore::put_manifest(const ResolvedManifest& manifest) {
    BOLTSEAL_CHECK(check_content(manifest.bytes, manifest.descriptor));
    return put_named(to_string(manifest.descriptor.digest), manifest);
}

Result<void> RegistryStore::put_image(const ResolvedManifest& manifest, const std::string& tag) {
    if (tag.empty()) return put_manifest(manifest);
    BOLTSEAL_CHECK(check_tag(tag));
    BOLTSEAL_CHECK(check_content(manifest.bytes, manifest.descriptor));
    return put_named(tag, manifest);
}

Result<ReferrerList> RegistryStore::referrers(const BlobDigest& subject) {
    return list_referrers(*client_, subject);
}

}  // namespace boltseal
