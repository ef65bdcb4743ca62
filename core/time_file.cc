#include "core/time_file.h"

namespace boltseal {

namespace {

constexpr std::size_t kMaxFile = 64;

}  // namespace

Result<Timestamp> read_time_file(const std::filesystem::path& path) {
    BOLTSEAL_TRY(const Buffer bytes, read_file(path, kMaxFile));
    std::string_view line = as_text(bytes);
    if (line.ends_with('\n')) line.remove_suffix(1);
    auto time = parse_rfc3339(line);
    if (time) return time;
    return std::move(time).error().context("'" + path.string() + "'");
}

Result<void> write_time_file(const std::filesystem::path& path, Timestamp time) {
    return write_file(path, as_bytes(to_rfc3339(time) + "\n"), FileMode::Private);
}

}  // namespace boltseal
