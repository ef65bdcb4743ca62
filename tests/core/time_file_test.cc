#include "core/time_file.h"

#include "tests/check.h"
#include "tests/support/temp_folder.h"

using namespace boltseal;
using namespace boltseal::test;

TEST_CASE("a moment comes back from its file", "[time_file]") {
    const TempFolder folder;
    const auto path = folder / "time";
    REQUIRE_FAULT(read_time_file(path), Fault::Missing);
    REQUIRE_OK(write_time_file(path, Timestamp{1'800'000'000}));
    REQUIRE(as_text(read_file(path, 64).value()) == "2027-01-15T08:00:00Z\n");
    REQUIRE(read_time_file(path).value() == Timestamp{1'800'000'000});
    REQUIRE_OK(write_file(path, as_bytes("yesterday\n")));
    const auto other = read_time_file(path);
    REQUIRE_FAULT(other, Fault::Malformed);
    REQUIRE(other.error().message().starts_with("'" + path.string() + "': "));
}
