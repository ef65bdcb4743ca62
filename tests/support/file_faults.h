// Makes file system calls of this process fail at the n-th, or ends the process there. The calls
// themselves are replaced: a test that links this sees all that the code under test does to files.
#pragma once

#include <cstdint>

namespace boltseal::test {

enum class FileFault {
    Io,          // EIO, and nothing was done
    NoSpace,     // ENOSPC, if the call could need space; else as Io
    LateIo,      // EIO, but it was done: nobody can tell
    Short,       // a write of half the bytes, without an error; other calls go on as they are
    KillBefore,  // the process ends
    KillAfter,
};

// Counts from the call that follows. `number` starts at 0; once it has failed, every later call on
// files fails too, as on a disk that has gone away. Counters are shared with forked children.
void plan_file_fault(FileFault fault, std::uint32_t number);
void clear_file_faults();  // counts on
std::uint32_t count_file_calls();
bool did_file_fault_happen();

}  // namespace boltseal::test
