#include "registry-client/blob_cache.h"

#include "core/file.h"
#include "registry-client/folder_files.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>

using namespace boltseal;
using namespace boltseal::test;

namespace {

namespace fs = std::filesystem;

Descriptor describe_text(const std::string& text) {
    return {"a/b", digest_of(as_bytes(text)), text.size(), {}, {}, {}};
}

struct Fixture {
    TempFolder folder;
    BlobCache cache = BlobCache::create(folder / "cache").value();

    fs::path path(const std::string& text, const std::string& suffix = {}) const {
        return folder / "cache" / "sha256" / (describe_text(text).digest.hex() + suffix);
    }
    OpenFile source(const std::string& text) {
        const fs::path file = folder / describe_text(text).digest.hex();
        REQUIRE_OK(write_file(file, as_bytes(text)));
        return OpenFile(::open(file.c_str(), O_RDONLY));
    }
    Result<void> put(const std::string& text, const ChunkDigests* chunks = nullptr) {
        return cache.put(describe_text(text), source(text).get(), chunks);
    }
    // As if it had last been used so many seconds after 2001.
    void used(const std::string& text, long seconds) {
        const struct timespec time { 1'000'000'000 + seconds, 0 };
        const struct timespec times[2] = {time, time};
        REQUIRE(::utimensat(AT_FDCWD, path(text, ".known").c_str(), times, 0) == 0);
    }
    std::vector<std::string> listed() {
        std::vector<std::string> out;
        const auto list = cache.list();
        REQUIRE_OK(list);
        for (const CachedBlob& blob : *list) out.push_back(blob.digest.hex());
        return out;
    }
};

std::string text_of(const StoredBytes& stored) {
    return std::string(as_text(read_stored(stored, "blob", 1 << 20).value()));
}

}  // namespace

TEST_CASE("what was put into the cache is there, with its chunks", "[cache]") {
    Fixture f;
    const std::string text(200'000, 'x');
    const ChunkDigests chunks{131'072, {{1}, {2}}, {{3}}};
    REQUIRE_OK(f.put(text, &chunks));
    REQUIRE_OK(f.put("plain"));
    REQUIRE(text_of(f.cache.open_blob(describe_text(text).digest).value()) == text);
    REQUIRE_FAULT(f.cache.open_blob(describe_text("other").digest), Fault::Missing);
    const auto list = f.cache.list();
    REQUIRE_OK(list);
    REQUIRE(list->size() == 2);
    for (const CachedBlob& blob : *list) REQUIRE(blob.has_chunks == (blob.size == text.size()));

    REQUIRE_OK(f.put(text));  // without chunks: those that are known stay
    int visits = 0;
    f.cache.each_chunked(
        {131'072},
        [&](const BlobDigest& blob, std::uint64_t size, const ChunkDigests& known) {
            ++visits;
            REQUIRE(blob == describe_text(text).digest);
            REQUIRE(size == text.size());
            REQUIRE(known == ChunkDigests{131'072, chunks.digests, {}});
            return true;
        },
        {});
    REQUIRE(visits == 1);
    f.cache.each_chunked(
        {262'144}, [](const BlobDigest&, std::uint64_t, const ChunkDigests&) -> bool { throw 1; },
        {});
}

TEST_CASE("a blob is shared with the file it came from, and copied from another file system",
          "[cache]") {
    Fixture f;
    const OpenFile source = f.source("shared");
    REQUIRE_OK(f.cache.put(describe_text("shared"), source.get(), nullptr));
    const OpenFile clone(::open((f.folder / "clone").c_str(), O_WRONLY | O_CREAT, 0600));
    const bool clones = ::ioctl(clone.get(), FICLONE, source.get()) == 0;
    struct stat status {};
    REQUIRE(::stat(f.path("shared").c_str(), &status) == 0);
    REQUIRE(status.st_nlink == (clones ? 1U : 2U));

    const std::string text(300'000, 'y');
    const OpenFile elsewhere(::memfd_create("elsewhere", MFD_CLOEXEC));
    REQUIRE_OK(write_all(elsewhere.get(), as_bytes(text)));
    REQUIRE_OK(f.cache.put(describe_text(text), elsewhere.get(), nullptr));
    REQUIRE(text_of(f.cache.open_blob(describe_text(text).digest).value()) == text);
}

TEST_CASE("what has not been used for longest makes room", "[cache]") {
    Fixture f;
    const std::vector<std::string> texts = {"aaaa", "bbbb", "cccc"};
    for (const std::string& text : texts) REQUIRE_OK(f.put(text));
    f.used("aaaa", 30);
    f.used("bbbb", 10);
    f.used("cccc", 20);
    const auto all = f.cache.prune(12);
    REQUIRE_OK(all);
    REQUIRE(all->blobs == 0);
    const auto pruned = f.cache.prune(11);
    REQUIRE_OK(pruned);
    REQUIRE(pruned->blobs == 1);
    REQUIRE(pruned->bytes == 4);
    REQUIRE(pruned->left == 8);
    REQUIRE_FALSE(fs::exists(f.path("bbbb")));
    REQUIRE_FALSE(fs::exists(f.path("bbbb", ".known")));
    f.cache.use(describe_text("cccc").digest);
    REQUIRE_OK(f.cache.prune(7));
    REQUIRE(f.listed() == std::vector<std::string>{describe_text("cccc").digest.hex()});
    REQUIRE_OK(f.put("dddd"));
    f.used("cccc", 40);
    REQUIRE_OK(f.put("cccc"));  // again: that is a use
    f.used("dddd", 50);
    REQUIRE_OK(f.cache.prune(4));
    REQUIRE(fs::exists(f.path("cccc")));
    REQUIRE(f.cache.prune(0)->left == 0);
    REQUIRE(f.listed().empty());
}

TEST_CASE("what another process uses is not evicted, and what is open is read to its end",
          "[cache]") {
    Fixture f;
    for (const char* text : {"used", "free"}) REQUIRE_OK(f.put(text));
    f.used("used", 1);
    std::optional<BlobCache> other = BlobCache::open(f.folder / "cache").value();
    other->use(describe_text("used").digest);
    f.used("used", 1);
    const auto open = f.cache.open_blob(describe_text("free").digest);
    const auto pruned = f.cache.prune(0);
    REQUIRE_OK(pruned);
    REQUIRE(pruned->left == 4);
    REQUIRE(f.listed() == std::vector<std::string>{describe_text("used").digest.hex()});
    REQUIRE(text_of(*open) == "free");
    other.reset();
    REQUIRE(f.cache.prune(0)->left == 0);
}

TEST_CASE("what this one uses is its own to give up", "[cache]") {
    Fixture f;
    REQUIRE_OK(f.put("mine"));
    f.cache.use(describe_text("mine").digest);
    REQUIRE(f.cache.prune(0)->left == 0);
}

TEST_CASE("many may put, use, prune and drop at once", "[cache]") {
    Fixture f;
    std::vector<std::string> texts;
    for (char c = 'a'; c < 'q'; ++c) texts.emplace_back(1000, c);
    std::vector<OpenFile> sources;
    for (const std::string& text : texts) sources.push_back(f.source(text));
    std::atomic<int> failed{0};
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (std::size_t worker = 0; worker < 6; ++worker) {
        threads.emplace_back([&, worker] {
            auto cache = BlobCache::create(f.folder / "cache");
            for (std::size_t i = 0; cache && i < 200; ++i) {
                const std::size_t which = (i * (worker + 1)) % texts.size();
                const Descriptor blob = describe_text(texts[which]);
                if (!cache->put(blob, sources[which].get(), nullptr)) ++failed;
                cache->use(blob.digest);
                const auto stored = cache->open_blob(blob.digest);
                const auto bytes =
                    stored ? read_stored(*stored, "blob", 4096) : Result<Buffer>(stored.error());
                if (bytes && as_text(*bytes) != texts[which]) ++wrong;
                if (worker == 0 && !cache->prune(4000)) ++failed;
                if (worker == 1 && i % 7 == 0) cache->drop(blob.digest);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    REQUIRE(failed == 0);
    REQUIRE(wrong == 0);
    REQUIRE(f.cache.prune(4000)->left <= 4000);
    const auto left = f.cache.list();
    REQUIRE_OK(left);
    for (const CachedBlob& blob : *left) {
        const auto stored = f.cache.open_blob(blob.digest);
        REQUIRE(digest_of(as_bytes(text_of(*stored))) == blob.digest);
    }
}

TEST_CASE("files that are none of ours are neither shown, followed, counted nor removed",
          "[cache]") {
    Fixture f;
    REQUIRE_OK(f.put("ours"));
    const fs::path folder = f.folder / "cache" / "sha256";
    const std::string secret = describe_text("secret").digest.hex();
    const std::string pipe = describe_text("pipe").digest.hex();
    const std::string nest = describe_text("nest").digest.hex();
    REQUIRE_OK(write_file(f.folder / "outside", as_bytes("outside")));
    REQUIRE_OK(write_file(folder / "notes.txt", as_bytes("mine")));
    REQUIRE_OK(write_file(folder / (secret.substr(1)), as_bytes("short")));
    REQUIRE_OK(write_file(f.folder / "cache" / "README", as_bytes("mine")));
    fs::create_symlink(f.folder / "outside", folder / secret);
    fs::create_symlink(f.folder / "outside", f.path("ours", ".known.link"));
    REQUIRE(::mkfifo((folder / pipe).c_str(), 0600) == 0);
    fs::create_directory(folder / nest);
    REQUIRE(f.listed().size() == 1);
    REQUIRE_REFUSED(f.cache.open_blob(describe_text("secret").digest),
                    "'" + secret + "' is a symbolic link");
    REQUIRE_REFUSED(f.cache.open_blob(describe_text("pipe").digest), "'" + pipe + "' is no file");
    REQUIRE_REFUSED(f.cache.open_blob(describe_text("nest").digest), "'" + nest + "' is no file");
    REQUIRE(f.cache.prune(0)->left == 0);
    for (const std::string& name : {std::string("notes.txt"), secret.substr(1), pipe, nest}) {
        REQUIRE(fs::exists(folder / name));
    }
    REQUIRE(fs::is_symlink(folder / secret));
    REQUIRE(fs::exists(f.folder / "cache" / "README"));
    REQUIRE(as_text(*read_file(f.folder / "outside", 100)) == "outside");
    // What stands where a blob belongs is replaced, and what it leads to is not written to.
    REQUIRE_OK(f.put("secret"));
    REQUIRE(text_of(f.cache.open_blob(describe_text("secret").digest).value()) == "secret");
    REQUIRE(as_text(*read_file(f.folder / "outside", 100)) == "outside");
}

TEST_CASE("no folder of the cache may be a link to another", "[cache]") {
    Fixture f;
    fs::create_directory(f.folder / "elsewhere");
    fs::create_symlink(f.folder / "elsewhere", f.folder / "cache" / "sha256");
    REQUIRE_REFUSED(f.put("text"), "'sha256' is no folder");
    REQUIRE(fs::is_empty(f.folder / "elsewhere"));
    REQUIRE_REFUSED(f.cache.list(), "'sha256' is no folder");
}

TEST_CASE("a blob that was cut short is replaced when it is put again, and can be dropped",
          "[cache]") {
    Fixture f;
    REQUIRE_OK(f.put("whole"));
    fs::remove(f.path("whole"));
    REQUIRE_OK(write_file(f.path("whole"), as_bytes("who")));
    REQUIRE(f.cache.list()->front().size == 3);
    REQUIRE_OK(f.put("whole"));
    REQUIRE(text_of(f.cache.open_blob(describe_text("whole").digest).value()) == "whole");
    f.cache.drop(describe_text("whole").digest);
    REQUIRE(f.listed().empty());
}

TEST_CASE("what killed writers left goes, but not what is being written", "[cache]") {
    Fixture f;
    REQUIRE_OK(f.put("text"));
    const fs::path folder = f.folder / "cache" / "sha256";
    const fs::path gone = f.path("gone", ".known");
    for (const fs::path& path : {folder / ".tmp.1.1", folder / ".tmp.1.2", gone}) {
        REQUIRE_OK(write_file(path, as_bytes("rest")));
    }
    const auto old = fs::file_time_type::clock::now() - std::chrono::hours(2);
    fs::last_write_time(folder / ".tmp.1.1", old);
    fs::last_write_time(gone, old);
    fs::last_write_time(f.path("text", ".known"), old);
    REQUIRE_OK(f.cache.prune(1000));
    REQUIRE_FALSE(fs::exists(folder / ".tmp.1.1"));
    REQUIRE_FALSE(fs::exists(gone));
    REQUIRE(fs::exists(folder / ".tmp.1.2"));
    REQUIRE(fs::exists(f.path("text", ".known")));
}

TEST_CASE("a cache that cannot be had says why", "[cache]") {
    TempFolder folder;
    REQUIRE_FAULT(BlobCache::open(folder / "none"), Fault::Missing);
    REQUIRE_OK(write_file(folder / "file", as_bytes("x")));
    const std::string file = (folder / "file").string();
    REQUIRE_REFUSED(BlobCache::create(folder / "file"),
                    "cannot open '" + file + "': Not a directory");
    REQUIRE_REFUSED(BlobCache::create(folder.path() / "file" / "cache"),
                    "cannot create '" + file + "/cache': Not a directory");
    REQUIRE_OK(BlobCache::create(folder.path() / "deep" / "down" / "cache"));
    REQUIRE(fs::exists(folder.path() / "deep" / "down" / "cache" / "CACHEDIR.TAG"));
    struct stat status {};
    REQUIRE(::stat((folder.path() / "deep/down/cache").c_str(), &status) == 0);
    REQUIRE((status.st_mode & 0777) == 0700);
}
