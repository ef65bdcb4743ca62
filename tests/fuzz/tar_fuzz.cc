// What a tar archive that is taken holds lies inside of it, under names that lead nowhere else, and
// is the same after it was written anew.
#include "registry-client/blob_file.h"
#include "registry-client/tar_reader.h"
#include "registry-client/tar_writer.h"
#include "tests/fuzz/fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

using namespace boltseal;

namespace {

BodyReader reader(Bytes input) {
    return [input](std::uint64_t offset, std::span<std::uint8_t> room) -> Result<std::size_t> {
        LAW(offset <= input.size());
        const Bytes rest = input.subspan(static_cast<std::size_t>(offset));
        const std::size_t n = std::min(rest.size(), room.size());
        std::copy_n(rest.begin(), n, room.begin());
        return n;
    };
}

}  // namespace

FUZZ(input) {
    const auto members = list_tar(reader(input), input.size(), TarLinks::Keep);
    if (!members) return;
    const OpenFile file(::memfd_create("tar", MFD_CLOEXEC));
    TarWriter writer(file.get());
    for (const auto& [name, member] : *members) {
        LAW(member.offset <= input.size() && member.size <= input.size() - member.offset);
        LAW(!name.empty() && name.front() != '/' && name.find("..") != 0);
        LAW(("/" + name + "/").find("/../") == std::string::npos);
        const auto at = static_cast<std::size_t>(member.offset);
        LAW(writer.add(name, input.subspan(at, static_cast<std::size_t>(member.size))));
    }
    LAW(writer.finish());
    const auto size = static_cast<std::uint64_t>(::lseek(file.get(), 0, SEEK_END));
    const auto again = list_tar(reader_of(file.get()), size, TarLinks::Refuse);
    LAW(again && again->size() == members->size());
    for (const auto& [name, member] : *members) {
        LAW(again->contains(name) && again->at(name).size == member.size);
    }
}
