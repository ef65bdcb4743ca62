#include "registry-client/blob_upload.h"

#include "net/http_client.h"
#include "registry-client/registry_store.h"
#include "tests/check.h"
#include "tests/support/cutting_proxy.h"
#include "tests/support/registry_process.h"
#include "tests/support/sample_image.h"
#include "tests/support/scripted_server.h"

#include <algorithm>
#include <mutex>

using namespace boltseal;
using namespace boltseal::test;

namespace {

struct Repository {
    explicit Repository(const std::string& host, const std::string& name = "team/app")
        : client(http, host, name, {{}, {}, short_patience()}), store(client) {
        store.set_chunk(100'000);
    }
    HttpClient http;
    RegistryClient client;
    RegistryStore store;
};

std::string sample(std::size_t size) {
    std::string out;
    for (std::size_t i = 0; out.size() < size; ++i) out += std::to_string(i) + "\n";
    out.resize(size);
    return out;
}

// What a registry does with uploads, and what may go wrong there.
class UploadServer {
public:
    struct Faults {
        std::size_t keep = std::string::npos;  // bytes of the first chunk before it breaks off
        std::string position{};                // what it says it has; empty: the truth
        std::string status = "204 Here";       // of that answer
        std::string patch{};                   // status of chunks; empty: as usual
        int bad_digests = 0;                   // so many times the digest is doubted
        std::string least{};                   // OCI-Chunk-Min-Length
    };
    explicit UploadServer(Faults faults) : faults_(std::move(faults)) {}

    std::string host() const { return "127.0.0.1:" + std::to_string(server_.port()); }
    std::string content() {
        const std::lock_guard guard(mutex_);
        return content_;
    }
    std::vector<std::string> requests() {  // method and Content-Range
        const std::lock_guard guard(mutex_);
        return requests_;
    }

private:
    void serve(Peer& peer) {
        for (;;) {
            const std::string request = peer.read_request(faults_.keep);
            if (request.empty()) return;
            const std::lock_guard guard(mutex_);
            const std::size_t at = request.find("\r\nContent-Range: ");
            std::string line = request.substr(0, request.find(' '));
            if (at != std::string::npos) {
                line += " " + request.substr(at + 17, request.find('\r', at + 2) - at - 17);
            }
            requests_.push_back(line);
            const std::string body = request.substr(request.find("\r\n\r\n") + 4);
            if (!answer(peer, line.substr(0, line.find(' ')), body)) return;
        }
    }

    bool answer(Peer& peer, const std::string& method, const std::string& body) {
        const std::string session =
            "Location: /session?n=" + std::to_string(requests_.size()) + "\r\nRange: 0-" +
            std::to_string(std::max<std::size_t>(uploaded_.size(), 1) - 1) + "\r\n";
        if (method == "HEAD") return peer.answer(content_.empty() ? "404 No" : "200 OK", "", "");
        if (method == "POST") {
            uploaded_.clear();
            const std::string least =
                faults_.least.empty() ? "" : "OCI-Chunk-Min-Length: " + faults_.least + "\r\n";
            return peer.answer("202 Go", session + least, "");
        }
        if (method == "GET") {
            return peer.answer(faults_.status,
                               faults_.position.empty()
                                   ? session
                                   : "Location: /again\r\nRange: " + faults_.position + "\r\n",
                               "");
        }
        if (method == "PATCH" && !faults_.patch.empty()) return peer.answer(faults_.patch, "", "");
        if (method == "DELETE") return peer.answer("204 Gone", "", "");
        uploaded_ += body;
        if (method == "PATCH" && faults_.keep != std::string::npos) {
            faults_.keep = std::string::npos;
            peer.reset();
            return false;
        }
        if (method == "PATCH") return peer.answer("202 More", "Location: /session\r\n", "");
        if (faults_.bad_digests-- > 0) return peer.answer("400 Digest", "", "");
        content_ = uploaded_;
        return peer.answer("201 Made", "", "");
    }

