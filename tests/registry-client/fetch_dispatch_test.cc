// How many connections a source is given before and after it has shown what it brings, and what is
// asked for once more.
#include "tests/check.h"
#include "tests/support/blob_fetch.h"
#include "tests/support/blob_server.h"

using namespace boltseal;
using namespace boltseal::test;

namespace {

constexpr std::size_t kChunk = std::size_t{512} << 10;
constexpr std::size_t kPiece = std::size_t{32} << 10;
constexpr int kUnknown = 4;  // connections

// Takes so long over each range that it sees how many it is asked for at once.
class SlowServer {
public:
    explicit SlowServer(const std::string& content)
        : content_(content), server_(content, [this](Peer& peer, const AskedRange& asked) {
              return serve(peer, asked);
          }) {}

    std::string host() const { return server_.host(); }
    // Requests at once.
    int most() const { return most_; }
    // The same while less than a MiB had gone out in whole chunks.
    int most_before() const { return most_before_; }

private:
    bool serve(Peer& peer, const AskedRange& asked) {
        count(++active_);
        std::string_view rest =
            std::string_view(content_).substr(asked.from, asked.to - asked.from);
        peer.send("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " +
                  std::to_string(asked.from) + "-" + std::to_string(asked.to - 1) + "/" +
                  std::to_string(content_.size()) +
                  "\r\nContent-Length: " + std::to_string(rest.size()) + "\r\n\r\n");
        while (!rest.empty()) {
            peer.pause(2 + asked.number % 4 * 3);  // some are done before others
            const std::string_view piece = rest.substr(0, kPiece);
            rest.remove_prefix(piece.size());
            // Before it is sent: the client may know of it, and ask again, before we go on.
            if (rest.size() % kChunk == 0) whole_ += kChunk;
            if (rest.empty()) --active_;
            peer.send(piece);
        }
        return true;
    }
    void count(int active) {
        const std::lock_guard guard(mutex_);
        most_ = std::max(most_.load(), active);
        if (whole_ < kMiB) most_before_ = std::max(most_before_.load(), active);
    }

    const std::string content_;
    std::mutex mutex_;  // guards the two maxima; held by the thread of a request to raise them
    std::atomic<int> active_{0};
    std::atomic<int> most_{0};
    std::atomic<int> most_before_{0};
    std::atomic<std::uint64_t> whole_{0};  // bytes, in chunks
    BlobServer server_;                    // last: its threads use what is above
};

// The registry has not got the blob, so that the mirror is asked for as much as it may be.
struct OneMirror {
    explicit OneMirror(const std::string& sent) : mirror(sent) {}
    BlobServer registry{
        "", [](Peer& peer, const AskedRange&) { return peer.answer("404 Not Found", "", ""); }};
    SlowServer mirror;
    Fetch fetch{{registry.host(), mirror.host()}};
};

// Half of the range, and the rest after a pause.
bool send_range(Peer& peer, const std::string& content, const AskedRange& asked, int pause) {
    const std::string_view range =
        std::string_view(content).substr(asked.from, asked.to - asked.from);
    peer.send("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " + std::to_string(asked.from) +
              "-" + std::to_string(asked.to - 1) + "/" + std::to_string(content.size()) +
              "\r\nContent-Length: " + std::to_string(range.size()) + "\r\n\r\n");
    peer.send(range.substr(0, range.size() / 2));
    peer.pause(pause);
    peer.send(range.substr(range.size() / 2));
    return true;
}

}  // namespace

TEST_CASE("a mirror has four connections until a MiB of it is proved right", "[fetcher]") {
    const States states = GENERATE(values(kBoth));
    const std::string content = content_of(8 * kMiB);
    OneMirror one(content);
    REQUIRE_OK(one.fetch.run(content, chunks_of(content, kChunk, states)));
    REQUIRE(one.fetch.has(content));
    REQUIRE(one.mirror.most_before() == kUnknown);
    REQUIRE(one.mirror.most() > kUnknown);
}

TEST_CASE("what a mirror brings and is wrong gives it no more connections", "[fetcher]") {
    const std::string content = content_of(8 * kMiB);
    std::string damaged = content;
    for (std::size_t at = 5000; at < damaged.size(); at += kChunk) damaged[at] ^= 1;
    OneMirror one(damaged);
    const auto refused = one.fetch.run(content, chunks_of(content, kChunk, States::Known));
    REQUIRE_FAULT(refused, Fault::Integrity);
    REQUIRE(one.fetch.seen.count(Trouble::Damaged) >= 4);  // two MiB of it
    REQUIRE(one.mirror.most() == kUnknown);
}

TEST_CASE("where nothing can be proved in parts, bytes that come are enough", "[fetcher]") {
    const std::string content = content_of(8 * kMiB);
    OneMirror one(content);
    REQUIRE_OK(one.fetch.run(content));
    REQUIRE(one.mirror.most() > kUnknown);
}

TEST_CASE("the registry itself has to show nothing", "[fetcher]") {
    const std::string content = content_of(8 * kMiB);
    SlowServer registry(content);
    Fetch fetch({registry.host()});
    REQUIRE_OK(fetch.run(content, chunks_of(content, kChunk, States::Known)));
    REQUIRE(registry.most_before() > kUnknown);
}

TEST_CASE("little is asked of a source that has it under way already", "[fetcher]") {
    const std::string content = content_of(4 * kMiB);
    std::atomic<std::uint64_t> asked_for{0};
    BlobServer registry(content, [&](Peer& peer, const AskedRange& asked) {
        asked_for += asked.to - asked.from;
        return send_range(peer, content, asked, asked.number % 2 == 0 ? 2'500 : 0);
    });
    Fetch fetch({registry.host()});
    REQUIRE_OK(fetch.run(content));
    REQUIRE(fetch.has(content));
    REQUIRE(asked_for > content.size());  // there was reason to ask for more
    REQUIRE(asked_for <= content.size() * 104 / 100);
}

TEST_CASE("while nothing comes over the line, connections are not given up for it", "[fetcher]") {
    const std::string content = content_of(8 * kMiB);
    const auto back = std::chrono::steady_clock::now() + 6s;
    BlobServer registry(content, [&](Peer& peer, const AskedRange& asked) {
        const auto away = std::chrono::duration_cast<std::chrono::milliseconds>(
            back - std::chrono::steady_clock::now());
        return send_range(peer, content, asked, std::max(0, static_cast<int>(away.count())));
    });
    Fetch fetch({registry.host()});
    fetch.options.patience = 30s;
    REQUIRE_OK(fetch.run(content));
    REQUIRE(fetch.has(content));
    REQUIRE(fetch.seen.count(Trouble::Stalled) == 1);  // to see whether it is there again
}
