// A fetch of one blob into a layout of its own, and what a test wants to know of it.
#pragma once

#include "core/file.h"
#include "registry-client/blob_fetcher.h"
#include "registry-client/chunk_list.h"
#include "registry-client/known_chunks.h"
#include "tests/check.h"
#include "tests/support/sample_image.h"
#include "tests/support/temp_folder.h"

#include <algorithm>
#include <random>

namespace boltseal::test {

using namespace std::chrono_literals;

inline constexpr std::size_t kMiB = std::size_t{1} << 20;

inline std::string content_of(std::size_t size) {
    std::string out(size, '\0');
    std::mt19937_64 dice(size);
    for (char& c : out) c = static_cast<char>(dice());
    return out;
}

inline Descriptor descriptor_of(const std::string& content) {
    return describe(as_bytes(content), "application/vnd.oci.image.layer.v1.tar");
}

enum class States { Unknown, Known };
inline const auto kBoth = {States::Unknown, States::Known};

inline ChunkDigests chunks_of(const std::string& content, std::uint64_t size, States states) {
    ChunkHasher hasher(size, HashAlgorithm::Sha256);
    hasher.update(as_bytes(content));
    ChunkDigests out = std::move(hasher).finish();
    if (states == States::Unknown) out.states.clear();
    return out;
}

struct Seen : FetchObserver {
    void on_progress(const FetchProgress& progress) override { last = progress; }
    void on_incident(const Incident& incident) override { incidents.push_back(incident); }
    std::size_t count(Trouble trouble) const {
        return static_cast<std::size_t>(
            std::count_if(incidents.begin(), incidents.end(),
                          [&](const Incident& one) { return one.trouble == trouble; }));
    }
    FetchProgress last;
    std::vector<Incident> incidents;
};

struct Fetch {
    explicit Fetch(std::vector<std::string> hosts) {
        for (const std::string& host : hosts) {
            clients.push_back(std::make_unique<RegistryClient>(http, host, "team/app",
                                                               RegistryOptions{{}, {}, {}}));
            sources.push_back({host, clients.back().get()});
        }
        options.world = short_patience();
        options.world.sleep = nullptr;
        options.world.now = [] { return Timestamp{784111777}; };  // Sun, 06 Nov 1994 08:49:37 GMT
        options.patience = 3s;
    }
    Result<FetchReport> run(const std::string& content, std::optional<ChunkDigests> chunks = {}) {
        std::vector<BlobToFetch> wanted{{descriptor_of(content), std::move(chunks)}};
        find_here(wanted, layout, options.shelves, &seen);
        return fetch_blobs(http, layout, std::move(wanted), sources, options, &seen);
    }
    std::filesystem::path blob(const std::string& content, const std::string& suffix = {}) const {
        const std::string hex = descriptor_of(content).digest.hex();
        return folder.path() / "layout/blobs/sha256" / (suffix.empty() ? hex : "." + hex + suffix);
    }
    bool has(const std::string& content) const {
        const auto bytes = read_file(blob(content), 64 * kMiB);
        return bytes && as_text(*bytes) == content;
    }

    TempFolder folder;
    LayoutStore layout = LayoutStore::create(folder / "layout").value();
    HttpClient http;
    std::vector<std::unique_ptr<RegistryClient>> clients;
    std::vector<BlobSource> sources;
    FetchOptions options;
    Seen seen;
};

}  // namespace boltseal::test
