// The power goes after every call on files of a log that takes entries. Whatever the disk may hold
// then, the log is taken up again from it, and what it has said before must still hold.
// BOLTSEAL_LOSSES=all looks at every moment; otherwise at as many as take a few seconds.
#include "tests/check.h"
#include "tests/support/disk_trace.h"
#include "tests/support/folder_log.h"
#include "tests/support/temp_folder.h"

#include <set>

using namespace boltseal;
using namespace boltseal::test;

TEST_CASE("whenever the power goes, nothing that was said becomes untrue", "[power_loss]") {
    const TempFolder folder;
    const auto work = folder / "work";
    std::filesystem::create_directory(work);
    REQUIRE_OK(FolderLog::create(work));

    std::vector<Promise> promises;
    begin_disk_trace(work);
    run_workload(work, [&](const Promise& promise) {
        mark_disk_trace();
        promises.push_back(promise);
    });
    const DiskTrace trace = end_disk_trace();
    REQUIRE(promises.size() == kSubmissions);
    check_promises(work, promises);

    const char* const how_many = std::getenv("BOLTSEAL_LOSSES");
    const bool all = how_many && std::string_view(how_many) == "all";
    const std::size_t moments = trace.operations.size();
    const std::size_t step = all ? 1 : moments / 20 + 1;
    const std::size_t most = all ? SIZE_MAX : 8;
    std::set<std::string> seen;
    std::size_t promised = 0;
    for (std::size_t moment = 1; moment <= moments; moment += step) {
        for_each_loss(trace, moment, most, [&](const Disk& disk, std::size_t marks) {
            CAPTURE(moment, marks);
            if (!seen.insert(disk.fingerprint() + std::to_string(marks)).second) return;
            disk.save(work);
            check_promises(work, std::span(promises).first(marks));
            promised += marks * kEntriesEach;
        });
    }
    REQUIRE(seen.size() > 50);
    WARN(seen.size() << " states of the disk at " << moments << " moments, " << promised
                     << " entries promised, none lost");
}
