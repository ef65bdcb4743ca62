#include "transparency/folder_place.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"

using namespace boltseal;
using namespace boltseal::test;

TEST_CASE("a folder is the log where it was made, and where it was moved to", "[folder_place]") {
    const TempFolder folder;
    const auto log = folder / "log";
    std::filesystem::create_directory(log);
    REQUIRE_OK(write_file(log / "head", as_bytes("head")));
    const auto refusal = [](const std::filesystem::path& path) {
        return "'" + path.string() + "' is a copy of a log's folder";
    };
    REQUIRE_REFUSED(check_place(log), refusal(log));  // nobody has claimed it
    REQUIRE_OK(claim_place(log));
    REQUIRE_OK(check_place(log));

    SECTION("moved") {
        std::filesystem::rename(log, folder / "moved");
        REQUIRE_OK(check_place(folder / "moved"));
    }
    SECTION("copied") {
        std::filesystem::copy(log, folder / "copy");
        REQUIRE_REFUSED(check_place(folder / "copy"), refusal(folder / "copy"));
        REQUIRE_OK(check_place(log));
    }
    SECTION("its head was put back over it") {
        REQUIRE_OK(write_file(log / "head", as_bytes("head")));
        REQUIRE_REFUSED(check_place(log), refusal(log));
    }
    SECTION("without a head") {
        std::filesystem::remove(log / "head");
        REQUIRE_REFUSED(check_place(log), "cannot look at '" + (log / "head").string() +
                                              "': No such file or directory");
    }
}
