// What is in a tar archive: ustar and pax as POSIX.1-2017 has them (pax, "EXTENDED DESCRIPTION"),
// and GNU's base-256 sizes. Nothing is unpacked: members are found, and read where they lie.
//
// The file may come from anywhere. Refused are absolute names, '..', empty parts, everything but
// printable ASCII, names over 255 bytes or that are there twice, links where they are not asked
// for, devices, sparse files, GNU's long names, sizes beyond the end, and bytes after the end.
#pragma once

#include "net/transport.h"

#include <map>

namespace boltseal {

inline constexpr std::size_t kMaxTarMembers = 65'536;

struct TarMember {
    std::uint64_t offset = 0;  // of its content
    std::uint64_t size = 0;
    bool is_link = false;  // which is not followed: it has no content
    bool operator==(const TarMember&) const = default;
};
using TarMembers = std::map<std::string, TarMember>;  // regular files, and links, by their name

enum class TarLinks { Refuse, Keep };

// `read` gives the `size` bytes of the archive. Malformed for what is above.
Result<TarMembers> list_tar(const BodyReader& read, std::uint64_t size, TarLinks links);

}  // namespace boltseal
