#include "cli/cache_options.h"

#include "core/bytes.h"

#include <charconv>
#include <cstdlib>

namespace boltseal {

namespace {

constexpr std::uint64_t kMostBytes = 1'000'000'000'000'000;

std::uint64_t factor_of(std::string_view unit) {
    if (unit.empty() || unit == "B") return 1;
    if (unit == "kB") return 1'000;
    if (unit == "MB") return 1'000'000;
    if (unit == "GB") return 1'000'000'000;
    return unit == "TB" ? 1'000'000'000'000 : 0;
}

}  // namespace

void add_cache_option(Command command, CacheFlags& flags) {
    command
        .add_option("--cache", flags.folder,
                    "Folder of the cache (default: boltseal in XDG_CACHE_HOME)")
        .envname("BOLTSEAL_CACHE")
        .type_name("DIR");
}

void add_cache_options(Command command, CacheFlags& flags) {
    add_cache_option(command, flags);
    command
        .add_option("--cache-size", flags.size,
                    "The most that the cache may hold, such as 500MB (default: 10GB)")
        .envname("BOLTSEAL_CACHE_SIZE")
        .check(size_problem)
        .type_name("SIZE");
    command
        .add_flag("--no-cache", flags.off, "Neither take blobs from the cache nor keep any there")
        .envname("BOLTSEAL_NO_CACHE");
}

Result<std::filesystem::path> cache_folder(const CacheFlags& flags) {
    if (!flags.folder.empty()) return flags.folder;
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache == '/') {
        return std::filesystem::path(cache) / "boltseal";
    }
    if (const char* home = std::getenv("HOME"); home && *home) {
        return std::filesystem::path(home) / ".cache" / "boltseal";
    }
    return Error(Fault::Config, "there is no folder for it; set HOME or give --cache");
}

std::string size_problem(const std::string& text) {
    const auto size = parse_size(text);
    return size ? std::string() : size.error().message();
}

Result<std::uint64_t> parse_size(const std::string& text) {
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, failed] = std::from_chars(text.data(), end, number);
    const std::uint64_t factor = factor_of({rest, static_cast<std::size_t>(end - rest)});
    const bool is_short = text.size() > 1 && text.front() == '0';  // one spelling
    if (failed != std::errc() || factor == 0 || is_short || number > kMostBytes / factor) {
        return Error(Fault::Config, printable(text) + " is no size such as 500MB or 10GB");
    }
    return number * factor;
}

}  // namespace boltseal
