// log_load PORT [--writers N] [--seconds S] [--rate R] [--size BYTES] [--batch N] [--pid PID]...
//
// What a log on loopback takes: writers over connections that are kept, each with one request on
// its way, entries that are all different. Without --rate every writer sends as soon as it is
// answered. With it, requests are due at fixed times and wait for a free writer if need be: the
// time of an answer counts from when its request was due. One thread does it all, so that a server
// on the same processors has most of them to itself. With --batch, N entries go in each request.
//
// --pid names a server's process, whose processor time is measured too.
#include "tests/bench/samples.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <random>
#include <set>
#include <string_view>

namespace {

using namespace boltseal::bench;

struct Options {
    std::uint16_t port = 0;
    std::size_t writers = 512;
    double seconds = 10;
    double rate = 0;
    std::size_t size = 200;
    std::size_t batch = 0;
    std::vector<std::string> pids;
};

[[noreturn]] void die(const std::string& why) {
    std::fprintf(stderr, "log_load: %s\n", why.c_str());
    std::exit(1);
}

Options parse_options(int argc, char** argv) {
    if (argc < 2)
        die("usage: log_load PORT [--writers N] [--seconds S] [--rate R] [--size BYTES] "
            "[--batch N] [--pid PID]...");
    Options options;
    options.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    for (int i = 2; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        const char* const value = argv[i + 1];
        if (name == "--writers")
            options.writers = std::strtoul(value, nullptr, 10);
        else if (name == "--seconds")
            options.seconds = std::atof(value);
        else if (name == "--rate")
            options.rate = std::atof(value);
        else if (name == "--size")
            options.size = std::strtoul(value, nullptr, 10);
        else if (name == "--batch")
            options.batch = std::strtoul(value, nullptr, 10);
        else if (name == "--pid")
            options.pids.emplace_back(value);
        else
            die("unknown option " + std::string(name));
    }
    return options;
}

// User and system time of a process in seconds; /proc/PID/stat, fields 14 and 15.
double cpu_seconds(const std::string& pid) {
    std::ifstream file("/proc/" + pid + "/stat");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    const std::size_t end = text.rfind(')');
    if (end == std::string::npos) die("there is no process " + pid);
    unsigned long user = 0;
    unsigned long system = 0;
    std::sscanf(text.c_str() + end + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                &user, &system);
    return static_cast<double>(user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double own_cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int connect_to(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        die(std::string("cannot connect: ") + std::strerror(errno));
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

// Entries nobody has sent before: a counter behind a number of this run's own.
class Entries {
public:
    explicit Entries(std::size_t size) : filler_(size, 'x') {
        std::random_device device;
        run_ = (std::uint64_t{device()} << 32) | device();
    }
    void append(std::string& out) {
        char name[40];
        const int n = std::snprintf(name, sizeof name, "%016llx %016llx ",
                                    static_cast<unsigned long long>(run_),
                                    static_cast<unsigned long long>(count_++));
        out.append(name, static_cast<std::size_t>(n));
        if (filler_.size() > static_cast<std::size_t>(n)) {
            out.append(filler_, 0, filler_.size() - static_cast<std::size_t>(n));
        }
    }
    std::uint64_t count() const { return count_; }

private:
    std::string filler_;
    std::uint64_t run_;
    std::uint64_t count_ = 0;
};

struct Writer {
    int fd = -1;
    Clock::time_point due;
    std::string request;
    std::string answer;
};

class Load {
public:
    explicit Load(const Options& options) : options_(options), entries_(options.size) {
        poll_ = ::epoll_create1(0);
        writers_.resize(options.writers);
        for (std::size_t i = 0; i < writers_.size(); ++i) {
            writers_[i].fd = connect_to(options.port);
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.u64 = i;
            ::epoll_ctl(poll_, EPOLL_CTL_ADD, writers_[i].fd, &event);
            free_.push_back(i);
        }
    }

    void run() {
        const auto begin = Clock::now();
        end_ = begin + std::chrono::duration_cast<Clock::duration>(
                           std::chrono::duration<double>(options_.seconds));
        next_due_ = begin;
        std::vector<double> cpu_before;
        for (const std::string& pid : options_.pids) cpu_before.push_back(cpu_seconds(pid));
        const double own_before = own_cpu_seconds();
        while (Clock::now() < end_ || waiting_ != 0) turn();
        seconds_ = milliseconds_since(begin) / 1000;
        own_cpu_ = own_cpu_seconds() - own_before;
        for (std::size_t i = 0; i < cpu_before.size(); ++i) {
            server_cpu_ += cpu_seconds(options_.pids[i]) - cpu_before[i];
        }
    }

    void print() {
        if (times_.empty()) die("nothing was answered");
        std::ranges::sort(times_);
        const auto at = [this](double part) {
            const auto n = static_cast<double>(times_.size() - 1);
            return times_[static_cast<std::size_t>(part * n)];
        };
        const double entries =
            static_cast<double>(answered_ * std::max<std::size_t>(options_.batch, 1));
        std::printf("%.0f entries/s, answer p50 %.2f p99 %.2f p99.9 %.2f max %.2f ms",
                    entries / seconds_, at(0.5), at(0.99), at(0.999), times_.back());
        if (!options_.pids.empty())
            std::printf(", server %.2f us/entry", server_cpu_ / entries * 1e6);
        std::printf(", load tool %.2f us/entry", own_cpu_ / entries * 1e6);
        if (turned_away_ != 0) std::printf(", %zu times turned away", turned_away_);
        std::printf(" (%zu writers, %zu bytes, %.0f entries in %.1f s", options_.writers,
                    options_.size, entries, seconds_);
        if (options_.batch != 0) std::printf(", %zu in a request", options_.batch);
        if (options_.rate != 0) std::printf(", %.0f requests/s due", options_.rate);
        std::printf(")\n");
    }

private:
    void turn() {
        const auto now = Clock::now();
        Clock::duration timeout = std::chrono::milliseconds(10);
        while (!free_.empty() && now < end_) {
            if (options_.rate != 0 && next_due_ > now) {
                timeout = next_due_ - now;
                break;
            }
            Writer& writer = writers_[free_.front()];
            free_.pop_front();
            writer.due = now;
            if (options_.rate != 0) {
                writer.due = next_due_;
                next_due_ += std::chrono::duration_cast<Clock::duration>(
                    std::chrono::duration<double>(1 / options_.rate));
            }
            make_request(writer);
            send(writer);
        }
        epoll_event events[512];
        const auto nanoseconds = std::chrono::nanoseconds(timeout).count();
        const timespec patience{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
        const int count = ::epoll_pwait2(poll_, events, 512, &patience, nullptr);
        for (int i = 0; i < count; ++i) receive(events[i].data.u64);
    }

    void make_request(Writer& writer) {
        body_.clear();
        const std::size_t count = std::max<std::size_t>(options_.batch, 1);
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t at = body_.size();
            if (options_.batch != 0) body_.append(2, '\0');
            entries_.append(body_);
            if (options_.batch == 0) continue;
            const std::size_t size = body_.size() - at - 2;
            body_[at] = static_cast<char>(size >> 8);
            body_[at + 1] = static_cast<char>(size & 0xff);
        }
        writer.request = options_.batch == 0 ? "POST /add HTTP/1.1\r\nHost: log\r\n"
                                             : "POST /api/v1/entries HTTP/1.1\r\nHost: log\r\n"
                                               "Content-Type: application/octet-stream\r\n";
        writer.request += "Content-Length: " + std::to_string(body_.size()) + "\r\n\r\n" + body_;
    }

    void send(Writer& writer) {
        writer.answer.clear();
        ++waiting_;
        std::string_view rest = writer.request;
        while (!rest.empty()) {
            const ssize_t n = ::send(writer.fd, rest.data(), rest.size(), MSG_NOSIGNAL);
            if (n <= 0) die(std::string("cannot send: ") + std::strerror(errno));
            rest.remove_prefix(static_cast<std::size_t>(n));
        }
    }

    void receive(std::size_t number) {
        Writer& writer = writers_[number];
        char chunk[65'536];
        const ssize_t n = ::recv(writer.fd, chunk, sizeof chunk, MSG_DONTWAIT);
        if (n <= 0) die("the log has closed the connection");
        writer.answer.append(chunk, static_cast<std::size_t>(n));
        const std::size_t head = writer.answer.find("\r\n\r\n");
        if (head == std::string::npos) return;
        const std::size_t field = writer.answer.find("\r\nContent-Length: ");
        if (field == std::string::npos || field > head) die("no Content-Length");
        const std::size_t size = std::strtoul(writer.answer.c_str() + field + 18, nullptr, 10);
        if (writer.answer.size() < head + 4 + size) return;
        --waiting_;
        if (writer.answer.starts_with("HTTP/1.1 503")) {
            ++turned_away_;
            return send(writer);
        }
        if (!writer.answer.starts_with("HTTP/1.1 20")) die("answer: " + writer.answer);
        if (options_.batch == 0) check_index(std::string_view(writer.answer).substr(head + 4));
        ++answered_;
        times_.push_back(milliseconds_since(writer.due));
        free_.push_back(number);
    }

    void check_index(std::string_view body) {
        std::uint64_t index = 0;
        const auto [end, error] = std::from_chars(body.data(), body.data() + body.size(), index);
        if (error != std::errc() || end != body.data() + body.size()) die("no index");
        if (index / 64 >= seen_.size()) seen_.resize(index / 64 * 2 + 1024);
        std::uint64_t& word = seen_[index / 64];
        const std::uint64_t bit = std::uint64_t{1} << index % 64;
        if ((word & bit) != 0) die("index " + std::to_string(index) + " was given twice");
        word |= bit;
    }

    const Options options_;
    Entries entries_;
    int poll_ = -1;
    std::vector<Writer> writers_;
    std::deque<std::size_t> free_;
    std::size_t waiting_ = 0;
    std::size_t answered_ = 0;
    std::size_t turned_away_ = 0;
    std::vector<double> times_;
    std::vector<std::uint64_t> seen_;
    std::string body_;
    Clock::time_point end_;
    Clock::time_point next_due_;
    double seconds_ = 0;
    double own_cpu_ = 0;
    double server_cpu_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    Load load(parse_options(argc, argv));
    load.run();
    load.print();
    return 0;
}
