// wan_link NAMESPACE:DEVICE NAMESPACE:DEVICE [WORD...]: joins two TUN devices, each in a network
// namespace of its own, by a line as the words describe it (line.h), the same in both directions.
// Prints "up" when packets can pass. Until SIGTERM; then it prints what became of the packets, in
// JSON: "there" from the first device to the second, and "back".
//
// The devices hand over single packets: a TUN device takes no segmentation offload unless it is
// asked to. Needs root.
#include "tests/bench/wan/line.h"
#include "tests/bench/wan/tcp_bytes.h"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <deque>
#include <vector>

namespace {

using namespace boltseal;
using namespace boltseal::wan;

constexpr int kBatch = 64;  // packets of one side before the other's turn
constexpr std::size_t kMtu = 1500;
constexpr unsigned kTimerSlack = 1;  // nanoseconds; the default is 50,000

volatile std::sig_atomic_t stopped = 0;  // NOLINT: a signal handler has nothing else

int fail(const std::string& what) {
    std::fprintf(stderr, "wan_link: %s: %s\n", what.c_str(), std::strerror(errno));
    return -1;
}

// "namespace:device"; the device has to be there. -1 with a message if it cannot be opened.
int open_device(const std::string& where) {
    const std::size_t colon = where.find(':');
    if (colon == std::string::npos) return errno = EINVAL, fail(where);
    const std::string path = "/var/run/netns/" + where.substr(0, colon);
    const int space = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (space < 0 || ::setns(space, CLONE_NEWNET) != 0) return fail(path);
    ::close(space);
    const int fd = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return fail("/dev/net/tun");
    ifreq request{};
    where.copy(request.ifr_name, IFNAMSIZ - 1, colon + 1);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (::ioctl(fd, TUNSETIFF, &request) != 0) return fail(where);
    return fd;
}

// Time since the first call.
Nanos now() {
    static const auto start = std::chrono::steady_clock::now();
    return std::chrono::steady_clock::now() - start;
}

struct Packet {
    Nanos due;
    Buffer bytes;
};

// One direction: what has been read and is on its way.
class Direction {
public:
    Direction(int from, int to, const LineProfile& profile)
        : from_(from), to_(to), line_(profile) {}

    // False if the device has nothing more for now.
    bool take() {
        std::array<std::uint8_t, 4 * kMtu> room;
        const Nanos time = now();
        for (int i = 0; i < kBatch; ++i) {
            const ssize_t n = ::read(from_, room.data(), room.size());
            if (n <= 0) return false;
            const auto size = static_cast<std::size_t>(n);
            if (size > kMtu) ++oversized_;
            const auto due = line_.send(time, size);
            if (due) packets_.push_back({*due, Buffer(room.begin(), room.begin() + n)});
        }
        return true;
    }

    void deliver() {
        const Nanos time = now();
        while (!packets_.empty() && packets_.front().due <= time) {
            const Buffer& bytes = packets_.front().bytes;
            if (::write(to_, bytes.data(), bytes.size()) < 0) ++unwritten_;
            bytes_ += bytes.size();
            tcp_.add(bytes);
            ++delivered_;
            packets_.pop_front();
        }
    }

    Nanos next_due() const { return packets_.empty() ? Nanos::max() : packets_.front().due; }

    std::string report() const {
        const LineCounts& counts = line_.counts();
        std::string out = "{";
        const auto add = [&](const char* name, std::uint64_t value) {
            out.append(out.size() > 1 ? "," : "").append("\"").append(name).append("\":");
            out += std::to_string(value);
        };
        add("packets", counts.packets);
        add("lost", counts.lost);
        add("overflowed", counts.overflowed);
        add("cut", counts.cut);
        add("delivered", delivered_);
        add("bytes", bytes_);
        add("payload", tcp_.payload());
        add("fresh", tcp_.fresh());
        add("oversized", oversized_);
        add("unwritten", unwritten_);
        return out + "}";
    }

private:
    int from_;
    int to_;
    Line line_;
    std::deque<Packet> packets_;
    std::uint64_t delivered_ = 0;
    std::uint64_t bytes_ = 0;
    TcpBytes tcp_;
    std::uint64_t oversized_ = 0;  // above the MTU: an offload is on, and losses are no losses
    std::uint64_t unwritten_ = 0;
};

void wait(std::array<pollfd, 2>& devices, Nanos until) {
    const Nanos left = std::max(Nanos{0}, std::min(until - now(), Nanos{std::chrono::seconds(1)}));
    const timespec pause{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
    sigset_t none;
    sigemptyset(&none);
    ::ppoll(devices.data(), devices.size(), &pause, &none);
}

void run(Direction& there, Direction& back, std::array<pollfd, 2> devices) {
    while (stopped == 0) {
        const bool more_there = there.take();
        const bool more_back = back.take();
        there.deliver();
        back.deliver();
        if (!more_there && !more_back) wait(devices, std::min(there.next_due(), back.next_due()));
    }
}

// Signals are let in only while we wait, so that none is missed between the look and the wait.
void catch_signals() {
    sigset_t ours;
    sigemptyset(&ours);
    for (const int signal : {SIGTERM, SIGINT}) {
        std::signal(signal, [](int) { stopped = 1; });
        sigaddset(&ours, signal);
    }
    ::sigprocmask(SIG_BLOCK, &ours, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + std::min(argc, 3), argv + argc);
    auto profile = parse_line_profile(words);
    if (argc < 3 || !profile) {
        std::fprintf(stderr, "wan_link: %s\n",
                     argc < 3 ? "two devices are needed" : profile.error().message().c_str());
        return 2;
    }
    const int near = open_device(argv[1]);
    const int far = near < 0 ? -1 : open_device(argv[2]);
    if (far < 0) return 3;
    ::prctl(PR_SET_TIMERSLACK, kTimerSlack);
    catch_signals();
    Direction there(near, far, *profile);
    profile->seed += 1'000'000;  // other dice for the way back
    Direction back(far, near, *profile);
    now();
    std::puts("up");
    std::fflush(stdout);
    run(there, back, {pollfd{near, POLLIN, 0}, pollfd{far, POLLIN, 0}});
    std::printf("{\"there\":%s,\"back\":%s}\n", there.report().c_str(), back.report().c_str());
    return 0;
}
