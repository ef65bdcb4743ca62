#include "transparency/restore.h"

#include "core/encoding.h"
#include "core/file.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_log.h"

using namespace boltseal;
using namespace boltseal::test;

namespace {

// Two logs of one key: one that went on, and one that comes from an older copy of it.
struct Story {
    TestLog mirror;
    TestLog copy;

    Story(int mirrored, int copied) {
        grow(mirror, "entry ", mirrored);
        grow(copy, "entry ", copied);
    }
    static void grow(TestLog& log, const std::string& words, int count) {
        log.restart();
        for (int i = 0; i < count; ++i) REQUIRE_OK(log.append(words + std::to_string(i)));
        log.restart();  // the tile writer has done its last round
    }
    TreeHead shown() const { return mirror.sequencer->published()->head(); }
    LogTail& here() { return copy.sequencer->log(); }
    LogTail& there() { return mirror.sequencer->log(); }
};

std::string different(const TreeHead& here, const TreeHead& there) {
    const auto describe = [](const TreeHead& head) {
        return std::to_string(head.size) + " entries with root " + to_base64(head.root.bytes());
    };
    return "the copy and the mirror have different histories: " + describe(here) +
           " here, and there " + describe(there);
}

}  // namespace

TEST_CASE("what the copy lacks comes from the mirror", "[restore]") {
    for (const int copied : {0, 1, 255, 256, 300, 699}) {
        Story story(700, copied);
        REQUIRE_OK(check_same_history(story.here(), story.there(), story.shown()));
        REQUIRE(append_missing(*story.copy.sequencer, story.there(), story.shown()).value() ==
                static_cast<std::uint64_t>(700 - copied));
        REQUIRE(story.copy.sequencer->published()->head() == story.shown());
    }
}

TEST_CASE("a copy that has it all, or more, needs nothing", "[restore]") {
    for (const int copied : {300, 301, 700}) {
        Story story(300, copied);
        REQUIRE_OK(check_same_history(story.here(), story.there(), story.shown()));
        REQUIRE(append_missing(*story.copy.sequencer, story.there(), story.shown()).value() == 0);
        REQUIRE(story.copy.size() == static_cast<std::uint64_t>(copied));
    }
}

TEST_CASE("two histories are refused, whichever is longer", "[restore]") {
    Story story(300, 256);
    SECTION("the mirror's") {
        Story::grow(story.copy, "another ", 1);
        REQUIRE_REFUSED(check_same_history(story.here(), story.there(), story.shown()),
                        different(story.here().head(),
                                  Prover(story.there(), story.shown()).head_at(257).value()));
    }
    SECTION("the copy's") {
        Story::grow(story.copy, "another ", 100);
        const TreeHead ours = story.here().head();
        REQUIRE_REFUSED(check_same_history(story.here(), story.there(), story.shown()),
                        different(Prover(story.here(), ours).head_at(300).value(), story.shown()));
    }
}

TEST_CASE("an entry that the mirror's checkpoint does not cover is not put in", "[restore]") {
    Story story(700, 10);
    story.mirror.store->objects.at("tile/entries/001")[5] ^= 1;
    REQUIRE_OK(check_same_history(story.here(), story.there(), story.shown()));
    REQUIRE_REFUSED(append_missing(*story.copy.sequencer, story.there(), story.shown()),
                    "'tile/entries/001' is not what was signed");
    REQUIRE(story.copy.size() == 256);
}

TEST_CASE("a mirror in a folder has what is there, and takes nothing", "[restore]") {
    const TempFolder folder;
    REQUIRE_OK(write_file(folder / "checkpoint", as_bytes("note")));
    MirrorFolder mirror(folder.path());
    REQUIRE(as_text(mirror.get("checkpoint").value()) == "note");
    REQUIRE(mirror.get("tile/0/000").error().fault() == Fault::Missing);
    REQUIRE_REFUSED(mirror.put({{"tile/0/000", Buffer(32)}}),
                    "'" + folder.path().string() + "' is only read");
}
