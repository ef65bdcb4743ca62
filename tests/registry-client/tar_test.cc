#include "core/file.h"
#include "registry-client/blob_file.h"
#include "registry-client/tar_reader.h"
#include "registry-client/tar_writer.h"
#include "tests/check.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <functional>

using namespace boltseal;

namespace {

BodyReader reader(const std::string& text) {
    return [&text](std::uint64_t offset, std::span<std::uint8_t> room) -> Result<std::size_t> {
        const std::size_t n = text.copy(reinterpret_cast<char*>(room.data()), room.size(),
                                        static_cast<std::size_t>(offset));
        return n;
    };
}

Result<TarMembers> list(const std::string& tar, TarLinks links = TarLinks::Refuse) {
    return list_tar(reader(tar), tar.size(), links);
}

void set_checksum(std::string& header) {
    header.replace(148, 8, "        ");
    unsigned sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    char text[8];
    std::snprintf(text, sizeof text, "%06o", sum);
    header.replace(148, 7, std::string(text, 7));
}

// A member as the tests want it: a header, its content, and what fills the last block.
std::string member(const std::string& name, const std::string& content, char type = '0',
                   const std::function<void(std::string&)>& change = {}) {
    std::string header(512, '\0');
    header.replace(0, name.size(), name);
    char size[13];
    std::snprintf(size, sizeof size, "%011zo", content.size());
    header.replace(124, 11, size, 11);
    header[156] = type;
    header.replace(257, 8, std::string("ustar\00000", 8));
    if (change) change(header);
    set_checksum(header);
    return header + content + std::string((512 - content.size() % 512) % 512, '\0');
}

std::string extended(const std::string& records) {
    return member("pax", records, 'x');
}

const std::string kEnd(1024, '\0');

std::string content_of(const std::string& tar, const TarMember& found) {
    return tar.substr(static_cast<std::size_t>(found.offset), static_cast<std::size_t>(found.size));
}

}  // namespace

TEST_CASE("what is in a tar archive is found", "[tar]") {
    const std::string tar = member("./", "", '5') + member("blobs/", "", '5') +
                            member("./blobs/one", "first") + member("empty", "", '\0') + kEnd +
                            std::string(512, '\0');
    const auto members = list(tar);
    REQUIRE_OK(members);
    REQUIRE(members->size() == 2);
    REQUIRE(content_of(tar, members->at("blobs/one")) == "first");
    REQUIRE(members->at("empty").size == 0);
}

TEST_CASE("long names and sizes are read as POSIX and GNU write them", "[tar]") {
    const std::string name(140, 'n');
    const std::string by_pax = extended("150 path=" + name + "\n") + member("short", "text") + kEnd;
    REQUIRE(list(by_pax)->contains(name));
    const std::string by_size =
        extended("9 size=5\n13 mtime=1.5\n") +
        member("a", "right", '0',
               [](std::string& header) { header.replace(124, 11, "00000000001"); }) +
        kEnd;
    REQUIRE(content_of(by_size, list(by_size)->at("a")) == "right");
    const std::string by_prefix =
        member("name", "text", '0', [](std::string& header) { header.replace(345, 6, "folder"); });
    REQUIRE(list(by_prefix + kEnd)->contains("folder/name"));
    // GNU has other things there.
    const std::string gnu = member("name", "text", '0', [](std::string& header) {
        header.replace(257, 8, std::string("ustar  \0", 8));
        header.replace(345, 6, "folder");
    });
    REQUIRE(list(gnu + kEnd)->contains("name"));
}

