#include "transparency/journal_file.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"

#include <unistd.h>

#include <algorithm>

using namespace boltseal;
using boltseal::test::TempFolder;

namespace {

constexpr std::uint64_t kSegment = 4 * kDiskBlock;  // its head, and three small records

struct TestJournal {
    TempFolder folder;
    std::filesystem::path path = folder.path() / "journal";
    std::unique_ptr<FileJournal> journal;
    std::uint64_t next = 0;

    TestJournal() {
        REQUIRE_OK(FileJournal::create(path));
        REQUIRE(reopen().empty());
    }
    Result<std::vector<std::string>> try_reopen() {
        auto opened = FileJournal::open(path, kSegment);
        REQUIRE_OK(opened);
        journal = *std::move(opened);
        std::vector<std::string> records;
        std::optional<std::uint64_t> at;
        BOLTSEAL_CHECK(journal->replay([&](const JournalRecord& record) -> Result<void> {
            if (at) REQUIRE(record.first == *at);
            if (!at) REQUIRE(record.count == 0);
            at = record.first + record.count;
            if (record.count != 0) records.emplace_back(as_text(record.entries));
            return {};
        }));
        next = at.value();
        return records;
    }
    std::vector<std::string> reopen() {
        auto records = try_reopen();
        REQUIRE_OK(records);
        return *records;
    }
    void append(const std::string& text) {
        REQUIRE_OK(journal->append({next, 2, as_bytes(text)}));
        next += 2;
    }
    std::vector<std::filesystem::path> segments() const {
        std::vector<std::filesystem::path> found;
        for (const auto& file : std::filesystem::directory_iterator(path)) {
            found.push_back(file.path());
        }
        std::ranges::sort(found);
        return found;
    }
    void change(const std::filesystem::path& file, std::size_t at, std::uint8_t by) const {
        Buffer bytes = read_file(file, 1 << 26).value();
        bytes.at(at) ^= by;
        REQUIRE_OK(write_file(file, bytes));
    }
};

}  // namespace

TEST_CASE("what was appended is replayed in order, over all segments", "[journal_file]") {
    TestJournal log;
    std::vector<std::string> all;
    for (int i = 0; i < 10; ++i) {
        all.push_back("record " + std::to_string(i));
        log.append(all.back());
        if (i % 4 == 3) REQUIRE(log.reopen() == all);
    }
    const std::string large(5 * kDiskBlock, 'a');  // larger than a segment
    all.push_back(large);
    log.append(large);
    all.emplace_back("last");
    log.append("last");
    REQUIRE(log.segments().size() == 6);
    REQUIRE(log.reopen() == all);
    REQUIRE(log.next == 24);
}

TEST_CASE("a journal is made once, and opened where it is", "[journal_file]") {
    const TestJournal log;
    REQUIRE_FAULT(FileJournal::create(log.path), Fault::Declined);
    REQUIRE_FAULT(FileJournal::open(log.folder.path() / "nowhere"), Fault::Io);
    REQUIRE_FAULT(FileJournal::open(log.folder.path()), Fault::Missing);
}

TEST_CASE("records only continue the journal, after it was replayed", "[journal_file]") {
    TestJournal log;
    log.append("a");
    REQUIRE_REFUSED(log.journal->append({1, 1, as_bytes("b")}),
                    "record does not continue the journal");
    REQUIRE_REFUSED(log.journal->append({3, 1, as_bytes("b")}),
                    "record does not continue the journal");
    const auto fresh = FileJournal::open(log.path);
    REQUIRE_OK(fresh);
    REQUIRE_REFUSED((*fresh)->append({2, 1, as_bytes("b")}), "the journal cannot be appended to");
}

TEST_CASE("a record that was cut short ends the journal, and the next takes its place",
          "[journal_file]") {
    TestJournal log;
    log.append("one");
    log.append(std::string(kDiskBlock, 'b'));
    const auto file = log.segments().front();
    const std::size_t cut = GENERATE(0u, 8u, 20u, 50u, 56u, 3000u, 4095u);
    CAPTURE(cut);
    Buffer bytes = read_file(file, 1 << 26).value();
    for (std::size_t i = 2 * kDiskBlock + cut; i < bytes.size(); ++i) bytes[i] = 0;
    REQUIRE_OK(write_file(file, bytes));
    REQUIRE(log.reopen() == std::vector<std::string>{"one"});
    log.append("two");
    REQUIRE(log.reopen() == std::vector<std::string>{"one", "two"});
    log.append("three");
    REQUIRE(log.reopen() == std::vector<std::string>{"one", "two", "three"});
}

