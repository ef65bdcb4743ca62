#include "transparency/lookup_index.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/memory_store.h"
#include "tests/support/submissions.h"
#include "tests/support/temp_folder.h"
#include "transparency/lookup_writer.h"

#include <map>
#include <random>

using namespace boltseal;
using namespace boltseal::test;

namespace {

// Small, so that there are many runs.
constexpr LookupIndexLimits kSmall{.places = 300, .entries = 1000, .fan_in = 3};

LookupKey key(std::uint64_t number) {
    return LookupKey(sha256({as_bytes(std::to_string(number))}));
}

TreeHead head(std::uint64_t size) {
    return {size, hash_leaf(as_bytes(std::to_string(size)))};
}

std::unique_ptr<LookupIndex> open(const std::filesystem::path& folder,
                                  const LookupIndexLimits& limits = kSmall) {
    auto index = LookupIndex::open(folder, limits);
    REQUIRE_OK(index);
    return *std::move(index);
}

// All pages, one after the other.
std::vector<std::uint64_t> all_of(const LookupIndex& index, const LookupKey& key,
                                  std::uint64_t from = 0, std::size_t most = 7) {
    std::vector<std::uint64_t> all;
    std::optional<std::uint64_t> next = from;
    while (next) {
        const auto page = index.find(key, *next, most);
        REQUIRE_OK(page);
        REQUIRE(page->indexes.size() <= most);
        REQUIRE((!page->next || page->indexes.size() == most));
        all.insert(all.end(), page->indexes.begin(), page->indexes.end());
        next = page->next;
    }
    return all;
}

using Expected = std::map<LookupKey, std::vector<std::uint64_t>>;

// Each entry has one key of few, one of many and one of its own.
Expected fill(LookupIndex& index, std::uint64_t begin, std::uint64_t end) {
    Expected expected;
    for (std::uint64_t i = begin; i < end; ++i) {
        for (const LookupKey& one : {key(i % 3), key(100 + i % 97), key(100'000 + i)}) {
            index.add(one, i);
            expected[one].push_back(i);
        }
        if (i % 50 == 49 || i + 1 == end) REQUIRE_OK(index.settle(head(i + 1)));
    }
    return expected;
}

void require_same(const LookupIndex& index, const Expected& expected) {
    for (const auto& [one, places] : expected) {
        if (all_of(index, one) != places) FAIL("a key has other places");
    }
}

}  // namespace

TEST_CASE("every place of a key is found, page by page, in memory and in runs", "[lookup]") {
    const TempFolder folder;
    auto index = open(folder.path() / "lookup");
    const Expected expected = fill(*index, 0, 3000);
    REQUIRE(index->complete() == 3000);
    require_same(*index, expected);
    REQUIRE(all_of(*index, key(5)).empty());
    const auto& many = expected.at(key(1));
    for (const std::uint64_t from : {0u, 1u, 2u, 1499u, 2997u, 2998u, 2999u, 5000u}) {
        const auto begin = std::ranges::lower_bound(many, from);
        REQUIRE(all_of(*index, key(1), from) == std::vector<std::uint64_t>(begin, many.end()));
    }
    // What is kept is there again, and goes on.
    const std::uint64_t kept = index->kept().size;
    REQUIRE(kept > 2000);
    REQUIRE(kept % 50 == 0);
    index.reset();
    index = open(folder.path() / "lookup");
    REQUIRE(index->kept() == head(kept));
    REQUIRE(index->complete() == kept);
    fill(*index, kept, 3000);
    require_same(*index, expected);
}

TEST_CASE("a key that fills many blocks of a run is found from anywhere", "[lookup]") {
    const TempFolder folder;
    auto index = open(folder.path() / "lookup", {.places = 5000, .entries = 1 << 20, .fan_in = 9});
    for (std::uint64_t i = 0; i < 5000; ++i) {
        index->add(key(i % 10 == 0 ? i : 1), 2 * i);
    }
    REQUIRE_OK(index->settle(head(10'000)));
    REQUIRE(index->kept().size == 10'000);
    std::minstd_rand dice(7);
    for (int i = 0; i < 300; ++i) {
        const std::uint64_t from = dice() % 10'000;
        const auto page = index->find(key(1), from, 3);
        REQUIRE_OK(page);
        std::vector<std::uint64_t> expected;
        for (std::uint64_t at = (from + 1) / 2; at < 5000 && expected.size() < 3; ++at) {
            if (at % 10 != 0) expected.push_back(2 * at);
        }
        if (page->indexes != expected) FAIL(from);
    }
}

TEST_CASE("entries that name nothing become a run as well, so that they are read once",
          "[lookup]") {
    const TempFolder folder;
    auto index = open(folder.path() / "lookup");
    REQUIRE_OK(index->settle(head(999)));
    REQUIRE(index->kept().size == 0);
    REQUIRE_OK(index->settle(head(1000)));
    REQUIRE(index->kept() == head(1000));
    index.reset();
    REQUIRE(open(folder.path() / "lookup")->complete() == 1000);
}

TEST_CASE("a damaged block is noticed, and the log makes the run again", "[lookup]") {
    const TempFolder folder;
    auto index = open(folder.path() / "lookup");
    fill(*index, 0, 100);
    REQUIRE(index->kept().size == 100);
    index.reset();
    const auto file = std::filesystem::directory_iterator(folder.path() / "lookup")->path();
    Buffer bytes = read_file(file, 1 << 20).value();
    bytes.at(kDiskBlock + 100) ^= 1;
    REQUIRE_OK(write_file(file, bytes));
    index = open(folder.path() / "lookup");
    bool noticed = false;
    for (std::uint64_t i = 0; i < 100 && !noticed; ++i) {
        const auto page = index->find(key(100'000 + i), 0, 9);
        if (page) continue;
        REQUIRE(page.error().message() == "'" + file.string() + "' is damaged");
        noticed = true;
    }
    REQUIRE(noticed);
    index.reset();
    REQUIRE(open(folder.path() / "lookup")->complete() == 0);
}

namespace {

void append(LogTail& log, Bytes entry) {
    log.append(entry, hash_leaf(entry));
}

}  // namespace

TEST_CASE("the index is brought up to the log, or made again for another", "[lookup]") {
    const TempFolder folder;
    MemoryStore store;
    LogTail log(store);
    const HashedRekord mine = signed_entry("mine");
    const Buffer body = encode_entry(mine).value();
    const LookupKey by_what = key_of(by_digest(mine.digest));
    const LookupKey by_whom = key_of(by_key(key_hash(mine.key)));
    for (std::uint64_t i = 0; i < 700; ++i) {
        if (i == 300 || i == 600) {
            append(log, i == 300 ? body : encode_entry(signed_entry("other")).value());
        } else {
            append(log, as_bytes(std::to_string(i)));
        }
    }
    auto index = open(folder.path() / "lookup", {.places = 1, .entries = 500, .fan_in = 9});
    int left = 2;
    REQUIRE_OK(bring_up(*index, log, log.head(), [&] { return left-- > 0; }));  // ends early
    REQUIRE(index->complete() == 512);
    REQUIRE_OK(bring_up(*index, log, log.head()));
    REQUIRE(index->complete() == 700);
    REQUIRE(index->kept() == log.head());
    REQUIRE(all_of(*index, by_what) == std::vector<std::uint64_t>{300});
    REQUIRE(all_of(*index, by_whom) == std::vector<std::uint64_t>{300, 600});
    append(log, body);  // no log of ours has it twice; the index would tell
    REQUIRE_OK(bring_up(*index, log, log.head()));
    REQUIRE(all_of(*index, by_what) == std::vector<std::uint64_t>{300, 700});

    index.reset();
    LogTail other(store);
    append(other, body);
    index = open(folder.path() / "lookup");
    REQUIRE(index->complete() != 0);
    REQUIRE_OK(bring_up(*index, other, other.head()));
    REQUIRE(index->complete() == 1);
    REQUIRE(all_of(*index, by_what) == std::vector<std::uint64_t>{0});
}

TEST_CASE("a writer follows what is published while others look up", "[lookup]") {
    const TempFolder folder;
    MemoryStore store;
    LogTail log(store);
    const HashedRekord mine = signed_entry("mine");
    const LookupKey by_what = key_of(by_digest(mine.digest));
    auto index = open(folder.path() / "lookup", {.places = 2, .entries = 20, .fan_in = 2});
    std::optional<Error> failure;
    {
        const LookupWriter writer(
            *index, log, [&] { return log.head(); }, [&](const Error& error) { failure = error; },
            std::chrono::milliseconds(1));
        for (std::uint64_t i = 0; i < 300; ++i) {
            append(log, i % 10 == 3 ? encode_entry(mine).value() : to_buffer(std::to_string(i)));
            const auto page = index->find(by_what, 0, 100);
            REQUIRE_OK(page);
            std::vector<std::uint64_t> expected;
            for (std::uint64_t at = 3; at < page->complete; at += 10) expected.push_back(at);
            const std::size_t sure = std::min(expected.size(), page->indexes.size());
            REQUIRE(sure == expected.size());
            for (std::size_t at = 0; at < page->indexes.size(); ++at) {
                REQUIRE(page->indexes[at] == 3 + 10 * at);
            }
        }
        while (index->complete() < 300 && !failure) std::this_thread::yield();
    }
    REQUIRE_FALSE(failure.has_value());
    REQUIRE(all_of(*index, by_what).size() == 30);
}

TEST_CASE("what is looked up has one spelling", "[lookup]") {
    const std::string hex = BlobDigest().hex();
    for (const std::string& path :
         {"sha256/" + hex, "sha384/" + hex + hex.substr(32), "sha512/" + hex + hex, "key/" + hex,
          std::string("identity/YUBleGFtcGxlLmNvbQ"), "subject/sha256/" + hex}) {
        CAPTURE(path);
        const auto lookup = parse_lookup(path);
        REQUIRE_OK(lookup);
        REQUIRE(to_path(*lookup) == path);
    }
    REQUIRE(to_string(parse_lookup("identity/YUBleGFtcGxlLmNvbQ").value()) ==
            "identity 'a@example.com'");
    for (const std::string& path :
         {std::string(), "sha256/" + hex.substr(1), "sha256/" + hex + "0", "SHA256/" + hex,
          "md5/" + hex, "sha384/" + hex, "key/" + hex.substr(2), "key/" + std::string(64, 'A'),
          std::string("identity/"), std::string("identity/YUBleGFtcGxlLmNvbQ=="),
          std::string("identity/_w"), "identity/" + std::string(700, 'Y'), "subject/" + hex,
          "subject/key/" + hex, "subject/sha256/" + hex + "/", "key/" + hex + "/"}) {
        CAPTURE(path);
        REQUIRE_REFUSED(parse_lookup(path), "not what entries are looked up by");
    }
    REQUIRE_REFUSED(by_identity(""), "an identity is 1 to 512 bytes of UTF-8");
    REQUIRE_REFUSED(by_identity(std::string(513, 'a')), "an identity is 1 to 512 bytes of UTF-8");
    REQUIRE_REFUSED(by_identity("\xff"), "an identity is 1 to 512 bytes of UTF-8");
    REQUIRE_OK(by_identity(std::string(512, 'a')));

    // One kind is never taken for another.
    const BlobDigest digest;
    const KeyHash same;
    REQUIRE(key_of(by_digest(digest)) != key_of(by_subject(digest)));
    REQUIRE(key_of(by_digest(digest)) != key_of(by_key(same)));
}
