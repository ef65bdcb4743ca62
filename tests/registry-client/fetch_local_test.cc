#include "core/file.h"
#include "registry-client/blob_cache.h"
#include "registry-client/reused_layout.h"
#include "tests/check.h"
#include "tests/support/blob_fetch.h"
#include "tests/support/blob_server.h"

#include <fcntl.h>
#include <unistd.h>

using namespace boltseal;
using namespace boltseal::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kChunk = std::size_t{256} << 10;

void flip(const std::filesystem::path& file, std::size_t at) {
    const OpenFile open(::open(file.c_str(), O_RDWR));
    char byte = 0;
    REQUIRE(::pread(open.get(), &byte, 1, static_cast<::off_t>(at)) == 1);
    byte = static_cast<char>(byte ^ 1);
    REQUIRE(::pwrite(open.get(), &byte, 1, static_cast<::off_t>(at)) == 1);
}

// A cache with blobs in it, and the fetch that uses it.
struct CachedFetch : Fetch {
    explicit CachedFetch(std::vector<std::string> hosts) : Fetch(std::move(hosts)) {
        options.shelves = {&cache};
    }
    void keep(const std::string& content, const std::optional<ChunkDigests>& chunks = {}) {
        const Descriptor blob = descriptor_of(content);
        const auto file = folder / ("kept-" + blob.digest.hex());
        REQUIRE_OK(write_file(file, as_bytes(content)));
        const OpenFile open(::open(file.c_str(), O_RDONLY));
        REQUIRE_OK(cache.put(blob, open.get(), chunks ? &*chunks : nullptr));
    }
    std::filesystem::path cached(const std::string& content) const {
        return folder / ("cache/sha256/" + descriptor_of(content).digest.hex());
    }

    BlobCache cache = BlobCache::create(folder / "cache").value();
};

// Version two of a layer: 30 chunks of the first, moved by two new ones, and one changed.
struct Versions {
    std::string one = content_of(30 * kChunk + 1000);
    std::string two = content_of(2 * kChunk) + one;
    Versions() { two[12 * kChunk + 5] ^= 1; }
    std::size_t fresh() const { return 3 * kChunk; }
};

}  // namespace

TEST_CASE("a whole blob comes from the cache, and is proved", "[local]") {
    const std::string content = content_of(9 * kMiB + 3);
    BlobServer server(content);
    CachedFetch fetch({server.host()});
    std::optional<ChunkDigests> chunks;
    SECTION("without chunks") {}
    SECTION("with chunks") {
        chunks = chunks_of(content, kChunk, States::Known);
    }
    fetch.keep(content);
    const auto report = fetch.run(content, chunks);
    REQUIRE_OK(report);
    REQUIRE(fetch.has(content));
    REQUIRE(server.requests() == 0);
    REQUIRE(report->bytes == 0);
    REQUIRE(report->reused == 0);
    REQUIRE(report->shelves.size() == 1);
    REQUIRE(report->shelves[0].name == fetch.cache.name());
    REQUIRE(report->shelves[0].bytes == content.size());
    REQUIRE(report->shelves[0].chunks == 0);
    REQUIRE(fetch.seen.incidents.empty());
    // It is a file of its own: what becomes of the one does not become of the other.
    flip(fetch.cached(content), 5);
    REQUIRE(fetch.has(content));
}