TEST_CASE("no byte of a record can change unseen", "[journal_file]") {
    TestJournal log;
    log.append("one");
    log.append("two");
    const auto file = log.segments().front();
    for (std::size_t i = 0; i < 59; ++i) {
        CAPTURE(i);
        log.change(file, kDiskBlock + i, 4);
        REQUIRE(log.reopen().empty());  // the second does not stand without the first
        log.change(file, kDiskBlock + i, 4);
    }
    REQUIRE(log.reopen().size() == 2);
}

TEST_CASE("a record of another journal does not continue this one", "[journal_file]") {
    TestJournal log;
    TestJournal other;
    log.append("one");
    log.append("two");
    other.append("oxe");
    other.append("two");
    Buffer bytes = read_file(log.segments().front(), 1 << 26).value();
    const Buffer theirs = read_file(other.segments().front(), 1 << 26).value();
    std::copy_n(theirs.begin() + 2 * kDiskBlock, kDiskBlock, bytes.begin() + 2 * kDiskBlock);
    REQUIRE_OK(write_file(log.segments().front(), bytes));
    REQUIRE(log.reopen() == std::vector<std::string>{"one"});
}

TEST_CASE("segments that hold only what is stored are removed", "[journal_file]") {
    TestJournal log;
    for (int i = 0; i < 9; ++i) log.append(std::to_string(i));  // three in each of three segments
    REQUIRE(log.segments().size() == 3);
    REQUIRE_OK(log.journal->forget(5));
    REQUIRE(log.segments().size() == 3);
    REQUIRE_OK(log.journal->forget(6));
    REQUIRE(log.segments().size() == 2);
    REQUIRE(log.reopen() == std::vector<std::string>{"3", "4", "5", "6", "7", "8"});
    REQUIRE_OK(log.journal->forget(18));
    REQUIRE(log.segments().size() == 1);  // the last stays
    REQUIRE(log.reopen() == std::vector<std::string>{"6", "7", "8"});
    log.append("9");
    REQUIRE_OK(log.journal->forget(20));
    REQUIRE(log.reopen() == std::vector<std::string>{"9"});
}

TEST_CASE("a journal that lacks a segment is not replayed", "[journal_file]") {
    TestJournal log;
    for (int i = 0; i < 9; ++i) log.append(std::to_string(i));
    const auto segments = log.segments();
    const std::string gap = "' does not continue the journal";
    SECTION("in the middle") {
        REQUIRE(::unlink(segments[1].c_str()) == 0);
        REQUIRE_REFUSED(log.try_reopen(), "'" + segments[2].string() + gap);
    }
    SECTION("a record before another segment is damaged") {
        log.change(segments[1], 2 * kDiskBlock + 56, 1);
        REQUIRE_REFUSED(log.try_reopen(), "'" + segments[2].string() + gap);
        REQUIRE(log.segments() == segments);  // nothing was thrown away
    }
    SECTION("the head of a segment is damaged") {
        log.change(segments[0], 30, 1);
        REQUIRE_REFUSED(log.try_reopen(), "'" + segments[0].string() + "' is damaged");
    }
    SECTION("under another name") {
        std::filesystem::rename(segments[2], log.path / "00000000000000000013");
        REQUIRE_REFUSED(log.try_reopen(), "'" + (log.path / "00000000000000000013").string() + gap);
    }
}

TEST_CASE("a segment that was being made when the power went is made again", "[journal_file]") {
    TestJournal log;
    for (int i = 0; i < 3; ++i) log.append(std::to_string(i));
    const auto torn = log.path / "00000000000000000006";
    REQUIRE_OK(write_file(torn, Buffer(GENERATE(0u, 4096u, 16'384u))));
    REQUIRE(log.reopen().size() == 3);
    log.append("3");
    REQUIRE(log.reopen() == std::vector<std::string>{"0", "1", "2", "3"});
    REQUIRE(log.segments().size() == 2);
}
