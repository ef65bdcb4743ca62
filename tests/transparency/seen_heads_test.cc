#include "transparency/seen_heads.h"

#include "core/encoding.h"
#include "core/file.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_log.h"

using namespace boltseal;
using namespace boltseal::test;

namespace {

struct Fixture {
    TempFolder folder;
    TestLogKey key = test_log_key();
    SeenHeads seen{folder.path() / "seen"};
    std::vector<std::pair<std::uint64_t, std::uint64_t>> proved;  // sizes, as they were asked for

    VerifiedCheckpoint head(std::uint64_t size, const char* root) const {
        const std::string note = key.sign({size, hash_leaf(as_bytes(root))});
        return check_checkpoint(as_bytes(note), key.note_key).value();
    }
    SeenHeads::Prove prove(Result<void> answer = {}) {
        return [this, answer](const VerifiedCheckpoint& older, const VerifiedCheckpoint& newer) {
            proved.emplace_back(older.head().size, newer.head().size);
            return answer;
        };
    }
    std::filesystem::path file(const std::string& suffix = "") const {
        return folder.path() / "seen" / (to_hex(sha256({as_bytes(kLogOrigin)})) + suffix);
    }
    std::string content(const std::string& suffix = "") const {
        const auto bytes = read_file(file(suffix), 1 << 20);
        REQUIRE_OK(bytes);
        return std::string(as_text(*bytes));
    }
};

using Sizes = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

}  // namespace

TEST_CASE("the first head of a log is remembered, the same again is fine", "[seen_heads]") {
    Fixture f;
    REQUIRE_OK(f.seen.observe(f.head(5, "a"), f.key.note_key));
    REQUIRE(f.content() == f.head(5, "a").note());
    REQUIRE_OK(f.seen.observe(f.head(5, "a"), f.key.note_key));
    REQUIRE_OK(f.seen.observe(f.head(5, "a"), f.key.note_key, f.prove()));
    REQUIRE(f.proved.empty());
}

TEST_CASE("two roots for one size are two histories, and both notes are kept", "[seen_heads]") {
    Fixture f;
    REQUIRE_OK(f.seen.observe(f.head(5, "a"), f.key.note_key));
    const auto refused = f.seen.observe(f.head(5, "b"), f.key.note_key);
    const std::string evidence = f.file(".two-histories.5.5");
    REQUIRE_FAULT(refused, Fault::Untrusted);
    REQUIRE(refused.error().message() ==
            "log 'example.com/log/testdata' shows two histories: size 5 has root " +
                to_base64(hash_leaf(as_bytes("b")).bytes()) + ", seen before with root " +
                to_base64(hash_leaf(as_bytes("a")).bytes()) + " (both notes are in '" + evidence +
                "')");
    REQUIRE(f.content(".two-histories.5.5") ==
            f.head(5, "a").note() + "\n" + f.head(5, "b").note());
    REQUIRE(f.content() == f.head(5, "a").note());  // and what was believed first stays
}

TEST_CASE("a log that grew is remembered when it was proved", "[seen_heads]") {
    Fixture f;
    REQUIRE_OK(f.seen.observe(f.head(5, "a"), f.key.note_key));
    REQUIRE_OK(f.seen.observe(f.head(9, "b"), f.key.note_key, f.prove()));
    REQUIRE(f.proved == Sizes{{5, 9}});
    REQUIRE(f.content() == f.head(9, "b").note());
    // An older head than the newest must be of its history too.
    REQUIRE_OK(f.seen.observe(f.head(7, "c"), f.key.note_key, f.prove()));
    REQUIRE(f.proved == Sizes{{5, 9}, {7, 9}});
    REQUIRE(f.content() == f.head(9, "b").note());
}

TEST_CASE("without a proof a head is kept without any claim, until there is one", "[seen_heads]") {
    Fixture f;
    REQUIRE_OK(f.seen.observe(f.head(5, "a"), f.key.note_key));
    REQUIRE_OK(f.seen.observe(f.head(9, "b"), f.key.note_key));
    REQUIRE_OK(f.seen.observe(f.head(3, "c"), f.key.note_key));
    REQUIRE(f.content() == f.head(5, "a").note());
    REQUIRE(f.content(".unproved.9") == f.head(9, "b").note());
    // It is enough to catch a second root of that size.
    REQUIRE_FAULT(f.seen.observe(f.head(9, "x"), f.key.note_key), Fault::Untrusted);
    // The first proof is asked about all of them.
    REQUIRE_OK(f.seen.observe(f.head(7, "d"), f.key.note_key, f.prove()));
    std::sort(f.proved.begin(), f.proved.end());
    REQUIRE(f.proved == Sizes{{3, 7}, {5, 7}, {7, 9}});
    REQUIRE(f.content() == f.head(9, "b").note());
    REQUIRE_FALSE(std::filesystem::exists(f.file(".unproved.9")));
    REQUIRE_FALSE(std::filesystem::exists(f.file(".unproved.3")));
}

TEST_CASE("a proof that fails leaves evidence, one that cannot be had leaves nothing",
          "[seen_heads]") {
    Fixture f;
    REQUIRE_OK(f.seen.observe(f.head(5, "a"), f.key.note_key));
    const auto offline = f.prove(Error(Fault::Io, "no network"));
    REQUIRE_REFUSED(f.seen.observe(f.head(9, "b"), f.key.note_key, offline), "no network");
    REQUIRE_FALSE(std::filesystem::exists(f.file(".two-histories.5.9")));
    const auto forked = f.prove(Error(Fault::Untrusted, "two histories"));
    REQUIRE_REFUSED(
        f.seen.observe(f.head(9, "b"), f.key.note_key, forked),
        "two histories (both notes are in '" + f.file(".two-histories.5.9").string() + "')");
    REQUIRE(f.content() == f.head(5, "a").note());
}

TEST_CASE("only so many unproved heads are kept", "[seen_heads]") {
    Fixture f;
    for (std::uint64_t size = 1; size <= 80; ++size) {
        REQUIRE_OK(f.seen.observe(f.head(size, "a"), f.key.note_key));
    }
    REQUIRE(f.content() == f.head(1, "a").note());
    REQUIRE_FALSE(std::filesystem::exists(f.file(".unproved.16")));
    REQUIRE(std::filesystem::exists(f.file(".unproved.17")));
    REQUIRE(std::filesystem::exists(f.file(".unproved.80")));
}

TEST_CASE("a remembered head that was tampered with is not believed", "[seen_heads]") {
    Fixture f;
    REQUIRE_OK(f.seen.observe(f.head(5, "a"), f.key.note_key));
    const TestLogKey other = other_log_key(std::string(kLogOrigin));
    REQUIRE_OK(write_file(f.file(), as_bytes(other.sign({5, hash_leaf(as_bytes("a"))}))));
    REQUIRE_FAULT(f.seen.observe(f.head(5, "a"), f.key.note_key), Fault::Config);
    REQUIRE_OK(write_file(f.file(), as_bytes("nonsense")));
    REQUIRE_FAULT(f.seen.observe(f.head(5, "a"), f.key.note_key), Fault::Config);
}

TEST_CASE("logs are told apart by their origin", "[seen_heads]") {
    Fixture f;
    const TestLogKey other = other_log_key("other.example/log");
    const auto foreign =
        check_checkpoint(as_bytes(other.sign({5, hash_leaf(as_bytes("z"))})), other.note_key);
    REQUIRE_OK(f.seen.observe(f.head(5, "a"), f.key.note_key));
    REQUIRE_OK(f.seen.observe(*foreign, other.note_key));
    REQUIRE(f.content() == f.head(5, "a").note());
}
