#include "cli/source_memory.h"

#include "core/encoding.h"
#include "core/file.h"

namespace boltseal {

namespace {

constexpr std::size_t kMaxFile = 64;

}  // namespace

SourceMemory::SourceMemory(const std::optional<std::filesystem::path>& state, Timestamp now)
    : now_(now) {
    if (state) folder_ = *state / "sources";
}

std::filesystem::path SourceMemory::file_of(const std::string& source) const {
    return folder_ / to_hex(sha256({as_bytes(source)}));
}

std::optional<Timestamp> SourceMemory::damaged(const std::string& source) const {
    if (folder_.empty()) return std::nullopt;
    const auto bytes = read_file(file_of(source), kMaxFile);
    if (!bytes) return std::nullopt;
    std::string_view line = as_text(*bytes);
    if (line.ends_with('\n')) line.remove_suffix(1);
    const auto time = parse_rfc3339(line);
    if (!time || now_.seconds - time->seconds > kSourceMemory) return std::nullopt;
    return *time;
}

void SourceMemory::note_damaged(const std::string& source) const {
    if (folder_.empty()) return;
    std::error_code ignored;
    std::filesystem::create_directories(folder_, ignored);
    static_cast<void>(write_file(file_of(source), as_bytes(to_rfc3339(now_) + "\n"),
                                 FileMode::Private));
}

}  // namespace boltseal
