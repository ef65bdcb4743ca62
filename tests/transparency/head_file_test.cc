#include "transparency/head_file.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"

#include <algorithm>

using namespace boltseal;
using boltseal::test::TempFolder;

namespace {

std::unique_ptr<HeadFile> open(const std::filesystem::path& path) {
    auto file = HeadFile::open(path);
    REQUIRE_OK(file);
    return *std::move(file);
}

void change_block(const std::filesystem::path& path, std::size_t block,
                  const std::function<void(Buffer&, std::size_t)>& change) {
    Buffer bytes = read_file(path, 1 << 20).value();
    change(bytes, block * kDiskBlock);
    REQUIRE_OK(write_file(path, bytes));
}

}  // namespace

TEST_CASE("the head moves only from where the writer saw it", "[head_file]") {
    const TempFolder folder;
    const auto path = folder.path() / "head";
    REQUIRE_FAULT(HeadFile::open(path), Fault::Missing);
    REQUIRE_OK(HeadFile::create(path));
    REQUIRE_FAULT(HeadFile::create(path), Fault::Declined);
    auto head = open(path);
    REQUIRE_FALSE(head->load().value().has_value());
    REQUIRE_OK(head->advance(std::nullopt, "first"));
    REQUIRE(head->load().value() == "first");
    REQUIRE_REFUSED(head->advance(std::nullopt, "second"),
                    "another writer has moved the log's head");
    REQUIRE_FAULT(head->advance("other", "second"), Fault::Declined);
    REQUIRE_OK(head->advance("first", "second"));
    REQUIRE_OK(head->advance("second", "third"));
    head.reset();
    REQUIRE(open(path)->load().value() == "third");
    REQUIRE_REFUSED(open(path)->advance("third", std::string(kMaxHeadNote + 1, 'a')),
                    "signed head is too large");
}

TEST_CASE("one process at a time has the head open", "[head_file]") {
    const TempFolder folder;
    const auto path = folder.path() / "head";
    REQUIRE_OK(HeadFile::create(path));
    const auto head = open(path);
    REQUIRE_REFUSED(HeadFile::open(path), "another process has '" + path.string() + "' open");
}

TEST_CASE("a head that was cut short leaves the one before it", "[head_file]") {
    const TempFolder folder;
    const auto path = folder.path() / "head";
    REQUIRE_OK(HeadFile::create(path));
    {
        const auto head = open(path);
        REQUIRE_OK(head->advance(std::nullopt, "first"));  // block 1
        REQUIRE_OK(head->advance("first", "second"));      // block 0
        REQUIRE_OK(head->advance("second", "third"));      // block 1
    }
    const std::size_t cut = GENERATE(0u, 3u, 40u, 60u, 63u);
    CAPTURE(cut);
    change_block(path, 1, [&](Buffer& bytes, std::size_t at) {
        for (std::size_t i = cut; i < kDiskBlock; ++i) bytes[at + i] = 0;
    });
    auto head = open(path);
    REQUIRE(head->load().value() == "second");
    REQUIRE_OK(head->advance("second", "another third"));
    head.reset();
    REQUIRE(open(path)->load().value() == "another third");
}

TEST_CASE("no byte of a head can change unseen", "[head_file]") {
    const TempFolder folder;
    const auto path = folder.path() / "head";
    REQUIRE_OK(HeadFile::create(path));
    REQUIRE_OK(open(path)->advance(std::nullopt, "first"));
    const Buffer whole = read_file(path, 1 << 20).value();
    for (std::size_t i = 0; i < 70; ++i) {
        CAPTURE(i);
        change_block(path, 1, [&](Buffer& bytes, std::size_t at) { bytes[at + i] ^= 1; });
        REQUIRE_FALSE(open(path)->load().value().has_value());
        REQUIRE_OK(write_file(path, whole));
    }
    change_block(path, 1, [&](Buffer& bytes, std::size_t at) { bytes[at] ^= 1; });
    change_block(path, 0, [&](Buffer& bytes, std::size_t at) { bytes[at] ^= 1; });
    REQUIRE_REFUSED(HeadFile::open(path), "'" + path.string() + "' has no whole head");
}

TEST_CASE("a head may take more than one block", "[head_file]") {
    const TempFolder folder;
    const auto path = folder.path() / "cosigned";
    REQUIRE_OK(HeadFile::create(path, kMaxCosignedNote));
    std::optional<std::string> last;
    for (const std::size_t size : {20'000u, 10u, 60'000u, 5'000u, 4'037u, 4'038u, 1u}) {
        CAPTURE(size);
        const std::string next(size, static_cast<char>('a' + size % 26));
        REQUIRE_OK(open(path)->advance(last, next));
        REQUIRE(open(path)->load().value() == next);
        last = next;
    }
    REQUIRE_REFUSED(open(path)->advance(last, std::string(62'000, 'a')),
                    "signed head is too large");
    // One that was cut short behind its first block leaves the one before it.
    const std::string before(9'000, 'b');
    REQUIRE_OK(open(path)->advance(last, before));
    REQUIRE_OK(open(path)->advance(before, std::string(9'000, 'c')));
    Buffer bytes = read_file(path, 1 << 20).value();
    const auto at = std::ranges::find(bytes, std::uint8_t{'c'});
    REQUIRE(at != bytes.end());
    std::fill(at + kDiskBlock, at + 2 * kDiskBlock, std::uint8_t{'b'});
    REQUIRE_OK(write_file(path, bytes));
    REQUIRE(open(path)->load().value() == before);
}
