#include "transparency/request_head.h"

#include "tests/catch.h"

using namespace boltseal;

namespace {

constexpr std::size_t kMaxBody = 1000;

RequestHead accepted(const std::string& head) {
    const auto parsed = parse_request_head(head, kMaxBody);
    CAPTURE(head);
    if (const auto* refused = std::get_if<HeadRefusal>(&parsed)) FAIL(refused->why);
    return std::get<RequestHead>(parsed);
}

HeadRefusal refused(const std::string& head) {
    const auto parsed = parse_request_head(head, kMaxBody);
    CAPTURE(head);
    REQUIRE(std::holds_alternative<HeadRefusal>(parsed));
    return std::get<HeadRefusal>(parsed);
}

}  // namespace

TEST_CASE("ordinary requests are let through", "[request_head]") {
    const RequestHead get = accepted("GET /tile/0/x001/000.p/5 HTTP/1.1\r\nHost: log:80\r\n\r\n");
    REQUIRE(get.method == "GET");
    REQUIRE(get.path == "/tile/0/x001/000.p/5");
    REQUIRE(get.content_length == 0);
    REQUIRE(get.keep_alive);

    const RequestHead post = accepted(
        "POST /api/v2/log/entries HTTP/1.1\r\nhost:log\r\nCONTENT-LENGTH:\t 1000 \r\n"
        "Content-Type: application/json; charset=utf-8\r\nConnection: close\r\n"
        "Accept: */*\r\nUser-Agent: a (b; c) \"d\"\r\nX-Empty:\r\n\r\n");
    REQUIRE(post.method == "POST");
    REQUIRE(post.content_length == 1000);
    REQUIRE_FALSE(post.keep_alive);
    REQUIRE(accepted("GET / HTTP/1.1\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n").keep_alive);
    REQUIRE(accepted("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").content_length == 0);
    REQUIRE(accepted("HEAD / HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\n\r\n").method == "HEAD");
}

TEST_CASE("who writes, and for whom, is kept as it was sent", "[request_head]") {
    const RequestHead head = accepted(
        "POST /add HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nauthorization: Bearer aB-_9=\r\n"
        "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.2, 192.0.2.3\r\n\r\n");
    REQUIRE(head.authorization == "Bearer aB-_9=");
    REQUIRE(head.forwarded_for == "192.0.2.2, 192.0.2.3");
    const HeadRefusal twice = refused(
        "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n");
    REQUIRE(twice.why == "more than one Authorization");
    REQUIRE(twice.status == 400);
}

TEST_CASE("request lines have one form", "[request_head]") {
    struct Row {
        std::string line;
        int status;
        const char* why;
    };
    const auto row = GENERATE(values<Row>({
        {"GET /", 400, "request line is malformed"},
        {"GET", 400, "request line is malformed"},
        {"", 400, "request line is malformed"},
        {" GET / HTTP/1.1", 400, "request line is malformed"},
        {"GE(T / HTTP/1.1", 400, "request line is malformed"},
        {"GET / HTTP/1.1 ", 505, "HTTP version not supported"},
        {"GET / HTTP/1.0", 505, "HTTP version not supported"},
        {"GET / HTTP/2.0", 505, "HTTP version not supported"},
        {"GET / http/1.1", 505, "HTTP version not supported"},
        {"PUT / HTTP/1.1", 501, "method not implemented"},
        {"get / HTTP/1.1", 501, "method not implemented"},
        {"CONNECT a:1 HTTP/1.1", 501, "method not implemented"},
        {"GET  / HTTP/1.1", 400, "request target is not a plain path"},
        {"GET /a b HTTP/1.1", 400, "request target is not a plain path"},
        {"GET http://a/ HTTP/1.1", 400, "request target is not a plain path"},
        {"GET * HTTP/1.1", 400, "request target is not a plain path"},
        {"GET /?a HTTP/1.1", 400, "request target is not a plain path"},
        {"GET /#a HTTP/1.1", 400, "request target is not a plain path"},
        {"GET /%2e%2e HTTP/1.1", 400, "request target is not a plain path"},
        {"GET /\xc3\xa4 HTTP/1.1", 400, "request target is not a plain path"},
        {std::string("GET /\0 HTTP/1.1", 15), 400, "request target is not a plain path"},
        {"GET /" + std::string(1024, 'a') + " HTTP/1.1", 414, "request target is too long"},
    }));
    const HeadRefusal refusal = refused(row.line + "\r\nHost: a\r\n\r\n");
    CAPTURE(row.line);
    REQUIRE(refusal.why == row.why);
    REQUIRE(refusal.status == row.status);
}

