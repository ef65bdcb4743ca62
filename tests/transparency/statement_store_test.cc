#include "transparency/statement_store.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/submissions.h"
#include "tests/support/temp_folder.h"

using namespace boltseal;
using namespace boltseal::test;

namespace {

struct Kept {
    TempFolder folder;
    std::unique_ptr<StatementStore> store;

    explicit Kept(const LookupIndexLimits& limits = {}) { reopen(limits); }
    void reopen(const LookupIndexLimits& limits = {}) {
        store.reset();
        auto opened = StatementStore::open(folder.path() / "statements", limits);
        REQUIRE_OK(opened);
        store = *std::move(opened);
    }
    std::filesystem::path file() const { return folder.path() / "statements" / "statements"; }
    void keep(const std::string& statement) const { REQUIRE_OK(store->keep(as_bytes(statement))); }
    std::vector<std::string> about(const std::string& image, std::size_t most = 100) const {
        std::vector<std::string> all;
        for (std::optional<std::uint64_t> next = 0; next;) {
            const auto page = store->find(digest_of(as_bytes(image)), *next, most);
            REQUIRE_OK(page);
            for (const auto& found : page->statements) {
                all.emplace_back(as_text(found.statement));
            }
            next = page->next;
        }
        return all;
    }
};

std::string numbered(const std::string& image, int number) {
    return statement_about(image) + std::string(static_cast<std::size_t>(number), ' ');
}

}  // namespace

TEST_CASE("statements are found by what they are about, after a restart too", "[statements]") {
    const LookupIndexLimits limits =
        GENERATE(LookupIndexLimits{}, LookupIndexLimits{20, 1 << 20, 2});
    Kept kept(limits);
    std::vector<std::string> expected;
    for (int i = 0; i < 40; ++i) {
        expected.push_back(numbered("a", i));
        kept.keep(expected.back());
        kept.keep(numbered("b" + std::to_string(i), 0));
    }
    kept.keep(expected.front());  // is there
    for (int restart = 0; restart < 3; ++restart) {
        REQUIRE(kept.about("a") == expected);
        REQUIRE(kept.about("a", 7) == expected);
        REQUIRE(kept.about("b5") == std::vector<std::string>{numbered("b5", 0)});
        REQUIRE(kept.about("c").empty());
        if (restart == 1) std::filesystem::remove_all(kept.folder.path() / "statements" / "index");
        kept.reopen(limits);
        kept.keep(expected.back());
    }
}

TEST_CASE("a record that was not finished is written over", "[statements]") {
    Kept kept;
    kept.keep(numbered("a", 0));
    const Buffer whole = read_file(kept.file(), 1 << 20).value();
    kept.keep(numbered("a", 1));
    const Buffer longer = read_file(kept.file(), 1 << 20).value();
    for (const std::size_t size : {whole.size() + 2, whole.size() + 50, longer.size() - 1}) {
        CAPTURE(size);
        kept.store.reset();
        REQUIRE_OK(write_file(kept.file(), Bytes(longer).first(size)));
        kept.reopen();
        REQUIRE(kept.about("a").size() == 1);
        kept.keep(numbered("a", 2));
        kept.reopen();
        REQUIRE(kept.about("a") == std::vector<std::string>{numbered("a", 0), numbered("a", 2)});
    }
}

TEST_CASE("an index of another file is made again", "[statements]") {
    const LookupIndexLimits small{1, 1, 2};  // everything is in runs at once
    Kept kept(small);
    kept.keep(numbered("a", 0));
    Kept other(small);
    other.keep(numbered("b", 0));
    kept.store.reset();
    other.store.reset();
    std::filesystem::copy_file(other.file(), kept.file(),
                               std::filesystem::copy_options::overwrite_existing);
    kept.reopen(small);
    REQUIRE(kept.about("a").empty());
    REQUIRE(kept.about("b").size() == 1);
}

TEST_CASE("damage is noticed", "[statements]") {
    const LookupIndexLimits small{1, 1, 2};
    Kept kept(small);
    kept.keep(numbered("a", 0));
    kept.store.reset();
    Buffer bytes = read_file(kept.file(), 1 << 20).value();
    bytes.at(40) ^= 1;
    REQUIRE_OK(write_file(kept.file(), bytes));
    kept.reopen(small);
    REQUIRE_REFUSED(kept.store->find(digest_of(as_bytes("a")), 0, 9),
                    "'" + kept.file().string() + "' is damaged");
    kept.store.reset();
    REQUIRE_OK(write_file(kept.file(), as_bytes("something else, and long enough")));
    REQUIRE_REFUSED(StatementStore::open(kept.folder.path() / "statements", small),
                    "'" + kept.file().string() + "' has no statements in it");
}

