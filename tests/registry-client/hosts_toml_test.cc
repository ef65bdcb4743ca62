#include "registry-client/hosts_toml.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"

using namespace boltseal;
using namespace boltseal::test;

namespace {

namespace fs = std::filesystem;

Reference image(const std::string& text) {
    return parse_reference(text).value();
}

Result<ImagePlaces> parse(const std::string& text, const std::string& name = "h.example/team/app") {
    return parse_hosts_toml(as_bytes(text), "/nowhere", image(name));
}

std::string where(const RegistryPlace& place) {
    std::string out = place.api + (place.digests ? " digests" : "") + (place.tags ? " tags" : "");
    if (!place.upstream.empty()) out += " for " + place.upstream;
    for (const auto& [name, value] : place.headers) out.append(" ").append(name + "=" + value);
    return out;
}

void put(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    REQUIRE_OK(write_file(path, as_bytes(text)));
}

}  // namespace

TEST_CASE("hosts are mirrors in the order of the file", "[hosts_toml]") {
    const auto found = parse(
        "server = 'https://h.example'\n"
        "[host.'https://z.example/cache']\ncapabilities = ['pull']\n"
        "[host.'http://a.example:5000']\ncapabilities = ['pull', 'resolve', 'push']\n"
        "[host.'b.example/v2/proxy']\noverride_path = true\ndial_timeout = '5s'\n"
        "[host.'b.example/v2/proxy'.header]\nx-one = 'a'\nx-two = ['b', 'c']\n"
        "[host.'https://c.example/v2/']\ncapabilities = ['resolve']\n");
    REQUIRE_OK(found);
    REQUIRE(found->registry.registry == "h.example");
    REQUIRE(where(found->registry) == "https://h.example/v2 digests tags");
    REQUIRE(found->mirrors.size() == 4);
    REQUIRE(where(found->mirrors[0]) == "https://z.example/cache/v2 digests for h.example");
    REQUIRE(where(found->mirrors[1]) == "http://a.example:5000/v2 digests tags for h.example");
    REQUIRE(found->mirrors[1].plain);
    REQUIRE(where(found->mirrors[2]) ==
            "https://b.example/v2/proxy digests tags for h.example x-one=a x-two=b x-two=c");
    REQUIRE(where(found->mirrors[3]) == "https://c.example/v2 tags for h.example");
    REQUIRE(found->mirrors[3].repository == "team/app");
}

TEST_CASE("the registry is where the file says, or where it always is", "[hosts_toml]") {
    REQUIRE(where(parse("")->registry) == " digests tags");
    const auto elsewhere = parse("server = 'https://cache.example:5000'\n");
    REQUIRE(where(elsewhere->registry) ==
            "https://cache.example:5000/v2 digests tags for h.example");
    const auto hub = parse("server = 'https://registry-1.docker.io'\n", "alpine");
    REQUIRE(hub->registry.registry == "docker.io");
    REQUIRE(hub->registry.upstream.empty());
}

TEST_CASE("what is no hosts.toml is refused with its line", "[hosts_toml]") {
    struct Row {
        const char* text;
        const char* why;
    };
    const auto row = GENERATE(values<Row>({
        {"x = 1\n", "line 1: 'x' is unknown"},
        {"host = 1\n", "line 1: 'host' is a number, expected a table"},
        {"[host.'https://m']\nx = 1\n", "line 2: 'x' is unknown"},
        {"[host.'https://m']\ncapabilities = ['all']\n", "line 2: capability 'all' is unknown"},
        {"[host.'https://m']\ncapabilities = 1\n",
         "line 2: 'capabilities' is a number, expected a string or a list of strings"},
        {"[host.'https://m']\ncapabilities = [1]\n",
         "line 2: 'capabilities' is a number, expected a string or a list of strings"},
        {"[host.'https://m']\nskip_verify = true\n",
         "line 2: 'skip_verify' is not followed: TLS is always verified"},
        {"[host.'https://m']\nca = 'ca.pem'\n", "'/nowhere/ca.pem' does not exist"},
        {"[host.'https://m']\nclient = [['a', 'b'], ['c', 'd']]\n",
         "line 2: 'client' is a list, expected a string or a list of strings"},
        {"[host.'https://m']\nclient = ['a', 'b']\n",
         "line 2: 'client' is more than one certificate with its key"},
        {"[host.'https://m']\nclient = [['a', 'b', 'c']]\n",
         "line 2: 'client' is more than one certificate with its key"},
        {"[host.'ftp://m']\n", "line 1: host 'ftp://m' is no URL of a registry"},
        {"[host.'https://u@m']\n", "line 1: host 'https://u@m' is no URL of a registry"},
        {"[host.'https://m/?x=y']\n", "line 1: host 'https://m/?x=y' is no URL of a registry"},
        {"server = 'https://m?x'\n", "line 1: host 'https://m?x' is no URL of a registry"},
        {"capabilities = ['pull']\n",
         "line 1: the registry itself needs the capabilities 'pull' and 'resolve'"},
    }));
    CAPTURE(row.text);
    REQUIRE_REFUSED(parse(row.text), row.why);
    REQUIRE_FAULT(parse(row.text), Fault::Config);
}

