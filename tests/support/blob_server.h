// A registry of one blob on loopback, that serves ranges and does wrong what a test tells it.
#pragma once

#include "registry-client/manifest.h"
#include "tests/support/scripted_server.h"

#include <optional>

namespace boltseal::test {

struct AskedRange {
    std::uint64_t from = 0;
    std::uint64_t to = 0;  // 0: no range was asked for
    std::string request;   // all of it
    int number = 0;        // of the request, from 0
};

class BlobServer {
public:
    // Answers in place of the ordinary one; false: do the ordinary. The connection is kept.
    using Trick = std::function<bool(Peer&, const AskedRange&)>;

    explicit BlobServer(std::string content, Trick trick = {})
        : content_(std::move(content)), trick_(std::move(trick)), server_([this](Peer& peer) {
              for (;;) {
                  const std::string request = peer.read_request();
                  if (request.empty()) return;
                  AskedRange asked = parse(request);
                  asked.number = requests_++;
                  if (trick_ && trick_(peer, asked)) continue;
                  if (!answer(peer, asked)) return;
              }
          }) {}

    std::string host() const { return "127.0.0.1:" + std::to_string(server_.port()); }
    int requests() const { return requests_; }
    int connections() const { return server_.connections(); }
    std::uint64_t sent() const { return sent_; }

    // The ordinary answer, cut off after so many bytes of the body.
    bool answer(Peer& peer, const AskedRange& asked, std::uint64_t most = UINT64_MAX) {
        const std::uint64_t to = asked.to == 0 ? content_.size() : asked.to;
        const std::string body = content_.substr(asked.from, to - asked.from);
        std::string headers;
        if (asked.to != 0) {
            headers = "Content-Range: bytes " + std::to_string(asked.from) + "-" +
                      std::to_string(to - 1) + "/" + std::to_string(content_.size()) + "\r\n";
        }
        const std::string all =
            answer_text(asked.to == 0 ? "200 OK" : "206 Partial Content", headers, body);
        const std::size_t head = all.size() - body.size();
        const std::size_t kept =
            static_cast<std::size_t>(std::min<std::uint64_t>(most, body.size()));
        sent_ += kept;
        return peer.send(std::string_view(all).substr(0, head + kept)) && kept == body.size();
    }

    static AskedRange parse(const std::string& request) {
        AskedRange out;
        out.request = request;
        const std::size_t at = request.find("Range: bytes=");
        if (at == std::string::npos) return out;
        std::size_t used = 0;
        out.from = std::stoull(request.substr(at + 13), &used);
        out.to = std::stoull(request.substr(at + 14 + used)) + 1;
        return out;
    }

private:
    std::string content_;
    Trick trick_;
    std::atomic<int> requests_{0};
    std::atomic<std::uint64_t> sent_{0};
    ScriptedServer server_;  // last: its threads use what is above
};

}  // namespace boltseal::test
