// The trail of who wrote what: one line for each write, written before its answer goes out.
// specs/log-writers.md#audit
//
// A thread of its own writes, so that a slow disk holds up nobody but those who wait for their
// line. It starts with the first, and so within what the process has bound itself to by then. After
// a write that failed nothing is written any more, so that no gap goes unseen: whoever asks is told
// so, and must refuse.
#pragma once

#include "core/result.h"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace boltseal {

class AuditLog {
public:
    // Told from its thread whether the line was written. It must not throw.
    using WhenWritten = std::function<void(bool)>;

    // Lines go behind what the file has; made with mode 0600. A line that a crash has cut short is
    // ended first. Config if it cannot be opened.
    static Result<std::unique_ptr<AuditLog>> open(const std::filesystem::path& path);
    // To an open descriptor, which is not closed.
    explicit AuditLog(int fd);
    ~AuditLog();  // writes what waits
    AuditLog(const AuditLog&) = delete;
    AuditLog& operator=(const AuditLog&) = delete;

    // With one write(2). Those who wait are as many as have asked: their number is for the caller
    // to bound. Safe from many threads.
    void write(std::string line, WhenWritten done);

    bool has_failed() const { return failed_; }

private:
    struct Line {
        std::string text;
        WhenWritten done;
    };
    void run();
    bool write_line(const std::string& text);

    const int fd_;
    bool owned_ = false;
    std::atomic<bool> failed_{false};
    std::mutex mutex_;  // guards everything below; held for no I/O
    std::condition_variable arrived_;
    std::vector<Line> waiting_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace boltseal
