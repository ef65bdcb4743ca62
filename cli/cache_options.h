// Where the cache of blobs is and how large it may become, as flags and the environment say.
#pragma once

#include "cli/command.h"

#include <cstdint>
#include <filesystem>

namespace boltseal {

struct CacheFlags {
    std::filesystem::path folder;  // --cache, BOLTSEAL_CACHE
    std::string size = "10GB";     // --cache-size, BOLTSEAL_CACHE_SIZE
    bool off = false;              // --no-cache, BOLTSEAL_NO_CACHE
};
void add_cache_option(Command command, CacheFlags& flags);   // --cache alone
void add_cache_options(Command command, CacheFlags& flags);  // and the others

// The folder that was named, or else boltseal in XDG_CACHE_HOME (XDG Base Directory Specification
// 0.8) or in ~/.cache. Config if there is no home either.
Result<std::filesystem::path> cache_folder(const CacheFlags& flags);

// What is wrong with a text that should be a size; empty if nothing is.
std::string size_problem(const std::string& text);

// "10GB", "500MB", "20kB" or "0": whole numbers, in powers of 1000 as sizes are printed. Config for
// anything else, and for more than 1000 TB.
Result<std::uint64_t> parse_size(const std::string& text);

}  // namespace boltseal