    std::mutex mutex_;  // guards what follows; held by the server's threads and by the test
    Faults faults_;
    std::string uploaded_;
    std::string content_;
    std::vector<std::string> requests_;
    ScriptedServer server_{[this](Peer& peer) { serve(peer); }};
};

Result<void> put(RegistryStore& store, const std::string& text) {
    return store.put_blob(
        describe(as_bytes(text), "a/b"), [&](const BodySink& sink) -> Result<void> {
            for (std::size_t at = 0; at < text.size(); at += 30'000) {
                BOLTSEAL_CHECK(sink(as_bytes(std::string_view(text).substr(at, 30'000))));
            }
            return {};
        });
}

}  // namespace

TEST_CASE("how much of an upload is there", "[blob_upload]") {
    REQUIRE(uploaded_bytes("0-99") == 100);
    REQUIRE(uploaded_bytes("bytes=0-99") == 100);
    REQUIRE(uploaded_bytes("0-0") == 0);
    for (const char* wrong : {"", "0-", "1-99", "0-99x", "0--1", "99", "0-18446744073709551615"}) {
        REQUIRE_FALSE(uploaded_bytes(wrong));
    }
}

TEST_CASE("a large blob goes up in chunks, a small one at once", "[blob_upload]") {
    UploadServer server(UploadServer::Faults{});
    Repository to(server.host());
    const std::string text = sample(250'000);
    REQUIRE_OK(put(to.store, text));
    REQUIRE((server.content() == text));
    REQUIRE(server.requests() == std::vector<std::string>{"HEAD", "POST", "PATCH 0-99999",
                                                          "PATCH 100000-199999",
                                                          "PATCH 200000-249999", "PUT"});
    UploadServer small(UploadServer::Faults{});
    Repository small_to(small.host());
    REQUIRE_OK(put(small_to.store, "text"));
    REQUIRE(small.content() == "text");
    REQUIRE(small.requests() == std::vector<std::string>{"HEAD", "POST", "PUT"});
}

TEST_CASE("a chunk that breaks off goes on from what the registry has", "[blob_upload]") {
    UploadServer server({.keep = 40'000});
    Repository to(server.host());
    const std::string text = sample(150'000);
    REQUIRE_OK(put(to.store, text));
    CAPTURE(server.requests(), server.content().size());
    REQUIRE((server.content() == text));
    REQUIRE(server.requests() == std::vector<std::string>{"HEAD", "POST", "PATCH 0-99999", "GET",
                                                          "PATCH 40000-99999",
                                                          "PATCH 100000-149999", "PUT"});
}

TEST_CASE("an upload that the registry has lost is begun anew", "[blob_upload]") {
    const auto faults = GENERATE(values<UploadServer::Faults>({
        {.keep = 40'000, .status = "404 Lost"},
        {.keep = 40'000, .position = "none"},
        {.keep = 40'000, .position = "0-100000"},  // more than was sent
        {.keep = 40'000, .bad_digests = 1},        // it counted what came too late
    }));
    UploadServer server(faults);
    Repository to(server.host());
    const std::string text = sample(150'000);
    REQUIRE_OK(put(to.store, text));
    REQUIRE((server.content() == text));
    const auto requests = server.requests();
    REQUIRE(std::count(requests.begin(), requests.end(), "POST") == 2);
}

TEST_CASE("a registry that takes no chunks gets the blob whole", "[blob_upload]") {
    const auto faults = GENERATE(values<UploadServer::Faults>({
        {.patch = "405 No"},
        {.least = "300000000"},
        {.bad_digests = 1},  // some say so only at the end
    }));
    UploadServer server(faults);
    Repository to(server.host());
    const std::string text = sample(250'000);
    REQUIRE_OK(put(to.store, text));
    REQUIRE((server.content() == text));
    REQUIRE(server.requests().back() == "PUT");
}

TEST_CASE("chunks are as large as the registry wants them", "[blob_upload]") {
    UploadServer server({.least = "150000"});
    Repository to(server.host());
    REQUIRE_OK(put(to.store, sample(250'000)));
    REQUIRE(server.requests().at(2) == "PATCH 0-149999");
}

TEST_CASE("what turns out to be another blob is not finished", "[blob_upload]") {
    UploadServer server(UploadServer::Faults{});
    Repository to(server.host());
    const std::string wrong = sample(250'000);
    const Descriptor right = describe(as_bytes("x" + wrong.substr(1)), "a/b");
    REQUIRE_REFUSED(to.store.put_blob(right, produce(as_bytes(wrong))),
                    "'" + to_string(right.digest) + "' was asked for, the bytes are '" +
                        to_string(digest_of(as_bytes(wrong))) + "'");
    REQUIRE(server.content().empty());
    REQUIRE(server.requests().back() == "DELETE");
}

TEST_CASE("a real registry takes chunks", "[blob_upload]") {
    const RegistryProcess registry;
    Repository to(registry.host());
    const std::string text = sample(1'000'000);
    const Descriptor blob = describe(as_bytes(text), "a/b");
    REQUIRE_OK(put(to.store, text));
    REQUIRE(text_of(to.store, blob) == text);
}

TEST_CASE("an upload to a real registry lives through broken connections", "[blob_upload]") {
    const RegistryProcess registry;
    CuttingProxy proxy(registry.port(), 350'000, 3);
    Repository to(proxy.host());
    const std::string text = sample(1'000'000);
    const Descriptor blob = describe(as_bytes(text), "a/b");
    REQUIRE_OK(put(to.store, text));
    REQUIRE(proxy.cuts_left() <= 0);
    REQUIRE(text_of(to.store, blob) == text);
}

TEST_CASE("a blob of another repository of the registry is not moved", "[blob_upload]") {
    const RegistryProcess registry;
    Repository from(registry.host(), "team/from");
    Repository to(registry.host(), "team/to");
    const std::string text = sample(GENERATE(1000, 250'000));
    const Descriptor blob = describe(as_bytes(text), "a/b");
    REQUIRE_OK(put(from.store, text));
    to.store.mount_from("team/from");
    bool moved = false;
    REQUIRE_OK(to.store.put_blob(blob, [&](const BodySink& sink) {
        moved = true;
        return sink(as_bytes(text));
    }));
    REQUIRE_FALSE(moved);
    REQUIRE(text_of(to.store, blob) == text);

    const std::string other = text + "more";  // which is not there: the session goes on
    REQUIRE_OK(put(to.store, other));
    REQUIRE(text_of(to.store, describe(as_bytes(other), "a/b")) == other);
}