TEST_CASE("there are limits to what a file lists", "[hosts_toml]") {
    std::string hosts;
    for (int i = 0; i < 65; ++i) hosts += "[host.'https://m" + std::to_string(i) + "']\n";
    REQUIRE_REFUSED(parse(hosts), "line 1: more than 64 hosts");
    std::string headers = "[host.'https://m'.header]\n";
    for (int i = 0; i < 65; ++i) headers += "x" + std::to_string(i) + " = 'y'\n";
    REQUIRE_REFUSED(parse(headers), "line 1: more than 64 headers");
}

TEST_CASE("certificates are named relative to the file", "[hosts_toml]") {
    const TempFolder temp;
    put(temp / "ca.pem", "ca");
    const auto tls = [&](const std::string& line) {
        const std::string text = "[host.'https://m']\n" + line;
        return *parse_hosts_toml(as_bytes(text), temp.path(), image("h/x"))->mirrors.at(0).tls;
    };
    REQUIRE(tls("ca = 'ca.pem'\n") == TlsFiles{"ca\n", "", ""});
    REQUIRE(tls("ca = ['ca.pem', 'ca.pem']\n") == TlsFiles{"ca\nca\n", "", ""});
    REQUIRE(tls("client = 'both.pem'\n") ==
            TlsFiles{"", (temp / "both.pem").string(), (temp / "both.pem").string()});
    REQUIRE(tls("client = [['c.pem', '/k.pem']]\n") ==
            TlsFiles{"", (temp / "c.pem").string(), "/k.pem"});
}

TEST_CASE("a registry has a folder, or that of all others", "[hosts_toml]") {
    const TempFolder temp;
    const auto server = [&](const std::string& name) {
        const auto found = load_hosts(temp.path(), image(name));
        REQUIRE_OK(found);
        return *found ? (*found)->registry.api : "none";
    };
    REQUIRE(server("h.example/x") == "none");
    put(temp / "_default/hosts.toml", "server = 'https://all.example'\n");
    put(temp / "h.example:5000/hosts.toml", "server = 'https://colon.example'\n");
    REQUIRE(server("h.example:5000/x") == "https://colon.example/v2");
    put(temp / "h.example_5000_/hosts.toml", "server = 'https://port.example'\n");
    put(temp / "h.example/hosts.toml", "server = 'https://host.example'\n");
    REQUIRE(server("h.example:5000/x") == "https://port.example/v2");
    REQUIRE(server("h.example/x") == "https://host.example/v2");
    REQUIRE(server("h.example:80/x") == "https://all.example/v2");
    put(temp / "certs.example/ca.crt", "ca");
    REQUIRE(server("certs.example/x").empty());
    REQUIRE((*load_hosts(temp.path(), image("certs.example/x")))->registry.tls->ca == "ca\n");
    REQUIRE_REFUSED(load_hosts(temp / "nowhere", image("h/x")),
                    "'" + (temp / "nowhere").string() + "' does not exist");
    put(temp / "h.example/hosts.toml", "x = 1\n");
    REQUIRE_REFUSED(load_hosts(temp.path(), image("h.example/x")),
                    "'" + (temp / "h.example/hosts.toml").string() + "': line 1: 'x' is unknown");
}
