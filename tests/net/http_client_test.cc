#include "net/http_client.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/child_process.h"
#include "tests/support/scripted_server.h"
#include "tests/support/temp_folder.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <map>

using namespace boltseal;
using namespace boltseal::test;
using namespace std::chrono_literals;

namespace {

Request get(const std::string& url) {
    Request out;
    out.url = url;
    return out;
}

std::string head_line(const std::string& request) {
    return request.substr(0, request.find("\r\n"));
}

bool has_header(const std::string& request, const std::string& name) {
    return request.find("\r\n" + name + ":") != std::string::npos;
}

// What a client of a server that runs this script is told.
std::string failure_of(const ScriptedServer::Script& script, Request request = {}) {
    const ScriptedServer server(script);
    request.url = server.url("/secret?token=hidden");
    HttpClient client;
    const auto answer = client.send(request);
    REQUIRE_FALSE(answer.has_value());
    const std::string host = "127.0.0.1:" + std::to_string(server.port()) + ": ";
    REQUIRE(answer.error().message().starts_with(host));
    return answer.error().message().substr(host.size());
}

HttpClient trusting(const std::string& cert) {
    const std::string ca(as_text(read_file(cert, 10'000).value()));
    return HttpClient({.tls_of = [ca](const std::string&) {
        return Result<std::shared_ptr<const TlsFiles>>(
            std::make_shared<const TlsFiles>(TlsFiles{ca, "", ""}));
    }});
}

ScriptedServer::Script sends(const std::string& bytes) {
    return [bytes](Peer& peer) {
        peer.read_request();
        peer.send(bytes);
    };
}

}  // namespace

TEST_CASE("an answer comes back whole, and connections are used again", "[http]") {
    AnsweringServer server([](const std::string&) {
        return answer_text("200 OK", "X-Thing:  a b \r\nX-Thing: c\r\n", "hello");
    });
    HttpClient client;
    for (int i = 0; i < 3; ++i) {
        const auto answer = client.send(get(server.url("/v2/?n=1")));
        REQUIRE_OK(answer);
        REQUIRE(answer->status == 200);
        REQUIRE(as_text(answer->body) == "hello");
        REQUIRE(*answer->header("x-thing") == "a b");
        REQUIRE(answer->url == server.url("/v2/?n=1"));
    }
    REQUIRE(server.connections() == 1);
    const std::string request = server.requests().at(0);
    REQUIRE(head_line(request) == "GET /v2/?n=1 HTTP/1.1");
    REQUIRE(request.find("\r\nAccept-Encoding: identity\r\n") != std::string::npos);
    REQUIRE(request.find("\r\nUser-Agent: boltseal/") != std::string::npos);
}

TEST_CASE("any status is an answer, and a body goes where it is wanted", "[http]") {
    AnsweringServer server([](const std::string& request) {
        const bool bad = request.starts_with("GET /bad");
        return answer_text(bad ? "503 Busy" : "206 Partial Content", "", bad ? "why" : "bytes");
    });
    HttpClient client;
    std::string seen;
    int status = 0;
    Request request = get(server.url("/good"));
    request.sink = [&](Bytes piece) -> Result<void> {
        seen += as_text(piece);
        return {};
    };
    request.on_head = [&](const Response& head) -> Result<void> {
        status = head.status;
        return {};
    };
    REQUIRE(client.send(request)->body.empty());
    REQUIRE(seen == "bytes");
    REQUIRE(status == 206);
    request.url = server.url("/bad");
    request.max_body = 1;  // of what goes to the sink; a refusal may say more
    const auto bad = client.send(request);
    REQUIRE(bad->status == 503);
    REQUIRE(as_text(bad->body) == "why");
    REQUIRE(seen == "bytes");
}

TEST_CASE("bodies are sent from memory and from a reader", "[http]") {
    AnsweringServer server([](const std::string&) { return answer_text("201 Created", "", ""); });
    HttpClient client;
    Request request = get(server.url("/up"));
    request.method = "PUT";
    request.headers = {{"Content-Type", "text/plain"}};
    request.body = to_buffer("from memory");
    REQUIRE(client.send(request)->status == 201);
    const std::string text(100'000, 'x');
    request.reader_size = text.size();
    request.reader = [&](std::uint64_t offset, std::span<std::uint8_t> room) {
        const std::size_t n = std::min(room.size(), text.size() - std::size_t{offset});
        std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(offset), n, room.begin());
        return Result<std::size_t>(n);
    };
    REQUIRE(client.send(request)->status == 201);
    request.reader = [](std::uint64_t, std::span<std::uint8_t>) -> Result<std::size_t> {
        return Error(Fault::Io, "disk is gone");
    };
    REQUIRE_REFUSED(client.send(request), server.host() + ": disk is gone");

    const auto requests = server.requests();
    REQUIRE(head_line(requests.at(0)) == "PUT /up HTTP/1.1");
    REQUIRE(requests[0].ends_with("\r\n\r\nfrom memory"));
    REQUIRE_FALSE(has_header(requests[0], "Expect"));
    REQUIRE(requests.at(1).ends_with("\r\n\r\n" + text));
    REQUIRE_FALSE(has_header(requests[1], "Transfer-Encoding"));
}

TEST_CASE("a redirect keeps credentials on one host and drops them for good on the way", "[http]") {
    std::uint16_t back = 0;
    AnsweringServer other([&](const std::string&) {
        return answer_text("302 Found",
                           "Location: http://127.0.0.1:" + std::to_string(back) + "/end\r\n", "");
    });
    AnsweringServer first([&](const std::string& request) {
        if (request.starts_with("GET /start")) {
            return answer_text("307 Elsewhere", "Location: same?x=1\r\n", "ignored");
        }
        if (request.starts_with("GET /same")) {
            return answer_text("307 Elsewhere", "Location: " + other.url("/cdn") + "\r\n", "");
        }
        return answer_text("200 OK", "", "end");
    });
    back = first.port();
    HttpClient client;
    Request request = get(first.url("/start"));
    request.headers = {
        {"authorization", "Bearer secret"}, {"X-Key", "secret"}, {"Range", "bytes=5-"}};
    const auto answer = client.send(request);
    REQUIRE_OK(answer);
    REQUIRE(as_text(answer->body) == "end");
    REQUIRE(answer->url == first.url("/end"));
    const auto at_first = first.requests();
    REQUIRE(at_first.size() == 3);
    REQUIRE(at_first[1].find("Bearer secret") != std::string::npos);
    REQUIRE(at_first[2].find("secret") == std::string::npos);  // home again, and still without
    REQUIRE(other.requests().at(0).find("secret") == std::string::npos);
    REQUIRE(has_header(other.requests().at(0), "Range"));
}

TEST_CASE("the same host under another name or port is another host", "[http]") {
    std::string location;
    AnsweringServer server([&](const std::string& request) {
        if (request.starts_with("GET /end")) return answer_text("200 OK", "", "");
        return answer_text("302 Found", "Location: " + location + "\r\n", "");
    });
    location = "http://localhost:" + std::to_string(server.port()) + "/end";
    HttpClient client;
    Request request = get(server.url("/"));
    request.headers = {{"Authorization", "Basic secret"}};
    REQUIRE_OK(client.send(request));
    REQUIRE_FALSE(has_header(server.requests().at(1), "Authorization"));
}

TEST_CASE("redirects are not followed when nobody asked, or not safely", "[http]") {
    std::string location = "/again";
    AnsweringServer server([&](const std::string&) {
        return answer_text("302 Found", "Location: " + location + "\r\n", "");
    });
    HttpClient client;
    Request request = get(server.url("/again"));
    request.max_redirects = 0;
    REQUIRE(client.send(request)->status == 302);
    request.max_redirects = 2;
    REQUIRE_REFUSED(client.send(request), server.host() + ": redirected more than 2 times");
    REQUIRE(server.requests().size() == 4);
    request.method = "POST";
    REQUIRE(client.send(request)->status == 302);

    request.method = "GET";
    location = "file:///etc/passwd";
    REQUIRE_REFUSED(client.send(request), server.host() + ": redirect: URL is not http or https");
    location = "http://user:pw@127.0.0.1/";
    REQUIRE_REFUSED(client.send(request), server.host() + ": redirect: URL has user information");
}

TEST_CASE("a public host may not lead to a local address", "[http]") {
    // A proxy gives us a host of any name.
    std::string location;
    AnsweringServer proxy([&](const std::string& request) {
        if (request.starts_with("GET http://registry.example/ ")) {
            return answer_text("302 Found", "Location: " + location + "\r\n", "");
        }
        return answer_text("200 OK", "", "inside");
    });
    ::setenv("http_proxy", proxy.url("").c_str(), 1);
    ::unsetenv("no_proxy");
    HttpClient client;
    location = GENERATE("http://169.254.169.254/latest", "http://127.1/", "http://[::1]/",
                        "http://0x0a000001/", "http://localhost/");
    const auto refused = client.send(get("http://registry.example/"));
    ::unsetenv("http_proxy");
    INFO(location);
    const std::string host = location.substr(7, location.find('/', 7) - 7);
    REQUIRE_REFUSED(refused, "registry.example: redirect to the local address '" + host + "'");
    REQUIRE(proxy.requests().size() == 1);
}

TEST_CASE("answers that break HTTP or a limit are malformed", "[http]") {
    REQUIRE(failure_of(sends("hello, I am not HTTP\r\n\r\n")) == "answer is not HTTP");
    REQUIRE(failure_of(sends("HTTP/1.1 200 OK\r\nNo colon\r\n\r\n")) == "answer is not HTTP");
    REQUIRE(failure_of(sends("HTTP/1.1 200 OK\r\nName : x\r\n\r\n")) ==
            "answer has a malformed header");
    REQUIRE(failure_of(sends("HTTP/1.1 200 OK\r\nName: a\x01z\r\n\r\n")) ==
            "answer has control characters in a header");
    REQUIRE(failure_of(sends("HTTP/1.1 200 OK\r\nName: a\r\n more\r\n\r\n")) ==
            "answer has a folded header");
    std::string many = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 300; ++i) many += "A: b\r\n";
    REQUIRE(failure_of(sends(many + "\r\n")) == "answer has more than 256 headers");
    std::string large = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 40; ++i) large += "A: " + std::string(2000, 'b') + "\r\n";
    REQUIRE(failure_of(sends(large + "\r\n")) == "head of the answer is larger than 64 KiB");
}

TEST_CASE("a body stops at its limit, whatever was announced", "[http]") {
    const auto endless = [](Peer& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\n\r\n");
        while (peer.send(std::string(1000, 'x'))) {
        }
    };
    Request request;
    request.max_body = 5000;
    REQUIRE(failure_of(endless, request) == "body of the answer is larger than 5000 bytes");
    std::size_t taken = 0;
    request.sink = [&](Bytes piece) -> Result<void> {
        taken += piece.size();
        return {};
    };
    REQUIRE(failure_of(endless, request) == "body of the answer is larger than 5000 bytes");
    REQUIRE(taken <= 5000);
    request.max_body = 1'000'000;
    request.sink = [](Bytes) -> Result<void> { return Error(Fault::Io, "disk is full"); };
    REQUIRE(failure_of(endless, request) == "disk is full");
}

TEST_CASE("a broken connection is said to be one", "[http]") {
    REQUIRE(failure_of(sends("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort")) ==
            "connection closed in the middle of the body");
    REQUIRE(failure_of(sends("")) == "connection closed without an answer");
    REQUIRE(failure_of([](Peer& peer) {
                peer.read_request();
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nsho");
                peer.pause(100);
                peer.reset();
            }) == "connection broke: Connection reset by peer");
    HttpClient client;
    const std::string closed = "127.0.0.1:" + std::to_string(free_port());
    REQUIRE_REFUSED(client.send(get("http://" + closed + "/")),
                    closed + ": cannot connect: Connection refused");
}

TEST_CASE("silence and slowness have an end", "[http]") {
    const auto silent = [](Peer& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nsho");
        peer.read_request();  // until the client goes
    };
    Request request;
    request.stall_timeout = 300ms;
    REQUIRE(failure_of(silent, request) == "no progress for 300 ms");
    const auto slow = [](Peer& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        while (peer.send("x")) peer.pause(20);
    };
    request.timeout = 400ms;
    REQUIRE(failure_of(slow, request) == "timed out");
}

TEST_CASE("what would smuggle a header is refused before anything is sent", "[http]") {
    AnsweringServer server([](const std::string&) { return answer_text("200 OK", "", ""); });
    HttpClient client;
    Request request = get(server.url("/"));
    request.headers = {{"X", "a\r\nInjected: yes"}};
    REQUIRE_REFUSED(client.send(request), "request header 'X' has control characters in its value");
    request.headers = {{"X\r\nY", "a"}};
    REQUIRE_REFUSED(client.send(request), "request header name is no HTTP token");
    request.headers = {{"X", std::string("a\0b", 3)}};
    REQUIRE_REFUSED(client.send(request), "request header 'X' has control characters in its value");
    request = get(server.url("/\r\nInjected: yes"));
    REQUIRE_REFUSED(client.send(request), "URL has a character that must be encoded");
    request = get(server.url("/"));
    request.method = "GET / HTTP/1.1\r\nX: y";
    REQUIRE_REFUSED(client.send(request), "request method is no HTTP token");
    REQUIRE(server.requests().empty());
}

TEST_CASE("TLS is verified, and https never leads to http", "[http]") {
    TempFolder folder;
    const std::string cert = (folder / "cert.pem").string();
    const std::string key = (folder / "key.pem").string();
    const std::string make =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "
        "/CN=test -addext subjectAltName=IP:127.0.0.1 -keyout " +
        key + " -out " + cert + " 2>/dev/null";
    if (std::system(make.c_str()) != 0) SKIP("no openssl command here");
    const std::string answer =
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/?token=secret\r\nContent-Length: 0\r\n"
        "\r\n";
    REQUIRE_OK(write_file(folder / "go", as_bytes(answer)));
    const std::uint16_t port = free_port();
    const std::string host = "127.0.0.1:" + std::to_string(port);
    const auto serve = [&](const std::string& address) {
        return std::vector<std::string>{"sh", "-c",
                                        "cd '" + folder.path().string() +
                                            "' && exec openssl s_server -quiet -HTTP -accept " +
                                            address + " -cert cert.pem -key key.pem"};
    };
    const ChildProcess server(serve(host), folder / "log");
    REQUIRE(wait_for_port(port));

    HttpClient stranger;
    const auto unknown = stranger.send(get("https://" + host + "/go"));
    REQUIRE_FAULT(unknown, Fault::Io);
    REQUIRE(unknown.error().message().starts_with(host + ": certificate is not trusted: "));

    // A client each: the server talks to one connection at a time.
    REQUIRE_REFUSED(trusting(cert).send(get("https://" + host + "/go")),
                    host + ": redirect from https to http at '127.0.0.1:1'");
    const auto other_name =
        trusting(cert).send(get("https://localhost:" + std::to_string(port) + "/"));
    REQUIRE_FAULT(other_name, Fault::Io);
    INFO(other_name.error().message());
    REQUIRE(other_name.error().message().find("certificate is not trusted") != std::string::npos);

    // What a request says of its host is not true of the host that it leads to.
    const std::uint16_t other_port = free_port();
    const std::string other = "127.0.0.1:" + std::to_string(other_port);
    const ChildProcess other_server(serve(other), folder / "other_log");
    REQUIRE(wait_for_port(other_port));
    REQUIRE_OK(write_file(folder / "there", as_bytes("HTTP/1.1 302 Found\r\nLocation: https://" +
                                                     other + "/go\r\nContent-Length: 0\r\n\r\n")));
    Request request = get("https://" + host + "/there");
    request.tls = std::make_shared<const TlsFiles>(
        TlsFiles{std::string(as_text(read_file(cert, 10'000).value())), "", ""});
    const auto led = HttpClient().send(request);
    REQUIRE_FAULT(led, Fault::Io);
    REQUIRE(led.error().message().starts_with(other + ": certificate is not trusted: "));

    REQUIRE_OK(write_file(folder / "nothing", as_bytes("no certificate")));
    auto lost = trusting((folder / "nothing").string());
    REQUIRE_REFUSED(lost.send(get("https://" + host + "/go")),
                    host + ": what is to be trusted is no certificate in PEM");
    HttpClient refusing({.tls_of = [](const std::string& authority) {
        return Result<std::shared_ptr<const TlsFiles>>(Error(Fault::Config, "no " + authority));
    }});
    REQUIRE_REFUSED(refusing.send(get("https://" + host + "/go")), "no " + host);
}

TEST_CASE("requests run side by side, and one that is waited for does not lose the others",
          "[http]") {
    std::atomic<bool> go{false};
    ScriptedServer server([&](Peer& peer) {
        for (;;) {
            const std::string request = peer.read_request();
            if (request.empty()) return;
            for (int i = 0; i < 5000 && request.starts_with("GET /slow") && !go; ++i) peer.pause(1);
            if (!peer.answer("200 OK", "", request.substr(4, 5))) return;
        }
    });
    HttpClient http;
    const auto slow = http.start(get(server.url("/slow")));
    const auto fast = http.start(get(server.url("/fast")));
    const auto bad = http.start(get("ftp://x"));
    REQUIRE(http.send(get(server.url("/sent")))->body == to_buffer("/sent"));
    std::map<HttpClient::Id, std::string> ended;
    const auto collect = [&] {
        for (auto& one : http.wait(std::chrono::milliseconds{20})) {
            ended[one.id] =
                one.answer ? std::string(as_text(one.answer->body)) : one.answer.error().message();
        }
    };
    for (int i = 0; i < 200 && ended.size() < 2; ++i) collect();
    REQUIRE(ended == std::map<HttpClient::Id, std::string>{{fast, "/fast"},
                                                           {bad, "URL is not http or https"}});
    go = true;
    for (int i = 0; i < 200 && ended.size() < 3; ++i) collect();
    REQUIRE(ended[slow] == "/slow");
    REQUIRE(server.connections() <= 3);
    REQUIRE(http.connect_time("127.0.0.1:" + std::to_string(server.port())).has_value());
    REQUIRE_FALSE(http.connect_time("other.example").has_value());
}

TEST_CASE("bodies together come no faster than the limit, and each has its turn", "[http]") {
    constexpr std::uint64_t kSize = 300'000;
    ScriptedServer server([&](Peer& peer) {
        while (!peer.read_request().empty()) {
            if (!peer.answer("200 OK", "", std::string(kSize, 'x'))) return;
        }
    });
    HttpClient http(HttpOptions{.most_rate = 1'000'000});
    std::map<HttpClient::Id, std::uint64_t> received;
    std::uint64_t lead = 0;  // of the first over the last, at most
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 3; ++i) {
        Request request = get(server.url("/"));
        const HttpClient::Id id = static_cast<HttpClient::Id>(i) + 1;
        request.sink = [&, id](Bytes piece) -> Result<void> {
            received[id] += piece.size();
            if (received.size() < 3) return {};
            const auto by_bytes = [](const auto& a, const auto& b) { return a.second < b.second; };
            const auto [least, most] =
                std::minmax_element(received.begin(), received.end(), by_bytes);
            lead = std::max(lead, most->second - least->second);
            return {};
        };
        REQUIRE(http.start(std::move(request)) == id);
    }
    for (std::size_t ended = 0; ended < 3;) {
        for (const auto& one : http.wait(std::chrono::milliseconds{1'000})) {
            REQUIRE_OK(one.answer);
            ++ended;
        }
    }
    const auto time = std::chrono::steady_clock::now() - start;
    for (const auto& [id, bytes] : received) REQUIRE(bytes == kSize);
    // All but what is free at first, and the last piece, which nobody waits for.
    REQUIRE(time >= std::chrono::milliseconds{900 - 100 - 17});
    REQUIRE(lead <= 150'000);
}

TEST_CASE("a sink that failed is not asked again when there is room", "[http]") {
    ScriptedServer server([&](Peer& peer) {
        if (!peer.read_request().empty()) peer.answer("200 OK", "", std::string(300'000, 'x'));
    });
    HttpClient http(HttpOptions{.most_rate = 400'000});
    Request request = get(server.url("/"));
    for (const std::size_t most : {1UL, 20'000UL, 100'000UL, 250'000UL}) {
        std::size_t received = 0;
        bool failed = false;
        request.sink = [&](Bytes piece) -> Result<void> {
            REQUIRE_FALSE(failed);
            received += piece.size();
            failed = received > most;
            return failed ? Result<void>(Error(Fault::Io, "disk is full")) : Result<void>();
        };
        REQUIRE_REFUSED(http.send(request),
                        "127.0.0.1:" + std::to_string(server.port()) + ": disk is full");
        REQUIRE(received > most);
    }
}

TEST_CASE("our own patience is no stall", "[http]") {
    ScriptedServer server([&](Peer& peer) {
        if (!peer.read_request().empty()) peer.answer("200 OK", "", std::string(40'000, 'x'));
    });
    HttpClient http(HttpOptions{.most_rate = 20'000});  // a piece takes most of a second
    Request request = get(server.url("/"));
    request.stall_timeout = 500ms;
    std::size_t received = 0;
    request.sink = [&](Bytes piece) -> Result<void> {
        received += piece.size();
        return {};
    };
    REQUIRE_OK(http.send(request));
    REQUIRE(received == 40'000);
}

TEST_CASE("of what is cancelled nothing is heard", "[http]") {
    ScriptedServer server([&](Peer& peer) {
        if (!peer.read_request().empty())
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
        peer.read_request();
    });
    HttpClient http;
    std::string seen;
    Request request = get(server.url("/"));
    request.sink = [&](Bytes piece) -> Result<void> {
        seen += as_text(piece);
        return {};
    };
    const auto id = http.start(request);
    for (int i = 0; i < 200 && seen.empty(); ++i) {
        REQUIRE(http.wait(std::chrono::milliseconds{20}).empty());
    }
    REQUIRE(seen == "half");
    http.cancel(id);
    REQUIRE(http.wait(std::chrono::milliseconds{20}).empty());
}

TEST_CASE("a loop that waits is woken from another thread", "[http]") {
    HttpClient http;
    const auto start = std::chrono::steady_clock::now();
    std::thread other([&] { http.wake(); });
    http.wait(std::chrono::milliseconds{20'000});
    other.join();
    REQUIRE(std::chrono::steady_clock::now() - start < std::chrono::seconds{10});
}

TEST_CASE("who was told that a URL is public does not connect to a local address", "[http]") {
    AnsweringServer server([](const std::string&) { return answer_text("200 OK", "", "x"); });
    HttpClient http;
    Request request = get(server.url("/"));
    request.public_only = true;
    REQUIRE_REFUSED(http.send(request),
                    server.host() + ": redirect to a host that resolves to a local address");
    REQUIRE(server.connections() == 0);
}
