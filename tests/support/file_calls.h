// The file system calls of a test's process, in the place of the C library's: the test sees all
// that the code under test does to files, and decides what becomes of it.
//
// Whoever links file_calls.cc defines intercept().
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace boltseal::test {

enum class FileOperation {
    Open,
    Close,
    Read,     // at an offset
    Write,    // to a regular file, where it stands
    WriteAt,  // at an offset
    Allocate,
    Sync,
    SyncData,
    SyncAll,  // of the file system that the descriptor is on
    Rename,
    Link,
    Unlink,
    MakeFolder,
};

struct FileCall {
    FileOperation operation;
    int fd = -1;
    const char* path = nullptr;
    const char* to = nullptr;
    const void* bytes = nullptr;  // to write
    void* room = nullptr;         // to read into
    std::size_t size = 0;
    ::off_t offset = 0;
    int flags = 0;
    ::mode_t mode = 0;
};

// What the call itself does: its result, or -1 and errno.
long perform(const FileCall& call);

// Called for every call on files; descriptors that are no files and the test's own paths are left
// alone. From many threads at once.
long intercept(FileCall call);

}  // namespace boltseal::test