TEST_CASE("what a tar archive must not have is refused by its reason", "[tar]") {
    struct Row {
        std::string tar;
        const char* why;
    };
    const auto size = [](std::string text) {
        text.resize(12);
        return member("a", "", '0', [&](std::string& header) { header.replace(124, 12, text); });
    };
    const std::string base256("\x80\0\0\0\0\0\0\x02\0\0\0\0", 12);
    const std::vector<Row> rows = {
        {"", "it ends too early"},
        {member("a", "text"), "it ends too early"},
        {member("a", "text").substr(0, 600), "it ends too early"},
        {member("a", "text") + std::string(512, '\0'), "it ends too early"},
        {member("a", "text") + kEnd + "x", "something follows its end"},
        {member("a", "text") + kEnd + std::string((1 << 20) + 512, '\0'),
         "something follows its end"},
        {size("00000001001") + kEnd, "it ends too early"},
        {size(base256) + kEnd, "it ends too early"},
        {size(std::string("\x80\0\0\0\0\0\0\0\0\0\0\x01", 12)) + kEnd,
         "a small size is written as a large one"},
        {size(std::string("\x80\0\0\x01\0\0\0\0\0\0\0\x01", 12)) + kEnd, "a size is out of range"},
        {size("0000000000x") + kEnd, "a number is not octal"},
        {member("/a", "") + kEnd, "the name '/a' leads elsewhere"},
        {member("../a", "") + kEnd, "the name '../a' leads elsewhere"},
        {member("a/../b", "") + kEnd, "the name 'a/../b' leads elsewhere"},
        {member("a//b", "") + kEnd, "the name 'a//b' leads elsewhere"},
        {member("././a", "") + kEnd, "the name './a' leads elsewhere"},
        {member("a/", "") + kEnd, "the name 'a/' leads elsewhere"},
        {member("", "") + kEnd, "the name '' leads elsewhere"},
        {member("a\\b", "") + kEnd, "a name is not plain: 'a\\b'"},
        {member("a\x1b", "") + kEnd, "a name is not plain: 'a\\x1b'"},
        {extended("266 path=" + std::string(256, 'n') + "\n") + member("a", "") + kEnd,
         "a name is longer than 255 bytes"},
        {member("a", "") + member("./a", "") + kEnd, "'a' is there twice"},
        {member("a", "") + member("a/", "", '5') + kEnd, "'a' is both a file and a folder"},
        {member("a", "", '1') + kEnd, "'a' is neither a file nor a folder"},
        {member("a", "", '2') + kEnd, "'a' is neither a file nor a folder"},
        {member("a", "", '3') + kEnd, "'a' is neither a file nor a folder"},
        {member("a", "", '6') + kEnd, "'a' is neither a file nor a folder"},
        {member("a", "", 'S') + kEnd, "'a' is neither a file nor a folder"},
        {member("a", "name", 'L') + kEnd, "'a' is neither a file nor a folder"},
        {member("a", "11 comment=x\n", 'g') + kEnd, "'a' is neither a file nor a folder"},
        {member("a/", "text", '5') + kEnd, "'a/' has content, and is no file"},
        {member("a", "", '0', [](std::string& header) { header[257] = 'v'; }) + kEnd,
         "a header is neither of POSIX nor of GNU"},
        {extended("9 size=x\n") + member("a", "") + kEnd, "an extended size is no number"},
        {extended("9 size=5\n9 size=5\n") + member("a", "right") + kEnd,
         "an extended header says something twice"},
        {extended("22 GNU.sparse.major=1\n") + member("a", "") + kEnd,
         "extended header 'GNU.sparse.major' is not supported"},
        {extended("21 hdrcharset=BINARY\n") + member("a", "") + kEnd,
         "extended header 'hdrcharset' is not supported"},
        {extended("99 size=5\n") + member("a", "") + kEnd, "an extended header is broken"},
        {extended("8 size=5\n") + member("a", "") + kEnd, "an extended header is broken"},
        {extended("7 size\n") + member("a", "") + kEnd, "an extended header is broken"},
        {extended("9 size=0\n") + extended("9 size=0\n") + member("a", "") + kEnd,
         "an extended header follows another"},
        {extended("9 size=0\n") + kEnd, "an extended header is the last"},
        {extended(std::string(65537, 'x')) + kEnd, "an extended header is too long"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        const auto refused = list(row.tar);
        REQUIRE_FAULT(refused, Fault::Malformed);
        REQUIRE_REFUSED(refused, std::string("tar archive: ") + row.why);
    }
    std::string broken = member("a", "text") + kEnd;
    broken[0] = 'b';
    REQUIRE_REFUSED(list(broken), "tar archive: a header has a wrong checksum");
}

TEST_CASE("links are kept by name where they are asked for, and never followed", "[tar]") {
    const auto members = list(member("a", "text") + member("b", "", '2') + kEnd, TarLinks::Keep);
    REQUIRE_OK(members);
    REQUIRE_FALSE(members->at("a").is_link);
    REQUIRE(members->at("b").is_link);
    REQUIRE_REFUSED(list(member("b", "text", '2') + kEnd, TarLinks::Keep),
                    "tar archive: 'b' has content, and is no file");
}

TEST_CASE("too many members are refused", "[tar]") {
    std::string tar;
    for (std::size_t i = 0; i <= kMaxTarMembers; ++i) tar += member(std::to_string(i), "");
    REQUIRE_REFUSED(list(tar + kEnd), "tar archive: it has more than 65536 members");
}

TEST_CASE("what is written is what is read", "[tar]") {
    const OpenFile file(::memfd_create("tar", MFD_CLOEXEC));
    TarWriter writer(file.get());
    const std::string name(200, 'n');
    REQUIRE_OK(writer.add("oci-layout", as_bytes("text")));
    REQUIRE_OK(writer.begin("dropped"));
    REQUIRE_OK(writer.write(as_bytes("never mind")));
    writer.drop();
    REQUIRE_OK(writer.begin("unknown yet"));
    REQUIRE_OK(writer.write(as_bytes(std::string(600, 'a'))));
    REQUIRE_OK(writer.write(as_bytes(std::string(600, 'b'))));
    const auto known = writer.end("known");
    REQUIRE_OK(known);
    REQUIRE_OK(writer.add(name, as_bytes("long")));
    REQUIRE_OK(writer.finish());

    const auto size = static_cast<std::uint64_t>(::lseek(file.get(), 0, SEEK_END));
    const auto members = list_tar(reader_of(file.get()), size, TarLinks::Refuse);
    REQUIRE_OK(members);
    REQUIRE(members->size() == 3);
    REQUIRE(members->at("known") == *known);
    REQUIRE(members->at("known").size == 1200);
    REQUIRE(members->at(name).size == 4);
    REQUIRE(members->at("oci-layout").size == 4);
}

TEST_CASE("a member of more than eight gigabytes is written as GNU does", "[tar]") {
    const OpenFile file(::memfd_create("tar", MFD_CLOEXEC));
    TarWriter writer(file.get());
    REQUIRE_OK(writer.begin("large"));
    writer.skip((std::uint64_t{8} << 30) + 5);
    REQUIRE_OK(writer.end("large"));
    REQUIRE_OK(writer.finish());
    const auto size = static_cast<std::uint64_t>(::lseek(file.get(), 0, SEEK_END));
    const auto members = list_tar(reader_of(file.get()), size, TarLinks::Refuse);
    REQUIRE_OK(members);
    REQUIRE(members->at("large").size == (std::uint64_t{8} << 30) + 5);
}