TEST_CASE("what lies behind damage is not written over", "[statements]") {
    Kept kept;
    kept.keep(numbered("a", 0));
    kept.keep(numbered("a", 1));
    kept.store.reset();
    const auto folder = kept.folder.path() / "statements";
    std::filesystem::remove_all(folder / "index");
    Buffer bytes = read_file(kept.file(), 1 << 20).value();
    bytes.at(40) ^= 1;
    REQUIRE_OK(write_file(kept.file(), bytes));
    const auto opened = StatementStore::open(folder);
    REQUIRE_REFUSED(opened, "'" + kept.file().string() + "' is damaged from byte 22 on");
    REQUIRE(opened.error().hint().starts_with("remove '" + folder.string() + "': "));
    REQUIRE(read_file(kept.file(), 1 << 20).value() == bytes);
}

TEST_CASE("a statement that is too large is not kept", "[statements]") {
    const Kept kept;
    REQUIRE_REFUSED(kept.store->keep(Buffer(std::size_t{64 << 10} + 1)),
                    "statement is too large to be kept");
}

TEST_CASE("a check finds whatever has changed in statements", "[statements]") {
    const LookupIndexLimits limits{20, 1 << 20, 2};
    Kept kept(limits);
    for (int i = 0; i < 40; ++i) kept.keep(numbered("a", i));
    kept.store.reset();
    const auto folder = kept.folder.path() / "statements";
    REQUIRE_OK(StatementStore::check(folder));
    REQUIRE_OK(StatementStore::check(kept.folder.path() / "none"));
    const Buffer whole = read_file(kept.file(), 1 << 20).value();
    const std::string damaged = "'" + kept.file().string() + "' is damaged from byte ";
    SECTION("a byte of a statement, of its length, or of its hash") {
        // The first record begins behind the 22 bytes of the magic.
        const std::size_t place = GENERATE(22u, 25u, 26u, 100u);
        Buffer changed = whole;
        changed.at(place) ^= 1;
        REQUIRE_OK(write_file(kept.file(), changed));
        const auto found = StatementStore::check(folder);
        REQUIRE_REFUSED(found, damaged + "22 on");
        REQUIRE_FAULT(found, Fault::Integrity);
        REQUIRE(found.error().hint() ==
                "remove '" + folder.string() +
                    "': look-ups by subject of what came before are then lost, and nothing else");
    }
    SECTION("the magic") {
        Buffer changed = whole;
        changed.at(3) ^= 1;
        REQUIRE_OK(write_file(kept.file(), changed));
        REQUIRE_REFUSED(StatementStore::check(folder),
                        "'" + kept.file().string() + "' has no statements in it");
    }
    SECTION("a record that was not finished is no damage") {
        std::filesystem::remove_all(folder / "index");  // which has it
        REQUIRE_OK(write_file(kept.file(), Bytes(whole).first(whole.size() - 1)));
        REQUIRE_OK(StatementStore::check(folder));
        REQUIRE(read_file(kept.file(), 1 << 20)->size() == whole.size() - 1);
    }
    SECTION("more than one that was not finished is") {
        Buffer more = whole;
        more.resize(more.size() + (std::size_t{70} << 10), 0xff);
        REQUIRE_OK(write_file(kept.file(), more));
        REQUIRE_REFUSED(StatementStore::check(folder),
                        damaged + std::to_string(whole.size()) + " on");
    }
    SECTION("a statement that the index has, and the file has not") {
        REQUIRE_OK(write_file(kept.file(), Bytes(whole).first(whole.size() / 2)));
        const auto found = StatementStore::check(folder);
        REQUIRE(found.error().message().ends_with(".leaves': is of other statements"));
        REQUIRE(found.error().hint() == "remove '" + (folder / "index").string() +
                                            "': it is made again from the statements");
    }
    SECTION("a byte of the index") {
        for (const auto& entry : std::filesystem::directory_iterator(folder / "index")) {
            Buffer changed = read_file(entry.path(), 1 << 20).value();
            changed.at(4096 + 10) ^= 1;
            REQUIRE_OK(write_file(entry.path(), changed));
        }
        const auto found = StatementStore::check(folder);
        REQUIRE(found.error().message().ends_with(".leaves' is damaged"));
        REQUIRE_FAULT(found, Fault::Integrity);
    }
}
