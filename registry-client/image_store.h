// Where images live: a repository of a registry (registry_store.h) or an OCI image layout
// (oci_layout.h). What a command does to one, it does to the other.
//
// Every implementation proves the bytes it returns and the bytes it keeps. Not for use from two
// threads at once.
#pragma once

#include "net/transport.h"
#include "registry-client/manifest.h"

namespace boltseal {

// Writes a blob into a sink, from its first byte on. Called again where the receiver has to begin
// anew, or not at all.
using BlobProducer = std::function<Result<void>(const BodySink&)>;
BlobProducer produce(Bytes blob);  // the bytes must outlive it

// A manifest whose `subject` is what was asked for. Who attached it, and whether what it says is
// true, only a signature can tell.
struct Referrer {
    Descriptor descriptor;  // with artifact type and annotations of the manifest itself
    Manifest manifest;
    Buffer bytes;
};

struct ReferrerList {
    std::vector<Referrer> found;
    std::vector<std::string> ignored;  // why an entry that was listed is not in `found`
};

struct AttachedBlob {
    std::string media_type;
    Buffer bytes;
    Annotations annotations;
};

struct Attachment {
    std::string artifact_type;
    Annotations annotations;
    std::vector<AttachedBlob> blobs;
};

class ImageStore {
public:
    virtual ~ImageStore() = default;

    // `name` is a tag or a digest. Missing if there is none.
    virtual Result<ResolvedManifest> resolve(const std::string& name) = 0;
    virtual Result<ResolvedManifest> get_manifest(const BlobDigest& digest) = 0;

    // Success means that what went into the sink is the blob; before that it is unproved.
    virtual Result<void> get_blob(const Descriptor& blob, const BodySink& sink) = 0;
    virtual Result<bool> has_blob(const BlobDigest& digest) = 0;
    // These small blobs will be asked for next: where each question costs time, ask for all now.
    virtual void expect(const std::vector<Descriptor>&) {}

    // Integrity, and nothing is kept, if what is produced is not the blob.
    virtual Result<void> put_blob(const Descriptor& blob, const BlobProducer& producer) = 0;

    // A part of something larger, under its digest only.
    virtual Result<void> put_manifest(const ResolvedManifest& manifest) = 0;
    // Something that people look for, under a tag as well if it is not empty.
    virtual Result<void> put_image(const ResolvedManifest& manifest, const std::string& tag) = 0;

    // Manifests that refer to `subject`, whose blobs are there.
    virtual Result<void> put_referrers(const BlobDigest& subject,
                                       const std::vector<ResolvedManifest>& manifests);

    // Where what was put is for others to see only when all of it is there, as in an archive: now.
    virtual Result<void> commit() { return {}; }

    // "None" is an answer, and given only when it is known.
    virtual Result<ReferrerList> referrers(const BlobDigest& subject) = 0;
};

// Stores the blobs and a manifest that names `subject`, so that referrers() finds it. Returns the
// descriptor of the new manifest.
Result<Descriptor> attach(ImageStore& store, const Descriptor& subject,
                          const Attachment& attachment);

}  // namespace boltseal
