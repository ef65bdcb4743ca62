// Many blobs at once, in ranges, over many connections to one or several sources of the same
// content, into an image layout. Made for paths that lose, stall, reset and lie: what was received
// is kept across broken connections and killed processes, and only proved bytes get their name.
//
// Progress has no limit of attempts; a fetch ends without success when the user's deadline is over,
// when nothing has come from anywhere for `patience`, or when no source has what is missing.
#pragma once

#include "net/http_client.h"
#include "registry-client/blob_shelf.h"
#include "registry-client/chunk_digests.h"
#include "registry-client/client.h"
#include "registry-client/oci_layout.h"
#include "registry-client/source_health.h"

namespace boltseal {

// A repository that has the blobs; its name is what is blamed. `client` must outlive the fetch.
struct BlobSource {
    std::string name;
    RegistryClient* client = nullptr;
    bool is_distrusted = false;  // it has sent wrong bytes before: asked where nobody else is left
};

struct BlobToFetch {
    Descriptor blob;
    std::optional<ChunkDigests> chunks;  // proved by the caller; as many as the size makes
    std::vector<LocalPiece> here{};      // what of it lies on this machine (known_chunks.h)
};

struct FetchOptions {
    unsigned most_connections = 128;
    std::chrono::milliseconds patience{120'000};
    std::chrono::milliseconds deadline{0};  // 0: none
    Patience world;                         // its clock and dice; it does not sleep
    std::vector<BlobShelf*> shelves{};  // which BlobToFetch::here is about; they must outlive it
};

struct Incident {  // why something had to be asked for again, or is not taken from where it lies
    std::string source;
    BlobDigest blob;
    Trouble trouble = Trouble::Broken;
    std::string why;
    bool is_local = false;  // the source is a shelf, and the blob one of its own
};

struct BlobProgress {
    BlobDigest digest;
    std::uint64_t size = 0;
    std::uint64_t done = 0;
};

struct FetchProgress {
    std::vector<BlobProgress> blobs;
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    double goodput = 0;  // bytes a second, lately
    unsigned connections = 0;
    std::uint64_t retries = 0;
    std::uint64_t refetched = 0;           // bytes that came again
    std::chrono::milliseconds waiting{0};  // until a source may be asked again, if all have to wait
};

class FetchObserver {
public:
    virtual ~FetchObserver() = default;
    virtual void on_progress(const FetchProgress& progress) = 0;  // some times a second
    virtual void on_incident(const Incident& incident) = 0;
};

struct SourceReport {
    std::string name;
    std::uint64_t bytes = 0;
    std::map<Trouble, std::uint64_t> troubles;
};

struct ShelfReport {
    std::string name;
    std::uint64_t bytes = 0;
    std::uint64_t chunks = 0;  // of blobs that are not there as such
};

struct FetchReport {
    std::uint64_t bytes = 0;      // received
    std::uint64_t reused = 0;     // of earlier runs, or there already
    std::uint64_t refetched = 0;  // received more than once
    std::uint64_t retries = 0;
    std::vector<SourceReport> sources;
    std::vector<ShelfReport> shelves;  // what lay on this machine
};

// The first source is the registry itself. Integrity if no source has the right bytes; Missing,
// Declined or Io if they cannot be had; what is proved or partly there stays in the layout.
Result<FetchReport> fetch_blobs(HttpClient& http, LayoutStore& layout,
                                std::vector<BlobToFetch> blobs, std::vector<BlobSource> sources,
                                const FetchOptions& options, FetchObserver* observer);

}  // namespace boltseal
