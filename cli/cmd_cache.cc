#include "cli/cache_options.h"
#include "cli/progress.h"
#include "core/json.h"
#include "registry-client/blob_cache.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

struct CacheArguments {
    CacheFlags cache;
    std::string to;
    bool json = false;
};

struct Contents {
    std::filesystem::path folder;
    std::optional<BlobCache> cache;  // none if nothing was ever kept
    std::vector<CachedBlob> blobs;
    std::uint64_t bytes = 0;
};

Result<Contents> read_cache(const CacheArguments& options) {
    Contents out;
    BOLTSEAL_TRY(out.folder, cache_folder(options.cache));
    auto cache = BlobCache::open(out.folder);
    if (!cache && cache.error().fault() == Fault::Missing) return out;
    if (!cache) return std::move(cache).error();
    out.cache.emplace(*std::move(cache));
    BOLTSEAL_TRY(out.blobs, out.cache->list());
    for (const CachedBlob& blob : out.blobs) out.bytes += blob.size;
    return out;
}

std::string counted(std::size_t blobs, std::uint64_t bytes) {
    return std::to_string(blobs) + (blobs == 1 ? " blob, " : " blobs, ") + human_size(bytes);
}

Result<void> list(const CacheArguments& options, Streams streams) {
    BOLTSEAL_TRY(const Contents contents, read_cache(options));
    Json::Array blobs;
    for (const CachedBlob& blob : contents.blobs) {
        blobs.push_back(Json::object({{"digest", to_string(blob.digest)},
                                      {"size", blob.size},
                                      {"lastUse", to_rfc3339(blob.last_use())},
                                      {"chunks", blob.has_chunks}}));
        if (options.json) continue;
        streams.out << to_string(blob.digest) << "  " << human_size(blob.size) << "  "
                    << to_rfc3339(blob.last_use()) << (blob.has_chunks ? "  chunks" : "") << '\n';
    }
    if (!options.json) {
        streams.out << counted(contents.blobs.size(), contents.bytes) << " in '"
                    << contents.folder.string() << "'\n";
        return {};
    }
    streams.out << to_pretty_json(
        Json::object({{"schema", "https://boltseal.dev/schema/cache-list/v1"},
                      {"folder", contents.folder.string()},
                      {"bytes", contents.bytes},
                      {"blobs", std::move(blobs)}}));
    return {};
}

Result<void> prune(const CacheArguments& options, Streams streams) {
    const std::string& size = options.to.empty() ? options.cache.size : options.to;
    BOLTSEAL_TRY(const std::uint64_t most, parse_size(size));
    BOLTSEAL_TRY(Contents contents, read_cache(options));
    Pruned done;
    if (contents.cache) {
        BOLTSEAL_TRY(done, contents.cache->prune(most));
    }
    if (!options.json) {
        streams.out << "removed " << counted(done.blobs, done.bytes) << "; "
                    << human_size(done.left) << " left in '" << contents.folder.string() << "'\n";
        return {};
    }
    streams.out << to_pretty_json(
        Json::object({{"schema", "https://boltseal.dev/schema/cache-prune/v1"},
                      {"folder", contents.folder.string()},
                      {"removed", static_cast<std::uint64_t>(done.blobs)},
                      {"bytes", done.bytes},
                      {"left", done.left}}));
    return {};
}

}  // namespace

Action add_cache(Command app) {
    // CLI11 keeps pointers into them until parse, and gives both what the environment says.
    auto shown = std::make_shared<CacheArguments>();
    auto emptied = std::make_shared<CacheArguments>();
    auto group = app.add_subcommand("cache", "Show or empty the cache of blobs that were fetched");
    group.require_subcommand(1);
    auto show = group.add_subcommand("list", "Show what is there, and when it was last used");
    add_cache_option(show, shown->cache);
    show.add_flag("--json", shown->json, "Print JSON");
    show.footer("Exit status: 0 shown; 2 usage; 3 undetermined.");
    auto empty = group.add_subcommand("prune", "Remove what has not been used for longest");
    add_cache_option(empty, emptied->cache);
    empty
        .add_option(
            "--to", emptied->to,
            "Leave no more than this, such as 500MB (default: what the cache may hold, 10GB)")
        .envname("BOLTSEAL_CACHE_SIZE")
        .check(size_problem)
        .type_name("SIZE");
    empty.add_flag("--json", emptied->json, "Print JSON");
    empty.footer("What another process reads stays. Exit status: 0 done; 2 usage; 3 undetermined.");
    return [=](Streams streams) {
        return group.got_subcommand("list") ? list(*shown, streams) : prune(*emptied, streams);
    };
}

}  // namespace boltseal
