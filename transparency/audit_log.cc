#include "transparency/audit_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace boltseal {

namespace {

// True if the file is empty or its last line is whole.
bool ends_a_line(int fd) {
    const off_t size = ::lseek(fd, 0, SEEK_END);
    char last = '\n';
    return size <= 0 || (::pread(fd, &last, 1, size - 1) == 1 && last == '\n');
}

}  // namespace

Result<std::unique_ptr<AuditLog>> AuditLog::open(const std::filesystem::path& path) {
    const int fd =
        ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0600);
    if (fd < 0 || (!ends_a_line(fd) && ::write(fd, "\n", 1) != 1)) {
        Error error(Fault::Config,
                    "cannot write the audit file '" + path.string() + "': " + std::strerror(errno));
        if (fd >= 0) ::close(fd);
        return error;
    }
    auto log = std::make_unique<AuditLog>(fd);
    log->owned_ = true;
    return log;
}

AuditLog::AuditLog(int fd) : fd_(fd) {}

AuditLog::~AuditLog() {
    {
        const std::lock_guard guard(mutex_);
        stopping_ = true;
    }
    arrived_.notify_all();
    if (thread_.joinable()) thread_.join();
    if (owned_) ::close(fd_);
}

void AuditLog::write(std::string line, WhenWritten done) {
    line += '\n';
    {
        const std::lock_guard guard(mutex_);
        waiting_.push_back({std::move(line), std::move(done)});
        if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    }
    arrived_.notify_one();
}

void AuditLog::run() {
    for (;;) {
        std::vector<Line> lines;
        {
            std::unique_lock lock(mutex_);
            arrived_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
            lines.swap(waiting_);
        }
        if (lines.empty()) return;
        for (const Line& line : lines) {
            if (!failed_ && !write_line(line.text)) failed_ = true;
            line.done(!failed_);
        }
    }
}

bool AuditLog::write_line(const std::string& text) {
    for (;;) {
        const ssize_t n = ::write(fd_, text.data(), text.size());
        if (n >= 0 || errno != EINTR) return n == static_cast<ssize_t>(text.size());
    }
}

}  // namespace boltseal
