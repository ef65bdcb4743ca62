#include "cli/source_memory.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"

using namespace boltseal;
using namespace boltseal::test;

TEST_CASE("who has sent damaged bytes is known for a week", "[source_memory]") {
    const TempFolder folder;
    const auto state = folder / "state";
    const auto at = [&](std::int64_t seconds) { return SourceMemory(state, Timestamp{seconds}); };
    const std::int64_t then = 1'800'000'000;
    at(then).note_damaged("mirror.example/app");
    REQUIRE(at(then).damaged("mirror.example/app") == Timestamp{then});
    REQUIRE(at(then + kSourceMemory).damaged("mirror.example/app") == Timestamp{then});
    REQUIRE_FALSE(at(then + kSourceMemory + 1).damaged("mirror.example/app"));
    REQUIRE_FALSE(at(then).damaged("mirror.example/other"));
    at(then + 5).note_damaged("mirror.example/app");
    REQUIRE(at(then + 5).damaged("mirror.example/app") == Timestamp{then + 5});
}

TEST_CASE("what cannot be remembered is not known", "[source_memory]") {
    const TempFolder folder;
    const SourceMemory none(std::nullopt, Timestamp{1});
    none.note_damaged("a");
    REQUIRE_FALSE(none.damaged("a"));
    REQUIRE_OK(write_file(folder / "file", as_bytes("x")));
    const SourceMemory unwritable(folder / "file", Timestamp{1});
    unwritable.note_damaged("a");
    REQUIRE_FALSE(unwritable.damaged("a"));
    const SourceMemory memory(folder.path(), Timestamp{1});
    memory.note_damaged("a");
    for (const auto& file : std::filesystem::directory_iterator(folder / "sources")) {
        REQUIRE_OK(write_file(file.path(), as_bytes("yesterday\n")));
    }
    REQUIRE_FALSE(memory.damaged("a"));
}
