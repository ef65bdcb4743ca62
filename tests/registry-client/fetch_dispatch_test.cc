// How many connections a source is given before and after it has shown what it brings.
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
