#include "tests/support/file_faults.h"

#include "tests/support/file_calls.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <new>

namespace boltseal::test {

namespace {

struct Plan {
    std::atomic<std::uint32_t> calls{0};
    std::atomic<std::uint32_t> fail_at{UINT32_MAX};
    std::atomic<FileFault> fault{FileFault::Io};
    std::atomic<bool> happened{false};
};

Plan& plan() {
    static Plan* const shared = [] {
        void* const memory = ::mmap(nullptr, sizeof(Plan), PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        return new (memory) Plan;
    }();
    return *shared;
}

bool is_write(const FileCall& call) {
    return call.operation == FileOperation::Write || call.operation == FileOperation::WriteAt;
}

bool may_need_space(const FileCall& call) {
    switch (call.operation) {
        case FileOperation::Open:
            return (call.flags & O_CREAT) != 0;
        case FileOperation::Write:
        case FileOperation::WriteAt:
        case FileOperation::Allocate:
        case FileOperation::Rename:
        case FileOperation::Link:
        case FileOperation::MakeFolder:
            return true;
        default:
            return false;
    }
}

long fail(int error) {
    errno = error;
    return -1;
}

long fail_as_planned(FileFault fault, FileCall call) {
    switch (fault) {
        case FileFault::Io:
            return fail(EIO);
        case FileFault::NoSpace:
            return fail(may_need_space(call) ? ENOSPC : EIO);
        case FileFault::LateIo:
            (void)perform(call);
            return fail(EIO);
        case FileFault::Short:
            if (is_write(call) && call.size > 1) call.size /= 2;
            return perform(call);
        case FileFault::KillBefore:
            ::kill(::getpid(), SIGKILL);
            break;
        case FileFault::KillAfter:
            (void)perform(call);
            ::kill(::getpid(), SIGKILL);
            break;
    }
    ::pause();
    return fail(EIO);
}

}  // namespace

long intercept(FileCall call) {
    if (call.operation == FileOperation::Close) return perform(call);
    Plan& now = plan();
    const std::uint32_t number = now.calls++;
    if (number < now.fail_at) return perform(call);
    const FileFault fault = now.fault;
    if (!now.happened.exchange(true)) return fail_as_planned(fault, call);
    return fault == FileFault::Short ? perform(call) : fail(EIO);
}

void plan_file_fault(FileFault fault, std::uint32_t number) {
    plan().fault = fault;
    plan().happened = false;
    plan().calls = 0;
    plan().fail_at = number;
}

void clear_file_faults() {
    plan().fail_at = UINT32_MAX;
    plan().happened = false;
    plan().calls = 0;
}

std::uint32_t count_file_calls() {
    return plan().calls;
}

bool did_file_fault_happen() {
    return plan().happened;
}

}  // namespace boltseal::test
