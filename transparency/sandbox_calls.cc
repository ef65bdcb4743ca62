// System calls, with a seccomp filter in classic BPF: seccomp(2).
#include "transparency/sandbox.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace boltseal {

namespace {

Error failed_filter(const char* doing) {
    return Error(Fault::Io, std::string("cannot ") + doing + ": " + std::strerror(errno));
}

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArchitecture = 0;
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

constexpr std::uint32_t kNewestCall = 466;  // removexattrat, Linux 6.13

constexpr long kForbidden[] = {
    // another program or process
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kill,
    SYS_tkill,
    SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo,
    SYS_pidfd_open,
    SYS_pidfd_getfd,
    SYS_pidfd_send_signal,
    SYS_kcmp,
    SYS_process_madvise,
#ifdef SYS_fork
    SYS_fork,
    SYS_vfork,
    SYS_mknod,
#endif
    // another place to be reached at
    SYS_bind,
    SYS_listen,
    // another view of the system, or another user
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_setns,
    SYS_unshare,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
    SYS_move_mount,
    SYS_open_tree,
    SYS_setuid,
    SYS_setgid,
    SYS_setreuid,
    SYS_setregid,
    SYS_setresuid,
    SYS_setresgid,
    SYS_setgroups,
    SYS_setfsuid,
    SYS_setfsgid,
    SYS_capset,
    SYS_personality,
    SYS_mknodat,
    SYS_open_by_handle_at,
    // the kernel, its parts with the most holes first
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_acct,
    SYS_syslog,
    SYS_quotactl,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_adjtimex,
    SYS_clock_adjtime,
    SYS_vhangup,
    SYS_fanotify_init,
#ifdef SYS_iopl
    SYS_iopl,
    SYS_ioperm,
    SYS_modify_ldt,
#endif
};

using Filter = std::vector<sock_filter>;

void emit(Filter& filter, int code, std::uint32_t k) {
    filter.push_back({static_cast<std::uint16_t>(code), 0, 0, k});
}

void emit_jump(Filter& filter, int code, std::uint32_t k, std::uint8_t yes, std::uint8_t no) {
    filter.push_back({static_cast<std::uint16_t>(code), yes, no, k});
}

constexpr std::uint32_t kRefuse = SECCOMP_RET_ERRNO | EPERM;
constexpr std::uint32_t kUnknown = SECCOMP_RET_ERRNO | ENOSYS;

// The low half of an argument: all that is looked at here are ints and flags.
void load_argument(Filter& filter, unsigned number) {
    emit(filter, BPF_LD | BPF_W | BPF_ABS,
         static_cast<std::uint32_t>(offsetof(seccomp_data, args) + 8 * number));
}

void load_number(Filter& filter) {
    emit(filter, BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
}

// If the call has this number, `check` follows: it ends with an answer, or goes on behind it with
// the number loaded again.
template <typename Check>
void on_call(Filter& filter, long number, Check check) {
    Filter body;
    check(body);
    load_number(body);
    emit_jump(filter, BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0,
              static_cast<std::uint8_t>(body.size()));
    filter.insert(filter.end(), body.begin(), body.end());
}

Filter make_filter() {
    Filter filter;
    emit(filter, BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch));
    emit_jump(filter, BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0);
    emit(filter, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    load_number(filter);
    emit_jump(filter, BPF_JMP | BPF_JGT | BPF_K, kNewestCall, 0, 1);  // x32 on x86-64 as well
    emit(filter, BPF_RET | BPF_K, kUnknown);
    for (const long number : kForbidden) {
        emit_jump(filter, BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 1);
        emit(filter, BPF_RET | BPF_K, kRefuse);
    }
    // Its flags are in memory, where a filter cannot look: libc then takes clone for its threads.
    on_call(filter, SYS_clone3, [](Filter& body) { emit(body, BPF_RET | BPF_K, kUnknown); });
    on_call(filter, SYS_clone, [](Filter& body) {
        load_argument(body, 0);
        emit_jump(body, BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0);
        emit(body, BPF_RET | BPF_K, kRefuse);
    });
    on_call(filter, SYS_tgkill, [](Filter& body) {  // for abort; nobody else
        load_argument(body, 0);
        emit_jump(body, BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(::getpid()), 1, 0);
        emit(body, BPF_RET | BPF_K, kRefuse);
    });
    on_call(filter, SYS_socket, [](Filter& body) {
        load_argument(body, 0);
        emit_jump(body, BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 4, 0);
        emit_jump(body, BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 3, 0);
        emit_jump(body, BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 2, 0);
        emit_jump(body, BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 1, 0);  // to look names up
        emit(body, BPF_RET | BPF_K, kRefuse);
    });
    on_call(filter, SYS_mprotect, [](Filter& body) {
        load_argument(body, 2);
        emit_jump(body, BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1);
        emit(body, BPF_RET | BPF_K, kRefuse);
    });
    on_call(filter, SYS_mmap, [](Filter& body) {
        load_argument(body, 2);
        emit(body, BPF_ALU | BPF_AND | BPF_K, PROT_WRITE | PROT_EXEC);
        emit_jump(body, BPF_JMP | BPF_JEQ | BPF_K, PROT_WRITE | PROT_EXEC, 0, 1);
        emit(body, BPF_RET | BPF_K, kRefuse);
    });
    emit(filter, BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    return filter;
}

}  // namespace

Result<bool> restrict_calls() {
    if (kSanitized || kArchitecture == 0) return false;
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return failed_filter("give up new privileges");
    }
    Filter filter = make_filter();
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    // For all threads; and nobody else's code runs here that would have to be kept from guessing.
    constexpr unsigned kFlags = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    const long done = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, kFlags, &program);
    if (done == 0) return true;
    if (done < 0 && (errno == ENOSYS || errno == EINVAL)) return false;
    return failed_filter("restrict system calls");
}

}  // namespace boltseal
