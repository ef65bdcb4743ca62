#include "transparency/http_server.h"

#include "tests/check.h"
#include "tests/support/raw_client.h"

#include <atomic>
#include <csignal>
#include <thread>

using namespace boltseal;
using namespace boltseal::test;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

using Handler = std::function<ApiResponse(const ApiRequest&)>;

struct TestServer {
    std::atomic<int> handled{0};
    Workers workers{4};
    std::unique_ptr<HttpServer> server;

    explicit TestServer(const HttpLimits& limits = {}, Handler handler = {}) {
        auto count = [this, handler](const ApiRequest& request) {
            ++handled;
            if (handler) return handler(request);
            ApiResponse response;
            response.content_type = "text/plain";
            response.body = "ok";
            return response;
        };
        auto started = HttpServer::start({"127.0.0.1", 0}, on_workers(workers, count), limits);
        REQUIRE_OK(started);
        server = *std::move(started);
        REQUIRE(server->port() != 0);
    }

    std::string exchange(const std::string& bytes) const {
        RawClient client(server->port());
        client.send(bytes);
        return client.read_all();
    }
};

bool has_status(const std::string& answer, int status) {
    return answer.starts_with("HTTP/1.1 " + std::to_string(status) + " ");
}

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr char kGetClose[] = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

}  // namespace

TEST_CASE("addresses to listen on are literal", "[http_server]") {
    for (const char* good : {"127.0.0.1:8470", "0.0.0.0:0", "[::1]:8470", "[2001:db8::1]:65535"}) {
        CAPTURE(good);
        const auto address = parse_listen_address(good);
        REQUIRE_OK(address);
        REQUIRE(to_string(*address) == good);
    }
    for (const char* bad : {"", "8470", ":8470", "localhost:8470", "127.0.0.1",
                            "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:80x",
                            "::1:8470", "[::1]", "[127.0.0.1]:80", "[]:80", "127.1:80"}) {
        CAPTURE(bad);
        REQUIRE_REFUSED(parse_listen_address(bad),
                        "'" + std::string(bad) + "' is no address to listen on");
    }
}

TEST_CASE("an address that is taken is a configuration error", "[http_server]") {
    const TestServer first;
    const auto second = HttpServer::start({"127.0.0.1", first.server->port()},
                                          [](const ApiRequest&, const Reply&) {});
    REQUIRE_FAULT(second, Fault::Config);
    REQUIRE_FAULT(HttpServer::start({"192.0.2.1", 0}, [](const ApiRequest&, const Reply&) {}),
                  Fault::Config);
}

TEST_CASE("the server listens on IPv6 too", "[http_server]") {
    const auto server = HttpServer::start({"::1", 0}, [](const ApiRequest&, const Reply&) {});
    if (!server) SKIP("there is no IPv6 loopback here: " << server.error().message());
    REQUIRE((*server)->port() != 0);
}

TEST_CASE("the handler gets method, path and body, and its answer goes out", "[http_server]") {
    const TestServer server({}, [](const ApiRequest& request) {
        ApiResponse response;
        response.status = 503;
        response.content_type = "text/x";
        response.retry_after = 7;
        response.allow = "GET";
        response.cache_control = "no-cache";
        response.body =
            request.method + " " + request.path + " " + std::string(as_text(request.body));
        return response;
    });
    const std::string answer = server.exchange(
        "POST /a/b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\na\r\nbc");
    REQUIRE(has_status(answer, 503));
    REQUIRE(answer.ends_with("\r\n\r\nPOST /a/b a\r\nbc"));
    for (const char* field :
         {"Content-Type: text/x", "Retry-After: 7", "Allow: GET", "Cache-Control: no-cache",
          "Connection: close", "Access-Control-Allow-Origin: *", "Content-Length: 15"}) {
        CAPTURE(field, answer);
        REQUIRE(answer.find("\r\n" + std::string(field) + "\r\n") != std::string::npos);
    }
}

