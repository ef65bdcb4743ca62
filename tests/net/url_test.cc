#include "net/url.h"

#include "tests/check.h"

using namespace boltseal;

TEST_CASE("a URL is read the same way by us as by everybody else", "[url]") {
    struct Row {
        const char* text;
        const char* printed;
    };
    const auto row = GENERATE(values<Row>({
        {"https://Registry.Example", "https://registry.example/"},
        {"HTTPS://registry.example:443/v2/", "https://registry.example/v2/"},
        {"http://localhost:5000/v2/?n=1#part", "http://localhost:5000/v2/?n=1"},
        {"http://[::1]:5000", "http://[::1]:5000/"},
        {"https://h?q=1", "https://h/?q=1"},
        {"https://h/a/../b/./c/..", "https://h/b/"},
        {"https://h/a?x=../b", "https://h/a?x=../b"},
        {"https://h/a%2Fb", "https://h/a%2Fb"},
    }));
    const auto url = parse_url(row.text);
    REQUIRE_OK(url);
    REQUIRE(to_string(*url) == row.printed);
}

TEST_CASE("a URL that could be read in two ways is refused", "[url]") {
    struct Row {
        const char* text;
        const char* why;
    };
    const auto row = GENERATE(values<Row>({
        {"", "URL is not http or https"},
        {"file:///etc/passwd", "URL is not http or https"},
        {"registry.example/v2", "URL is not http or https"},
        {"https:/h", "URL has no host"},
        {"https:///path", "URL has no host"},
        {"https://user:pw@h/", "URL has user information"},
        {"https://good.example@evil.example/", "URL has user information"},
        {"https://h\\@evil/", "URL has a backslash"},
        {"https://h/a b", "URL has a character that must be encoded"},
        {"https://h/\r\nX: y", "URL has a character that must be encoded"},
        {"https://h\xC3\xBC/", "URL has a character that must be encoded"},
        {"https://h:0/", "URL has a port that is no number from 1 to 65535"},
        {"https://h:65536/", "URL has a port that is no number from 1 to 65535"},
        {"https://h:99999999999/", "URL has a port that is no number from 1 to 65535"},
        {"https://h:/", "URL has a port that is no number from 1 to 65535"},
        {"https://[::1x]/", "URL has a host that is no IPv6 address"},
        {"https://[::1/", "URL has a port that is no number from 1 to 65535"},
        {"https://[fe80::1%25eth0]/", "URL has a host that is no IPv6 address"},
        {"https://a%2eb/", "URL has a host that is no name"},
    }));
    INFO(row.text);
    REQUIRE_REFUSED(parse_url(row.text), row.why);
    REQUIRE_REFUSED(parse_url("https://h/" + std::string(9000, 'a')),
                    "URL is longer than 8192 bytes");
}

TEST_CASE("references resolve as in RFC 3986 section 5.4", "[url]") {
    struct Row {
        const char* reference;
        const char* want;
    };
    const auto row = GENERATE(values<Row>({
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g/"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"", "http://a/b/c/d;p?q"},
        {"../g", "http://a/b/g"},
        {"../../../g", "http://a/g"},
        {"https://other/x?sig=1", "https://other/x?sig=1"},
    }));
    const auto base = parse_url("http://a/b/c/d;p?q");
    REQUIRE_OK(base);
    const auto url = resolve_url(*base, row.reference);
    REQUIRE_OK(url);
    REQUIRE(to_string(*url) == row.want);
}

TEST_CASE("local addresses are seen through every spelling", "[url]") {
    const std::string local = GENERATE(
        "localhost", "LOCALHOST", "a.localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001",
        "017700000001", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "127.0.0.1.",
        "[::1]", "[::]", "[fe80::1]", "[fd00::1]", "[fec0::1]", "[ff02::1]", "[::ffff:10.0.0.1]",
        "[::127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]", "::1");
    INFO(local);
    REQUIRE(is_local_host(local));
}

TEST_CASE("public addresses and names are not local", "[url]") {
    const std::string host = GENERATE("registry.example", "8.8.8.8", "172.32.0.1", "100.128.0.1",
                                      "[2001:db8::1]", "[::ffff:8.8.8.8]", "10.example", "");
    INFO(host);
    REQUIRE_FALSE(is_local_host(host));
    REQUIRE_FALSE(is_loopback_host(host));
}

TEST_CASE("only loopback is loopback", "[url]") {
    REQUIRE(is_loopback_host("127.9.9.9"));
    REQUIRE(is_loopback_host("[::1]"));
    REQUIRE(is_loopback_host("[::ffff:127.0.0.1]"));
    REQUIRE(is_loopback_host("localhost"));
    REQUIRE_FALSE(is_loopback_host("10.0.0.1"));
    REQUIRE_FALSE(is_loopback_host("[fe80::1]"));
}

TEST_CASE("secrets go over https, or to this machine", "[url]") {
    REQUIRE(is_confidential(parse_url("https://log.example/").value()));
    REQUIRE(is_confidential(parse_url("http://127.0.0.1:8470/").value()));
    REQUIRE(is_confidential(parse_url("http://localhost/").value()));
    REQUIRE_FALSE(is_confidential(parse_url("http://log.example/").value()));
    REQUIRE_FALSE(is_confidential(parse_url("http://10.0.0.1/").value()));
}

TEST_CASE("a query value is encoded byte by byte", "[url]") {
    REQUIRE(percent_encode("sha256:a/b c&=\xFF~") == "sha256%3Aa%2Fb%20c%26%3D%FF~");
}
