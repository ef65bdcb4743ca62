#include "cli/source_memory.h"

#include "core/encoding.h"
#include "core/time_file.h"

namespace boltseal {

SourceMemory::SourceMemory(const std::optional<std::filesystem::path>& state, Timestamp now)
    : now_(now) {
    if (state) folder_ = *state / "sources";
}

std::filesystem::path SourceMemory::file_of(const std::string& source) const {
    return folder_ / to_hex(sha256({as_bytes(source)}));
}

std::optional<Timestamp> SourceMemory::damaged(const std::string& source) const {
    if (folder_.empty()) return std::nullopt;
    const auto time = read_time_file(file_of(source));
    if (!time || now_.seconds - time->seconds > kSourceMemory) return std::nullopt;
    return *time;
}

void SourceMemory::note_damaged(const std::string& source) const {
    if (folder_.empty()) return;
    std::error_code ignored;
    std::filesystem::create_directories(folder_, ignored);
    static_cast<void>(write_time_file(file_of(source), now_));
}

}  // namespace boltseal