TEST_CASE("HEAD is answered without a body, with its length", "[http_server]") {
    const TestServer server;
    const std::string answer =
        server.exchange("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    REQUIRE(has_status(answer, 200));
    REQUIRE(answer.find("\r\nContent-Length: 2\r\n") != std::string::npos);
    REQUIRE(answer.ends_with("\r\n\r\n"));
}

TEST_CASE("an exception does not leave the server", "[http_server]") {
    const TestServer server(
        {}, [](const ApiRequest&) -> ApiResponse { throw std::runtime_error("secret"); });
    const std::string answer = server.exchange(kGetClose);
    REQUIRE(has_status(answer, 500));
    REQUIRE(answer.find("secret") == std::string::npos);
    REQUIRE(answer.find("internal error") != std::string::npos);
}

TEST_CASE("several requests go over one connection, one after the other", "[http_server]") {
    TestServer server({.max_requests = 4});
    RawClient client(server.server->port());
    for (int i = 0; i < 3; ++i) {
        REQUIRE(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nGET"));
        const std::string answer = client.read_ok();
        REQUIRE(has_status(answer, 200));
        REQUIRE(answer.find("Connection: close") == std::string::npos);
    }
    REQUIRE(client.send(kGet));
    REQUIRE(client.read_all().find("Connection: close") != std::string::npos);
    REQUIRE(server.handled == 4);
}

TEST_CASE("bytes that come with a request and belong to none end the connection", "[http_server]") {
    TestServer server;
    const auto bytes = GENERATE_COPY(values<std::string>({
        std::string(kGet) + kGet,
        std::string(kGet) + "x",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /x HTTP/1.1\r\n",
    }));
    const std::string answer = server.exchange(bytes);
    CAPTURE(answer);
    REQUIRE(has_status(answer, 400));
    REQUIRE(answer.find("bytes after the request") != std::string::npos);
    REQUIRE(server.handled == 0);
}

TEST_CASE("attack requests are answered with their status, once, and never reach the handler",
          "[http_server]") {
    struct Row {
        std::string bytes;
        int status;
    };
    const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
    const auto row = GENERATE_COPY(values<Row>({
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.1\nHost: a\n\n", 400},
        {"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET / HTTP/1.0\r\nHost: a\r\n\r\n", 505},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {std::string("\x16\x03\x01\x02\x00\x01\x00\n", 8), 400},  // TLS
        {post + "Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde", 400},
        {post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501},
        {post + "Transfer-Encoding: chunked\r\n\r\n-2\r\n", 501},
        {post + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
        {post + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", 415},
        {post + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n", 417},
        {post + "Content-Length: 4194305\r\n\r\n" + std::string(1000, 'a'), 413},
        {post + "\r\n", 411},
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nA: %0d%0aSet-Cookie: x\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nREMOTE_ADDR: 6.6.6.6\r\n\r\n", 400},
        {"GET /" + std::string(8000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
        {"GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(20'000, 'a'), 431},
        {"GET / HTTP/1.1\r\nHost: a\r\n" + std::string(100'000, 'a'), 431},
    }));
    TestServer server;
    const std::string answer = server.exchange(row.bytes);
    CAPTURE(row.bytes.substr(0, 200), answer);
    REQUIRE(has_status(answer, row.status));
    REQUIRE(answer.find("HTTP/1.1", 1) == std::string::npos);
    REQUIRE(answer.find("\r\nConnection: close\r\n") != std::string::npos);
    REQUIRE(server.handled == 0);
    REQUIRE(has_status(server.exchange(kGetClose), 200));  // and the server lives
}

TEST_CASE("slow heads and bodies have a deadline for the whole, not for each byte",
          "[http_server]") {
    const TestServer server({.head = milliseconds(300), .body = milliseconds(300)});
    const auto [start, answer] = GENERATE(table<std::string, std::string>(
        {{"GET / HTTP/1.1\r\nHost: a\r\nX: ", "head took too long"},
         {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n", "body took too long"}}));
    RawClient client(server.server->port());
    const auto begin = Clock::now();
    REQUIRE(client.send(start));
    std::atomic<bool> done{false};
    std::thread drip([&] {
        while (!done && client.send("a")) std::this_thread::sleep_for(milliseconds(20));
    });
    const std::string got = client.read_all();
    const auto took = Clock::now() - begin;
    done = true;
    drip.join();
    CAPTURE(got);
    REQUIRE(has_status(got, 408));
    REQUIRE(got.find(answer) != std::string::npos);
    REQUIRE(took >= milliseconds(250));
    REQUIRE(took < milliseconds(3000));
}

TEST_CASE("clients that send nothing are closed", "[http_server]") {
    const TestServer server({.head = milliseconds(300)});
    RawClient silent(server.server->port());
    const auto begin = Clock::now();
    REQUIRE(silent.read_all().empty());
    REQUIRE(Clock::now() - begin < milliseconds(3000));
}

TEST_CASE("a connection is kept between requests for as long as it may idle", "[http_server]") {
    const TestServer server({.idle = milliseconds(400)});
    RawClient client(server.server->port());
    for (int i = 0; i < 3; ++i) {
        REQUIRE(client.send(kGet));
        REQUIRE(has_status(client.read_ok(), 200));
        std::this_thread::sleep_for(milliseconds(100));
    }
    const auto begin = Clock::now();
    REQUIRE(client.read_all().empty());
    REQUIRE(Clock::now() - begin < milliseconds(3000));
}

TEST_CASE("thousands of idle connections do not keep others out", "[http_server]") {
    const TestServer server({.max_connections = 500});
    std::vector<std::unique_ptr<RawClient>> idle;
    for (int i = 0; i < 1500; ++i) {
        idle.push_back(std::make_unique<RawClient>(server.server->port()));
        if (i % 3 == 0) REQUIRE(idle.back()->send("GET / HTTP/1.1\r\nHost"));  // slow heads too
    }
    const auto begin = Clock::now();
    RawClient client(server.server->port());
    for (int i = 0; i < 10; ++i) {
        REQUIRE(client.send(kGet));
        REQUIRE(has_status(client.read_ok(), 200));
    }
    REQUIRE(Clock::now() - begin < milliseconds(2000));
    REQUIRE(idle.front()->read_all().empty());  // the oldest made room
    REQUIRE(server.server->metrics().gave_way.value() == 1001);
    REQUIRE(server.server->metrics().turned_away.value() == 0);
}

TEST_CASE("a connection that is being answered makes no room for others", "[http_server]") {
    std::atomic<bool> go{false};
    TestServer server({.max_connections = 1}, [&](const ApiRequest&) {
        while (!go) std::this_thread::sleep_for(milliseconds(1));
        ApiResponse response;
        response.content_type = "text/plain";
        response.body = "ok";
        return response;
    });
    RawClient first(server.server->port());
    REQUIRE(first.send(kGet));
    while (server.handled == 0) std::this_thread::yield();
    RawClient second(server.server->port());
    REQUIRE(second.read_all().empty());
    REQUIRE(server.server->metrics().turned_away.value() == 1);
    go = true;
    REQUIRE(has_status(first.read_ok(), 200));
}

TEST_CASE("bodies that are being received hold a bounded amount of memory", "[http_server]") {
    const TestServer server({.max_buffered = 1'000'000});
    const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ";
    RawClient slow(server.server->port());
    REQUIRE(slow.send(head + "900000\r\n\r\n"));
    REQUIRE(slow.send(std::string(600'000, 'a')));
    std::this_thread::sleep_for(milliseconds(200));
    const std::string refused = server.exchange(head + "500000\r\n\r\n");
    REQUIRE(has_status(refused, 503));
    REQUIRE(refused.find("too many requests are waiting") != std::string::npos);
    REQUIRE(slow.send(std::string(300'000, 'a')));
    REQUIRE(has_status(slow.read_ok(), 200));
    const std::string taken = server.exchange(
        "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        "Content-Length: 500000\r\n\r\n" +
        std::string(500'000, 'a'));
    REQUIRE(has_status(taken, 200));
}

TEST_CASE("answers that wait to be read hold a bounded amount of memory", "[http_server]") {
    const TestServer server({.max_buffered = 60'000'000}, [](const ApiRequest& request) {
        ApiResponse response;
        response.content_type = "text/plain";
        response.body = request.path == "/large" ? std::string(32'000'000, 'a') : "ok";
        return response;
    });
    RawClient slow(server.server->port());
    REQUIRE(slow.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n"));
    std::this_thread::sleep_for(milliseconds(300));
    const std::string refused = server.exchange("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    REQUIRE(has_status(refused, 503));
    REQUIRE(refused.find("too many answers are waiting") != std::string::npos);
    REQUIRE(has_status(server.exchange(kGetClose), 200));  // small ones go on
}

TEST_CASE("a client that does not read its answer is given up", "[http_server]") {
    const HttpLimits limits{.answer = milliseconds(300), .slowest_answer = 100'000'000};
    TestServer server(limits, [](const ApiRequest& request) {
        ApiResponse response;
        response.content_type = "text/plain";
        // More than the buffers of two sockets hold.
        response.body = request.path == "/large" ? std::string(32'000'000, 'a') : "ok";
        return response;
    });
    RawClient slow(server.server->port());
    REQUIRE(slow.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n"));
    std::this_thread::sleep_for(milliseconds(1500));
    REQUIRE(has_status(server.exchange(kGetClose), 200));
    const std::string got = slow.read_all();
    REQUIRE(has_status(got, 200));
    REQUIRE(got.size() < 32'000'000);
}

TEST_CASE("a client that reads slowly gets all of a large answer", "[http_server]") {
    const TestServer server({}, [](const ApiRequest&) {
        ApiResponse response;
        response.content_type = "text/plain";
        response.body = std::string(32'000'000, 'a');
        return response;
    });
    RawClient slow(server.server->port());
    REQUIRE(slow.send(kGetClose));
    std::this_thread::sleep_for(milliseconds(200));
    REQUIRE(slow.read_all().ends_with("\r\n\r\n" + std::string(32'000'000, 'a')));
}

TEST_CASE("the handler is told who asks, by the connection and by the head", "[http_server]") {
    const TestServer server({}, [](const ApiRequest& request) {
        ApiResponse response;
        response.body =
            to_string(request.peer) + "|" + request.authorization + "|" + request.forwarded_for;
        return response;
    });
    const std::string answer = server.exchange(
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer x\r\n"
        "X-Forwarded-For: 198.51.100.1\r\n\r\n");
    REQUIRE(answer.ends_with("\r\n\r\n127.0.0.1|Bearer x|198.51.100.1"));
    REQUIRE(server.exchange(kGetClose).ends_with("\r\n\r\n127.0.0.1||"));
}

TEST_CASE("connections and answers are counted, by class of status", "[http_server]") {
    const TestServer server({}, [](const ApiRequest& request) {
        return request.path == "/no" ? error_response(503, "no") : error_response(404, "where");
    });
    server.exchange(kGetClose);
    server.exchange(
        "POST /no HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    server.exchange("nonsense\r\n\r\n");
    const HttpMetrics& metrics = server.server->metrics();
    REQUIRE(metrics.connections.value() == 3);
    REQUIRE(metrics.answers[2].value() == 0);
    REQUIRE(metrics.answers[4].value() == 2);
    REQUIRE(metrics.answers[5].value() == 1);
    std::uint64_t writes = 0;
    for (std::size_t i = 0; i <= Histogram::kBounds; ++i) writes += metrics.write_time.count_in(i);
    REQUIRE(writes == 1);
    REQUIRE(metrics.turned_away.value() == 0);
}

TEST_CASE("a request that nobody answers is answered with 500", "[http_server]") {
    const auto server = HttpServer::start({"127.0.0.1", 0}, [](const ApiRequest&, const Reply&) {});
    REQUIRE_OK(server);
    RawClient client((*server)->port());
    REQUIRE(client.send(kGetClose));
    REQUIRE(has_status(client.read_all(), 500));
}

TEST_CASE("a request is answered once, from any thread", "[http_server]") {
    std::thread later;
    const auto server =
        HttpServer::start({"127.0.0.1", 0}, [&](const ApiRequest&, const Reply& reply) {
            later = std::thread([reply] {
                std::this_thread::sleep_for(milliseconds(50));
                ApiResponse response;
                response.content_type = "text/plain";
                response.body = "ok";
                reply(response);
                response.body = "not ok";
                reply(response);
            });
        });
    REQUIRE_OK(server);
    RawClient client((*server)->port());
    REQUIRE(client.send(kGetClose));
    REQUIRE(client.read_all().ends_with("\r\n\r\nok"));
    later.join();
}

TEST_CASE("workers that have too much to do turn requests away", "[http_server]") {
    Workers workers(1, 1);
    std::atomic<bool> inside{false};
    std::atomic<bool> go{false};
    const auto server = HttpServer::start({"127.0.0.1", 0}, on_workers(workers, [&](const auto&) {
                                              inside = true;
                                              while (!go) std::this_thread::yield();
                                              return error_response(404, "not found");
                                          }));
    REQUIRE_OK(server);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 2; ++i) {
        clients.push_back(std::make_unique<RawClient>((*server)->port()));
        REQUIRE(clients.back()->send(kGetClose));
        while (!inside) std::this_thread::yield();
    }
    std::this_thread::sleep_for(milliseconds(50));
    RawClient third((*server)->port());
    REQUIRE(third.send(kGetClose));
    const std::string answer = third.read_all();
    REQUIRE(has_status(answer, 503));
    REQUIRE(answer.find("\r\nRetry-After: 1\r\n") != std::string::npos);
    go = true;
    for (const auto& client : clients) REQUIRE(has_status(client->read_all(), 404));
}

TEST_CASE("stopping answers what is being worked on", "[http_server]") {
    std::atomic<bool> inside{false};
    auto server = std::make_unique<TestServer>(HttpLimits{}, [&](const ApiRequest&) {
        inside = true;
        std::this_thread::sleep_for(milliseconds(200));
        ApiResponse response;
        response.content_type = "text/plain";
        response.body = "ok";
        return response;
    });
    const RawClient idle(server->server->port());  // does not hold the end up for long
    RawClient client(server->server->port());
    REQUIRE(client.send(kGet));
    while (!inside) std::this_thread::yield();
    std::string answer;
    std::thread reader([&] { answer = client.read_all(); });
    const auto begin = Clock::now();
    server.reset();
    REQUIRE(Clock::now() - begin < milliseconds(5000));
    reader.join();
    REQUIRE(has_status(answer, 200));
    REQUIRE(answer.ends_with("ok"));
}

TEST_CASE("many clients at once are all answered", "[http_server]") {
    TestServer server;
    std::atomic<int> good{0};
    std::vector<std::thread> clients;
    for (int c = 0; c < 32; ++c) {
        clients.emplace_back([&] {
            RawClient client(server.server->port());
            for (int i = 0; i < 20; ++i) {
                if (client.send(kGet) && has_status(client.read_ok(), 200)) ++good;
            }
        });
    }
    for (std::thread& client : clients) client.join();
    REQUIRE(good == 640);
}