TEST_CASE("a cached blob that is damaged is named, dropped and fetched", "[local]") {
    const std::string content = content_of(5 * kMiB);
    BlobServer server(content);
    BlobServer mirror(content);
    CachedFetch fetch({server.host(), mirror.host()});
    fetch.keep(content);
    std::string why = "its bytes are not those that it should have";
    std::optional<ChunkDigests> chunks;
    std::uint64_t fetched = content.size();
    SECTION("without chunks") {
        flip(fetch.cached(content), 3 * kMiB);
    }
    SECTION("with chunks only the damaged ones are fetched") {
        chunks = chunks_of(content, kChunk, GENERATE(values(kBoth)));
        flip(fetch.cached(content), 3 * kMiB);
        flip(fetch.cached(content), 1 * kMiB);
        fetched = 2 * kChunk;
    }
    SECTION("cut short") {
        std::filesystem::resize_file(fetch.cached(content), 100);
        why = "it has 100 bytes instead of 5242880";
    }
    const auto report = fetch.run(content, chunks);
    REQUIRE_OK(report);
    REQUIRE(fetch.has(content));
    REQUIRE(report->bytes == fetched);
    REQUIRE(report->refetched == 0);
    REQUIRE(report->shelves[0].bytes == content.size() - fetched);
    REQUIRE(fetch.seen.incidents.size() == 1);
    REQUIRE(fetch.seen.incidents[0].source == fetch.cache.name());
    REQUIRE(fetch.seen.incidents[0].blob == descriptor_of(content).digest);
    REQUIRE(fetch.seen.incidents[0].why == why);
    REQUIRE(fetch.seen.incidents[0].is_local);
    for (const SourceReport& source : report->sources) REQUIRE(source.troubles.empty());
    REQUIRE_FALSE(std::filesystem::exists(fetch.cached(content)));
}

TEST_CASE("what is evicted between the plan and the reading is fetched", "[local]") {
    const std::string content = content_of(kMiB);
    BlobServer server(content);
    CachedFetch fetch({server.host()});
    fetch.keep(content);
    std::vector<BlobToFetch> wanted{{descriptor_of(content), {}}};
    find_here(wanted, fetch.layout, fetch.options.shelves, nullptr);
    REQUIRE(wanted[0].here.size() == 1);
    fetch.cache.drop(descriptor_of(content).digest);
    const auto report =
        fetch_blobs(fetch.http, fetch.layout, wanted, fetch.sources, fetch.options, &fetch.seen);
    REQUIRE_OK(report);
    REQUIRE(fetch.has(content));
    REQUIRE(report->bytes == content.size());
    REQUIRE(fetch.seen.incidents.empty());
}

TEST_CASE("of another version only the chunks that are new are fetched", "[local]") {
    const States states = GENERATE(values(kBoth));
    const Versions versions;
    BlobServer server(versions.two);
    CachedFetch fetch({server.host()});
    fetch.keep(versions.one, chunks_of(versions.one, kChunk, states));
    const auto report = fetch.run(versions.two, chunks_of(versions.two, kChunk, states));
    REQUIRE_OK(report);
    REQUIRE(fetch.has(versions.two));
    REQUIRE(report->bytes == versions.fresh());
    REQUIRE(server.sent() == versions.fresh());
    REQUIRE(report->shelves[0].bytes == versions.two.size() - versions.fresh());
    REQUIRE(report->shelves[0].chunks == 30);
}

TEST_CASE("chunks of another version that are damaged never reach the blob", "[local]") {
    const States states = GENERATE(values(kBoth));
    const Versions versions;
    BlobServer server(versions.two);
    CachedFetch fetch({server.host()});
    fetch.keep(versions.one, chunks_of(versions.one, kChunk, states));
    for (const std::size_t chunk : {1U, 2U, 20U}) flip(fetch.cached(versions.one), chunk * kChunk);
    const auto report = fetch.run(versions.two, chunks_of(versions.two, kChunk, states));
    REQUIRE_OK(report);
    REQUIRE(fetch.has(versions.two));
    REQUIRE(report->bytes == versions.fresh() + 3 * kChunk);
    REQUIRE(report->shelves[0].chunks == 27);
    REQUIRE(fetch.seen.incidents.size() == 1);  // one blob is named once
    REQUIRE(fetch.seen.incidents[0].blob == descriptor_of(versions.one).digest);
    REQUIRE_FALSE(std::filesystem::exists(fetch.cached(versions.one)));
}

TEST_CASE("chunks that a file beside a cached blob lies about cost time, and no more", "[local]") {
    const Versions versions;
    BlobServer server(versions.two);
    CachedFetch fetch({server.host()});
    fetch.keep(std::string(versions.two.size(), 'x'),
               chunks_of(versions.two, kChunk, States::Known));
    const auto report = fetch.run(versions.two, chunks_of(versions.two, kChunk, States::Known));
    REQUIRE_OK(report);
    REQUIRE(fetch.has(versions.two));
    REQUIRE(report->bytes == versions.two.size());
    REQUIRE(report->shelves[0].bytes == 0);
}

