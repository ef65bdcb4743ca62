// Which registries and mirrors have sent damaged bytes lately, so that the next run asks them last.
// It saves time and decides nothing: bytes are proved wherever they come from.
//
//   <state>/sources/<hex SHA-256 of the name>    when it was seen last, one line of RFC 3339
#pragma once

#include "core/time.h"

#include <filesystem>
#include <optional>
#include <string>

namespace boltseal {

inline constexpr std::int64_t kSourceMemory = 7 * 86'400;  // seconds after which it is forgotten

class SourceMemory {
public:
    // Without a folder nothing is remembered.
    SourceMemory(const std::optional<std::filesystem::path>& state, Timestamp now);

    // When, if not too long ago. Whatever cannot be read is not known.
    std::optional<Timestamp> damaged(const std::string& source) const;
    // Kept if it can be.
    void note_damaged(const std::string& source) const;

private:
    std::filesystem::path file_of(const std::string& source) const;

    std::filesystem::path folder_;  // empty: none
    Timestamp now_;
};

}  // namespace boltseal
