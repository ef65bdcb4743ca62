#include "registry-client/blob_journal.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"

#include <fcntl.h>

using namespace boltseal;
using namespace boltseal::test;

namespace {

const BootId kBoot = {1, 2, 3};
const BootId kNextBoot = {4, 5, 6};

JournalSubject subject() {
    return {digest_of(as_bytes("blob")), 1000, 77};
}

struct Fixture {
    TempFolder folder;
    OpenFile dir{::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY)};

    Result<BlobJournal> open(const JournalSubject& about = subject(), const BootId& boot = kBoot) {
        return BlobJournal::open(dir.get(), "j", about, boot);
    }
    Buffer text() { return read_file(folder / "j", 1 << 20).value(); }
    void put(const Buffer& bytes) { REQUIRE_OK(write_file(folder / "j", bytes)); }
};

Sha256State::Saved state_at(std::uint64_t size) {
    Sha256State state;
    state.update(Buffer(size));
    return state.save().value();
}

// Two extents, a hash, a sync, and two more records that are on no disk yet.
Buffer written(Fixture& f) {
    auto journal = f.open();
    REQUIRE_OK(journal);
    REQUIRE_OK(journal->wrote({0, 128}));
    REQUIRE_OK(journal->wrote({500, 600}));
    REQUIRE_OK(journal->hashed_to(state_at(64)));
    REQUIRE_OK(journal->proved({500, 600}));
    REQUIRE_OK(journal->mark());
    REQUIRE_OK(journal->wrote({128, 256}));
    REQUIRE_OK(journal->proved({0, 256}));
    REQUIRE_OK(journal->chained({64, 128}));
    REQUIRE_OK(journal->synced());
    REQUIRE_OK(journal->mark());
    REQUIRE_OK(journal->hashed_to(state_at(256)));
    return f.text();
}

}  // namespace

TEST_CASE("what was written down is known to the next process", "[journal]") {
    Fixture f;
    written(f);
    for (int i = 0; i < 3; ++i) {  // each writes it anew
        const auto again = f.open();
        REQUIRE_OK(again);
        REQUIRE(again->have().list() == std::vector<Extent>{{0, 256}, {500, 600}});
        REQUIRE(again->proved() == again->have());
        REQUIRE(again->chained().list() == std::vector<Extent>{{64, 128}});
        REQUIRE(again->hashed() == state_at(256));
        REQUIRE(again->dropped().empty());
    }
}

TEST_CASE("after a reboot only what was synced counts", "[journal]") {
    Fixture f;
    written(f);
    const auto again = f.open(subject(), kNextBoot);
    REQUIRE_OK(again);
    REQUIRE(again->have().list() == std::vector<Extent>{{0, 128}, {500, 600}});
    REQUIRE(again->proved().list() == std::vector<Extent>{{500, 600}});
    REQUIRE(again->chained().size() == 0);
    REQUIRE(again->hashed() == state_at(64));
    Fixture unknown;  // a system that cannot tell one boot from the next
    unknown.put(written(unknown));
    REQUIRE(parse_journal(unknown.text(), subject(), BootId{})->have.size() == 228);
}

TEST_CASE("a journal of something else is dropped, and says why", "[journal]") {
    Fixture f;
    const Buffer text = written(f);
    JournalSubject other = subject();
    SECTION("digest") {
        other.digest = digest_of(as_bytes("other"));
    }
    SECTION("size") {
        other.size = 999;
    }
    SECTION("file") {
        other.inode = 78;
    }
    auto journal = f.open(other);
    REQUIRE_OK(journal);
    REQUIRE(journal->have().size() == 0);
    REQUIRE_FALSE(journal->hashed());
    REQUIRE(journal->proved().size() == 0);
    REQUIRE(journal->dropped() == "journal is about something else");
    REQUIRE_REFUSED(parse_journal(Bytes(text).first(20), subject(), kBoot), "journal is cut off");
    f.put(to_buffer("nonsense"));
    REQUIRE(f.open()->dropped() == "journal is cut off");
}

TEST_CASE("a journal that is cut off anywhere tells a part of the truth", "[journal]") {
    Fixture f;
    const Buffer text = written(f);
    const auto whole = parse_journal(text, subject(), kBoot);
    REQUIRE(whole->used == text.size());
    std::uint64_t before = 0;
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
        const auto part = parse_journal(Bytes(text).first(cut), subject(), kBoot);
        if (!part) continue;
        REQUIRE(part->used <= cut);
        REQUIRE(part->have.size() >= before);
        before = part->have.size();
        for (const Extent& extent : part->have.list()) REQUIRE(whole->have.covers(extent));
        REQUIRE((!part->hashed || part->hashed->size <= part->have.end_of_prefix()));
    }
}

TEST_CASE("no bit of a journal can flip unseen", "[journal]") {
    Fixture f;
    const Buffer text = written(f);
    const auto whole = parse_journal(text, subject(), kBoot);
    const std::size_t boot_at = parse_journal(text, subject(), kBoot)->used;
    REQUIRE(boot_at == text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        Buffer bad = text;
        bad[at] ^= 4;
        const auto content = parse_journal(bad, subject(), kBoot);
        REQUIRE((!content || content->used < text.size()));
        if (content) REQUIRE(content->have.size() < whole->have.size() + 1);
    }
}

TEST_CASE("what was lost takes the hash over it with it", "[journal]") {
    Fixture f;
    {
        auto journal = f.open();
        REQUIRE_OK(journal->wrote({0, 300}));
        REQUIRE_OK(journal->hashed_to(state_at(256)));
        REQUIRE_OK(journal->chained({250, 300}));
        REQUIRE_OK(journal->lost({260, 270}));
        REQUIRE(parse_journal(f.text(), subject(), kBoot)->hashed == state_at(256));
        REQUIRE_OK(journal->lost({200, 210}));
    }
    const auto again = f.open();
    REQUIRE(again->have().list() == std::vector<Extent>{{0, 200}, {210, 260}, {270, 300}});
    REQUIRE(again->proved().list() == std::vector<Extent>{{250, 260}, {270, 300}});
    REQUIRE(again->chained() == again->proved());
    REQUIRE_FALSE(again->hashed());
}

TEST_CASE("records that make no sense end the journal", "[journal]") {
    Fixture f;
    auto journal = f.open();
    REQUIRE_OK(journal->wrote({0, 100}));
    const std::size_t good = f.text().size();
    SECTION("beyond the blob") {
        REQUIRE_OK(journal->wrote({900, 1001}));
    }
    SECTION("nothing") {
        REQUIRE_OK(journal->wrote({5, 5}));
    }
    SECTION("proved what is not there") {
        REQUIRE_OK(journal->proved({99, 101}));
    }
    SECTION("hashed what is not there") {
        REQUIRE_OK(journal->hashed_to(state_at(128)));
    }
    REQUIRE_OK(journal->wrote({100, 200}));
    const auto content = parse_journal(f.text(), subject(), kBoot);
    REQUIRE(content->used == good);
    REQUIRE(content->have.size() == 100);
}