TEST_CASE("what came from this machine counts after the fetch was cut short", "[local]") {
    const Versions versions;
    std::atomic<bool> dead{true};
    BlobServer server(versions.two, [&](Peer& peer, const AskedRange&) {
        return dead && peer.answer("500 Oops", "", "");
    });
    CachedFetch fetch({server.host()});
    fetch.options.patience = 200ms;
    const ChunkDigests chunks = chunks_of(versions.two, kChunk, States::Known);
    fetch.keep(versions.one, chunks_of(versions.one, kChunk, States::Known));
    REQUIRE_FAULT(fetch.run(versions.two, chunks), Fault::Io);
    dead = false;
    REQUIRE_OK(fetch.cache.prune(0));
    const auto report = fetch.run(versions.two, chunks);
    REQUIRE_OK(report);
    REQUIRE(fetch.has(versions.two));
    REQUIRE(report->reused == versions.two.size() - versions.fresh());
    REQUIRE(report->bytes == versions.fresh());
}

TEST_CASE("an older image in a layout is reused, and what is damaged there is named", "[local]") {
    const Versions versions;
    BlobServer server(versions.two);
    Fetch fetch({server.host()});
    auto old = std::make_unique<LayoutStore>(LayoutStore::create(fetch.folder / "old").value());
    put_image(*old, versions.one, "v1");
    ReusedLayout shelf("oci:old", std::move(old));
    fetch.options.shelves = {&shelf};
    const auto file =
        fetch.folder / ("old/blobs/sha256/" + descriptor_of(versions.one).digest.hex());
    const ChunkDigests chunks = chunks_of(versions.two, kChunk, States::Known);
    SECTION("undamaged") {
        const auto report = fetch.run(versions.two, chunks);
        REQUIRE_OK(report);
        REQUIRE(report->bytes == versions.fresh());
        REQUIRE(report->shelves[0].name == "oci:old");
        REQUIRE(report->shelves[0].chunks == 30);
        REQUIRE(fetch.seen.incidents.empty());
    }
    SECTION("damaged before") {
        flip(file, 3 * kChunk);
        const auto report = fetch.run(versions.two, chunks);
        REQUIRE_OK(report);
        REQUIRE(report->bytes == versions.fresh() + kChunk);
        REQUIRE(fetch.seen.incidents.size() == 1);
        REQUIRE(fetch.seen.incidents[0].source == "oci:old");
        REQUIRE(fetch.seen.incidents[0].blob == descriptor_of(versions.one).digest);
    }
    SECTION("damaged after its chunks were found") {
        std::vector<BlobToFetch> wanted{{descriptor_of(versions.two), chunks}};
        find_here(wanted, fetch.layout, fetch.options.shelves, &fetch.seen);
        flip(file, 3 * kChunk);
        const auto report = fetch_blobs(fetch.http, fetch.layout, wanted, fetch.sources,
                                        fetch.options, &fetch.seen);
        REQUIRE_OK(report);
        REQUIRE(report->bytes == versions.fresh() + kChunk);
        REQUIRE(fetch.seen.incidents.size() == 1);
        REQUIRE(fetch.seen.incidents[0].why == "its bytes are not those that it should have");
        REQUIRE(std::filesystem::exists(file));  // it is not ours to remove
    }
    REQUIRE(fetch.has(versions.two));
}

TEST_CASE("a whole blob of an older image is taken without chunks", "[local]") {
    const std::string content = content_of(2 * kMiB);
    BlobServer server(content);
    Fetch fetch({server.host()});
    auto old = std::make_unique<LayoutStore>(LayoutStore::create(fetch.folder / "old").value());
    put_image(*old, content, "v1");
    ReusedLayout shelf("oci:old", std::move(old));
    fetch.options.shelves = {&shelf};
    const auto report = fetch.run(content);
    REQUIRE_OK(report);
    REQUIRE(report->shelves[0].bytes == content.size());
    REQUIRE(server.requests() == 0);
    REQUIRE(fetch.has(content));
}
