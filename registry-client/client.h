// One repository of one registry, OCI distribution-spec v1.1. Every manifest and blob is hashed as
// it comes in; what the registry says about digests and sizes is never believed.
//
// Knows nothing of signatures. Downloads come as one stream that is resumed where it broke;
// parallel ranges and mirrors are the blob fetcher's.
#pragma once

#include "registry-client/auth.h"
#include "registry-client/manifest.h"
#include "registry-client/reference.h"

#include <memory>

namespace boltseal {

struct RegistryOptions {
    std::optional<Credential> credential;
    std::vector<std::string> insecure_hosts;  // may be spoken to without TLS
    Patience patience;
    std::chrono::milliseconds stall_timeout{15'000};
    std::string api{};                      // "https://host/v2", where that is not of its name
    std::string upstream{};                 // asked of a proxy of several: which of them, as "ns="
    std::vector<Header> headers{};          // for this registry and no other host
    std::shared_ptr<const TlsFiles> tls{};  // the same
};

struct PutManifest {
    bool conflict = false;         // if_match did not match: nothing was stored
    bool subject_handled = false;  // OCI-Subject: the registry's referrers API knows of it
};

class BlobUpload;  // blob_upload.h: how blobs get there
class CheckedStream;

class RegistryClient {
public:
    // `transport` must outlive this.
    RegistryClient(Transport& transport, const std::string& registry, std::string repository,
                   RegistryOptions options);

    // Missing if there is no such tag or digest; Declined if the registry refuses us; Integrity if
    // it sends other bytes than asked for; Io for everything that may pass.
    Result<ResolvedManifest> resolve(const std::string& tag);
    Result<ResolvedManifest> get_manifest(const BlobDigest& digest);

    // Asks for things side by side that will be wanted next, so that together they cost about one
    // round trip; what does not come is asked for again when it is. Blobs must be small: they are
    // held in memory.
    void expect_manifests(const std::vector<BlobDigest>& digests);
    void expect_referrers(const BlobDigest& subject, const std::string& fallback_tag);
    void expect_blobs(const std::vector<Descriptor>& blobs);
    void forget_expected() { ahead_.clear(); }

    // The sink sees bytes before they are proved: only success means they are the blob. It never
    // gets more than the descriptor's size.
    Result<void> get_blob(const Descriptor& blob, const BodySink& sink);
    Result<bool> has_blob(const BlobDigest& digest);

    // For whoever fetches parts of blobs (blob_fetcher.h): the request for all of one, with what
    // lets us in as far as it is known, renewed if it is about to expire; and after a 401, what it
    // takes to be let in. Declined if there is nothing more to try.
    Request blob_request(const BlobDigest& digest);
    Result<void> answer_challenge(const Response& refusal);
    const std::string& name() const { return name_; }  // "registry.example/repository"
    const std::string& repository() const { return repository_; }
    std::string host() const;  // "registry.example", of its URL

    // `name` is a tag or a digest. Registries that do not look at ETags ignore `if_match`.
    Result<PutManifest> put_manifest(const std::string& name, const std::string& media_type,
                                     Bytes bytes, const std::string& if_match = {});

    Result<std::vector<std::string>> list_tags();

    // The referrers API, all pages; Missing if the registry has none.
    Result<std::vector<Descriptor>> list_referrers_api(const BlobDigest& subject,
                                                       std::size_t limit);

    const Patience& patience() const { return options_.patience; }

private:
    friend class BlobUpload;
    enum class Access { Pull, Push };
    enum class Repeat { Yes, No };

    std::string pull_scope() const;
    void introduce(Request& request, const std::string& authorization) const;
    Request request_for(std::string method, const std::string& path) const;
    Result<Response> send(Request request, Access access, Repeat repeat = Repeat::Yes);
    Result<Response> send_once(Request request, const std::string& authorization, Repeat repeat);
    void ask_ahead(std::vector<Request> requests);
    Request manifest_request(const std::string& name) const;
    Result<Response> fetch_manifest(const std::string& name);
    Result<void> resume_blob(const Descriptor& blob, CheckedStream& stream);
    Result<Response> send_page(std::string& next, const std::string& accept);
    Error context(Error error, const std::string& doing) const;

    Transport* transport_;
    std::string api_;     // "https://registry.example/v2"
    std::string origin_;  // "https://registry.example"
    std::string name_;    // "registry.example/repository", for messages
    std::string repository_;
    RegistryOptions options_;
    Authenticator authenticator_;
    std::map<std::string, Response> ahead_;  // by URL; each is used once
};

// The next page of RFC 8288 Link: <..>; rel="next", or nothing.
std::optional<std::string> next_link(std::string_view link);

// A registry's answer that is no success, as an Error: code and message of its body, made harmless.
Error refusal_of(const Response& response);

}  // namespace boltseal
