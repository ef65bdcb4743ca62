// Every file system call of a log that takes entries fails in turn, in several ways, or is the last
// of its process. Then the log is taken up again, and what it has said before must still hold.
// BOLTSEAL_FAULTS=all tries every call; otherwise as many as take a few seconds.
#include "tests/check.h"
#include "tests/support/file_faults.h"
#include "tests/support/folder_log.h"
#include "tests/support/temp_folder.h"

#include <sys/wait.h>
#include <unistd.h>

using namespace boltseal;
using namespace boltseal::test;

namespace {

void tell(int pipe, const Promise& promise) {
    Writer writer;
    writer.u64(promise.submission);
    for (const std::uint64_t place : promise.places) writer.u64(place);
    REQUIRE_OK(writer.put_u16_prefixed(as_bytes(promise.note)));
    const Bytes bytes = writer.bytes();
    (void)!::write(pipe, bytes.data(), bytes.size());
}

std::vector<Promise> hear(int pipe) {
    Buffer all;
    std::uint8_t chunk[4096];
    for (ssize_t n = 0; (n = ::read(pipe, chunk, sizeof chunk)) > 0;) {
        all.insert(all.end(), chunk, chunk + n);
    }
    std::vector<Promise> promises;
    for (Reader reader(all); !reader.empty();) {
        Promise promise;
        promise.submission = reader.u64().value();
        for (std::size_t i = 0; i < kEntriesEach; ++i) {
            promise.places.push_back(reader.u64().value());
        }
        promise.note = as_text(reader.take_u16_prefixed().value());
        promises.push_back(std::move(promise));
    }
    return promises;
}

// In a process of its own, which may be killed.
std::vector<Promise> run_with_fault(const std::filesystem::path& folder, FileFault fault,
                                    std::uint32_t number) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    plan_file_fault(fault, number);
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        run_workload(folder, [&](const Promise& promise) { tell(ends[1], promise); });
        ::_exit(0);
    }
    ::close(ends[1]);
    const auto promises = hear(ends[0]);
    ::close(ends[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return promises;
}

}  // namespace

TEST_CASE("whichever call on files fails, nothing that was said becomes untrue", "[log_faults]") {
    const TempFolder folder;
    const auto pristine = folder.path() / "pristine";
    std::filesystem::create_directory(pristine);
    REQUIRE_OK(FolderLog::create(pristine));
    const auto work = folder.path() / "work";
    const auto fresh = [&] {
        std::filesystem::remove_all(work);
        std::filesystem::copy(pristine, work, std::filesystem::copy_options::recursive);
    };

    fresh();
    REQUIRE(run_with_fault(work, FileFault::Io, UINT32_MAX).size() == kSubmissions);
    const std::uint32_t calls = count_file_calls();
    REQUIRE(calls > 300);
    clear_file_faults();
    check_promises(work, {});

    const char* const how_many = std::getenv("BOLTSEAL_FAULTS");
    const bool all = how_many && std::string_view(how_many) == "all";
    const std::uint32_t step = all ? 1 : calls / 15 + 1;
    std::uint32_t tried = 0;
    std::size_t promised = 0;
    for (const FileFault fault : {FileFault::Io, FileFault::NoSpace, FileFault::LateIo,
                                  FileFault::Short, FileFault::KillBefore, FileFault::KillAfter}) {
        // Each kind begins elsewhere, so that together they come past most calls.
        for (std::uint32_t call = tried % step; call < calls; call += step) {
            CAPTURE(static_cast<int>(fault), call);
            fresh();
            const auto promises = run_with_fault(work, fault, call);
            clear_file_faults();
            check_promises(work, promises);
            promised += promises.size() * kEntriesEach;
            ++tried;
        }
    }
    WARN(tried << " faults at " << calls << " calls, " << promised
               << " entries promised, none lost");
}
