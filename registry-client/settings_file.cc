#include "registry-client/settings_file.h"

#include "core/file.h"

#include <algorithm>
#include <cstdlib>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxSettings = std::size_t{1} << 20;
constexpr std::size_t kMaxFiles = 256;

}  // namespace

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

bool is_there(const fs::path& path) {
    std::error_code failed;
    return fs::symlink_status(path, failed).type() != fs::file_type::not_found;
}

Result<Buffer> read_settings_file(const fs::path& path) {
    auto bytes = read_file(path, kMaxSettings);
    if (!bytes) return std::move(bytes).error().as(Fault::Config);
    return bytes;
}

Result<std::vector<fs::path>> files_in(const fs::path& folder) {
    std::vector<fs::path> out;
    if (!is_there(folder)) return out;
    std::error_code failed;
    for (fs::directory_iterator at(folder, failed), end; !failed && at != end;
         at.increment(failed)) {
        out.push_back(at->path());
        if (out.size() > kMaxFiles) {
            return Error(Fault::Config, "'" + folder.string() + "' has more than 256 files");
        }
    }
    if (failed) {
        return Error(Fault::Config, "cannot read '" + folder.string() + "': " + failed.message());
    }
    std::ranges::sort(out);
    return out;
}

}  // namespace boltseal