TEST_CASE("header fields that two parsers could read in two ways are refused", "[request_head]") {
    struct Row {
        std::string fields;
        int status;
        const char* why;
    };
    const std::string host = "Host: a\r\n";
    const auto row = GENERATE_COPY(values<Row>({
        {"", 400, "no Host"},
        {host + host, 400, "more than one Host"},
        {host + "Content-Length: 5\r\nContent-Length: 5\r\n", 400, "more than one Content-Length"},
        {host + "Content-Length: 5, 5\r\n", 400, "Content-Length is not a decimal number"},
        {host + "Content-Length: 0x5\r\n", 400, "Content-Length is not a decimal number"},
        {host + "Content-Length: +5\r\n", 400, "Content-Length is not a decimal number"},
        {host + "Content-Length: -1\r\n", 400, "Content-Length is not a decimal number"},
        {host + "Content-Length: 5x\r\n", 400, "Content-Length is not a decimal number"},
        {host + "Content-Length:\r\n", 400, "Content-Length is not a decimal number"},
        {host + "Content-Length: 00000000005\r\n", 400, "Content-Length is not a decimal number"},
        {host + "Content-Length: 1001\r\n", 413, "body is too large"},
        {host + "Content-Length: 9999999999\r\n", 413, "body is too large"},
        {host, 411, "POST without Content-Length"},
        {host + "Transfer-Encoding: chunked\r\n", 501, "Transfer-Encoding is not accepted"},
        {host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 501,
         "Transfer-Encoding is not accepted"},
        {host + "transfer-encoding: gzip, chunked\r\n", 501, "Transfer-Encoding is not accepted"},
        {host + "Content-Encoding: gzip\r\n", 415, "Content-Encoding is not accepted"},
        {host + "Content-Type: Multipart/form-data; boundary=a\r\n", 415,
         "multipart is not accepted"},
        {host + "Expect: 100-continue\r\n", 417, "Expect is not accepted"},
        {host + "Upgrade: h2c\r\n", 417, "no upgrade"},
        {host + "Connection: keep-alive, Upgrade\r\n", 417, "no upgrade"},
        {host + "Connection: close\r\nConnection: close\r\n", 400, "more than one Connection"},
        {host + "Content-Length : 5\r\n", 400, "header field is malformed"},
        {host + " folded: 5\r\n", 400, "header field is malformed"},
        {host + "\tfolded\r\n", 400, "header field is malformed"},
        {host + "no colon\r\n", 400, "header field is malformed"},
        {host + ": no name\r\n", 400, "header field is malformed"},
        {host + "A\xc3\xa4: 5\r\n", 400, "header field is malformed"},
        {host + "A: %0d%0aB: c\r\n", 400, "header field has a character that is not accepted"},
        {host + "A: \x01\r\n", 400, "header field has a character that is not accepted"},
        {host + std::string("A: \0\r\n", 6), 400,
         "header field has a character that is not accepted"},
        {host + "A: \xff\r\n", 400, "header field has a character that is not accepted"},
        {host + "REMOTE_ADDR: 6.6.6.6\r\n", 400, "header field with a reserved name"},
        {host + "Local_Port: 1\r\n", 400, "header field with a reserved name"},
        {host + "A: b\nContent-Length: 5\r\n", 400, "line does not end in CRLF"},
        {host + "A: b\rContent-Length: 5\r\n", 400, "line does not end in CRLF"},
    }));
    CAPTURE(row.fields);
    const HeadRefusal refusal = refused("POST / HTTP/1.1\r\n" + row.fields + "\r\n");
    REQUIRE(refusal.why == row.why);
    REQUIRE(refusal.status == row.status);
}

TEST_CASE("bodies come with POST only, and heads have their limits", "[request_head]") {
    const HeadRefusal body = refused("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n");
    REQUIRE(body.why == "body on GET");
    REQUIRE(body.status == 400);
    std::string fields = "Host: a\r\n";
    for (int i = 1; i < 64; ++i) fields += "A: b\r\n";
    accepted("GET / HTTP/1.1\r\n" + fields + "\r\n");
    REQUIRE(refused("GET / HTTP/1.1\r\n" + fields + "A: b\r\n\r\n").why ==
            "too many header fields");
    const std::string long_value = "Host: a\r\nA: " + std::string(kMaxRequestHead, 'b') + "\r\n";
    REQUIRE(refused("GET / HTTP/1.1\r\n" + long_value + "\r\n").status == 431);
    REQUIRE(refused("GET / HTTP/1.1\r\nHost: a\r\n\r\nmore").why == "bytes after the request head");
}
