#include "registry-client/client.h"

#include "core/file.h"
#include "net/http_client.h"
#include "registry-client/registry_store.h"
#include "tests/check.h"
#include "tests/support/registry_process.h"
#include "tests/support/sample_image.h"
#include "tests/support/scripted_server.h"

#include <algorithm>

using namespace boltseal;
using namespace boltseal::test;

namespace {

struct Fixture {
    explicit Fixture(const std::string& host, std::optional<Credential> credential = {})
        : client(http, host, "team/app", {std::move(credential), {}, short_patience()}),
          store(client) {}
    HttpClient http;
    RegistryClient client;
    RegistryStore store;
};

Result<std::string> get_text(RegistryClient& client, const Descriptor& blob) {
    std::string out;
    BOLTSEAL_CHECK(client.get_blob(blob, [&](Bytes piece) -> Result<void> {
        out += as_text(piece);
        return {};
    }));
    return out;
}

std::string blob_name(const Descriptor& blob, const std::string& host) {
    return host + "/team/app: blob '" + to_string(blob.digest) + "': ";
}

void flip_last_byte(const std::filesystem::path& path) {
    auto bytes = read_file(path, kMaxManifest);
    REQUIRE_OK(bytes);
    bytes->back() ^= 1;
    REQUIRE_OK(write_file(path, *bytes));
}

}  // namespace

TEST_CASE("an image goes to a real registry and comes back", "[client]") {
    const RegistryProcess registry;
    Fixture f(registry.host());
    const ResolvedManifest image = put_image(f.store, "the layer", "v1");
    const auto by_tag = f.client.resolve("v1");
    REQUIRE_OK(by_tag);
    REQUIRE(by_tag->descriptor == image.descriptor);
    REQUIRE(by_tag->bytes == image.bytes);
    REQUIRE_OK(f.client.get_manifest(image.descriptor.digest));
    const auto manifest = parse_manifest(image.bytes, kOciManifest);
    REQUIRE(get_text(f.client, manifest->layers.at(0)).value() == "the layer");
    REQUIRE(f.client.has_blob(manifest->layers[0].digest).value());
    REQUIRE_FALSE(f.client.has_blob(digest_of(as_bytes("nothing"))).value());
    put_image(f.store, "other", "v2");
    REQUIRE(f.client.list_tags().value() == std::vector<std::string>{"v1", "v2"});
}

TEST_CASE("what is not there is missing, in the words of the registry", "[client]") {
    const RegistryProcess registry;
    Fixture f(registry.host());
    const auto refused = f.client.resolve("v1");
    REQUIRE_FAULT(refused, Fault::Missing);
    REQUIRE_REFUSED(refused, registry.host() +
                                 "/team/app: tag 'v1': registry answered with status 404, "
                                 "'MANIFEST_UNKNOWN': 'manifest unknown'");
    const Descriptor nothing = describe(as_bytes("nothing"), "a/b");
    REQUIRE_FAULT(get_text(f.client, nothing), Fault::Missing);
    REQUIRE_FAULT(f.client.resolve("../x"), Fault::Config);
}

TEST_CASE("a byte that flipped in the registry is a matter of integrity", "[client]") {
    const RegistryProcess registry;
    Fixture f(registry.host());
    const ResolvedManifest image = put_image(f.store, "the layer", "v1");
    const auto manifest = parse_manifest(image.bytes, kOciManifest);
    const Descriptor& layer = manifest->layers.at(0);
    flip_last_byte(registry.blob_path(layer.digest.hex()));
    REQUIRE_FAULT(get_text(f.client, layer), Fault::Integrity);
    REQUIRE_REFUSED(get_text(f.client, layer),
                    blob_name(layer, registry.host()) + "the bytes are '" +
                        to_string(digest_of(as_bytes("the layes"))) + "'");
}

TEST_CASE("a registry with a password lets in who has it", "[client]") {
    // htpasswd -Bbn user secret
    const RegistryProcess registry(
        "user:$2b$04$HJ8UEOjeqFRIDgWHAt0TzO2/VFyeIq.TMBK4Y/vsUflsi/yu32xVm");
    Fixture stranger(registry.host());
    const auto refused = stranger.client.resolve("v1");
    REQUIRE_FAULT(refused, Fault::Declined);
    REQUIRE_REFUSED(
        refused, registry.host() + "/team/app: tag 'v1': registry wants a user name and password");
    Fixture known(registry.host(), Credential{"user", "secret", "", ""});
    const auto image = put_image(known.store, "layer", "v1");
    REQUIRE(known.client.resolve("v1")->descriptor == image.descriptor);
    Fixture wrong(registry.host(), Credential{"user", "wrong", "", ""});
    const auto still = wrong.client.resolve("v1");
    REQUIRE_FAULT(still, Fault::Declined);
    REQUIRE(still.error().message().find("registry answered with status 401") != std::string::npos);
}

TEST_CASE("a registry that lies about content is found out", "[client]") {
    std::string body;
    std::string headers;
    AnsweringServer server(
        [&](const std::string&) { return answer_text("200 OK", headers, body); });
    Fixture f(server.host());
    const Descriptor blob = describe(as_bytes("right"), "a/b");
    const std::string name = blob_name(blob, server.host());
    body = "wrong";
    REQUIRE_REFUSED(get_text(f.client, blob),
                    name + "the bytes are '" + to_string(digest_of(as_bytes("wrong"))) + "'");
    body = "righ";
    REQUIRE_REFUSED(get_text(f.client, blob), name + "4 bytes instead of 5");
    body = "right and more";
    REQUIRE_FAULT(get_text(f.client, blob),
                  Fault::Malformed);  // never takes more than one byte more
    body = "right!";
    const auto longer = get_text(f.client, blob);
    REQUIRE_FAULT(longer, Fault::Integrity);
    REQUIRE(longer.error().message().ends_with("more bytes than the 5 of the descriptor"));

    body = R"({"schemaVersion":2,"manifests":[]})";
    headers =
        "Content-Type: text/html\r\nDocker-Content-Digest: " + to_string(blob.digest) + "\r\n";
    REQUIRE_FAULT(f.client.get_manifest(blob.digest), Fault::Integrity);
    REQUIRE_REFUSED(f.client.resolve("v1"), server.host() +
                                                "/team/app: tag 'v1': unknown manifest "
                                                "type 'text/html'");
    headers = "Content-Type: application/vnd.oci.image.index.v1+json\r\n";
    REQUIRE(f.client.resolve("v1")->descriptor.digest == digest_of(as_bytes(body)));
}

TEST_CASE("refusals are told apart, and their text is made harmless", "[client]") {
    struct Row {
        const char* status;
        Fault fault;
        const char* why;
    };
    const auto row = GENERATE(values<Row>({
        {"404 X", Fault::Missing, "registry answered with status 404"},
        {"403 X", Fault::Declined, "registry answered with status 403"},
        {"400 X", Fault::Declined, "registry answered with status 400"},
        {"429 X", Fault::Io, "registry answered with status 429"},
        {"503 X", Fault::Io, "registry answered with status 503"},
        {"501 X", Fault::Io, "registry answered with status 501"},
        {"304 X", Fault::Io, "registry answered with status 304"},
    }));
    AnsweringServer server([&](const std::string&) {
        return answer_text(row.status, "",
                           R"({"errors":[{"code":"DENIED","message":"\u001b[31mgo away"}]})");
    });
    Fixture f(server.host());
    const auto refused = f.client.resolve("v1");
    REQUIRE_FAULT(refused, row.fault);
    const bool has_body = std::string_view(row.status) != "304 X";
    REQUIRE_REFUSED(refused, server.host() + "/team/app: tag 'v1': " + row.why +
                                 (has_body ? R"(, 'DENIED': '\x1b[31mgo away')" : ""));
    const bool repeated = row.fault == Fault::Io && has_body && row.status[2] != '1';
    REQUIRE(server.requests().size() == (repeated ? 4U : 1U));
}

TEST_CASE("a blob that breaks off is resumed where it broke", "[client]") {
    const std::string text = std::string(100'000, 'a') + std::string(100'000, 'b');
    const Descriptor blob = describe(as_bytes(text), "a/b");
    const bool ranges = GENERATE(true, false);
    std::vector<std::string> asked;
    const ScriptedServer server([&](Peer& peer) {
        const std::string request = peer.read_request();
        if (request.empty()) return;
        asked.push_back(request);
        const std::size_t at = request.find("\r\nRange: bytes=");
        const std::size_t from = at == std::string::npos ? 0 : std::stoul(request.substr(at + 15));
        const std::size_t start = ranges ? from : 0;
        std::string head = from > 0 && ranges ? "HTTP/1.1 206 Part\r\nContent-Range: bytes " +
                                                    std::to_string(from) + "-199999/200000\r\n"
                                              : "HTTP/1.1 200 OK\r\n";
        head += "Content-Length: " + std::to_string(text.size() - start) + "\r\n\r\n";
        peer.send(head);
        peer.send(text.substr(start, asked.size() * 70'000));
    });
    Fixture f("127.0.0.1:" + std::to_string(server.port()));
    const auto got = get_text(f.client, blob);
    REQUIRE_OK(got);
    REQUIRE(*got == text);
    REQUIRE(asked.size() > 1);
    REQUIRE(asked.at(1).find("\r\nRange: bytes=70000-\r\n") != std::string::npos);
}

TEST_CASE("a range that starts elsewhere is not taken", "[client]") {
    const Descriptor blob = describe(as_bytes(std::string(1000, 'a')), "a/b");
    std::atomic<int> count{0};
    const ScriptedServer server([&](Peer& peer) {
        if (peer.read_request().empty()) return;
        peer.send(++count == 1 ? "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"
                               : "HTTP/1.1 206 Part\r\nContent-Range: bytes 7-999/1000\r\n"
                                 "Content-Length: 993\r\n\r\nxx");
    });
    const std::string host = "127.0.0.1:" + std::to_string(server.port());
    Fixture f(host);
    REQUIRE_REFUSED(
        get_text(f.client, blob),
        blob_name(blob, host) + host + ": the answer to a range request starts elsewhere");
}

TEST_CASE("a token that ran out is fetched again, once", "[client]") {
    std::atomic<int> tokens{0};
    std::atomic<bool> accept{true};
    std::string realm;
    AnsweringServer server([&](const std::string& request) {
        if (request.starts_with("GET /token")) {
            return answer_text("200 OK", "", "{\"token\":\"t" + std::to_string(++tokens) + "\"}");
        }
        const std::string newest = "Bearer t" + std::to_string(tokens) + "\r\n";
        if (accept && tokens > 0 && request.find(newest) != std::string::npos) {
            return answer_text("200 OK",
                               "Content-Type: application/vnd.oci.image.index.v1+json\r\n",
                               R"({"schemaVersion":2,"manifests":[]})");
        }
        return answer_text("401 No", "WWW-Authenticate: Bearer realm=\"" + realm + "\"\r\n", "");
    });
    realm = server.url("/token");
    Fixture f(server.host());
    REQUIRE_OK(f.client.resolve("v1"));
    REQUIRE_OK(f.client.resolve("v1"));
    REQUIRE(tokens == 1);
    ++tokens;  // the registry knows of no t1 any more
    REQUIRE_OK(f.client.resolve("v1"));
    REQUIRE(tokens == 3);
    accept = false;
    REQUIRE_FAULT(f.client.resolve("v1"), Fault::Declined);
    REQUIRE(tokens == 4);
}

TEST_CASE("a registry behind another URL is asked there, with what is for it alone", "[client]") {
    AnsweringServer other([](const std::string&) { return answer_text("200 OK", "", "{}"); });
    AnsweringServer server([&](const std::string& request) {
        if (request.find("/blobs/") == std::string::npos) return answer_text("404 None", "", "");
        return answer_text("307 Elsewhere", "Location: " + other.url("/cdn") + "\r\n", "");
    });
    HttpClient http;
    RegistryOptions options;
    options.api = server.url("/cache/v2");
    options.upstream = "up.example:5000";
    options.headers = {{"X-Key", "secret"}};
    RegistryClient client(http, "mirror.example", "team/app", options);
    const Descriptor blob = describe(as_bytes("{}"), "text/plain");
    REQUIRE_OK(get_text(client, blob));
    REQUIRE_FAULT(client.list_referrers_api(blob.digest, 9), Fault::Missing);
    const std::string digest = to_string(blob.digest);
    const std::string request = server.requests().at(0);
    REQUIRE(request.starts_with("GET /cache/v2/team/app/blobs/" + digest +
                                "?ns=up.example%3A5000 HTTP/1.1\r\n"));
    REQUIRE(request.find("X-Key: secret\r\n") != std::string::npos);
    REQUIRE(server.requests().at(1).starts_with("GET /cache/v2/team/app/referrers/" + digest +
                                                "?ns=up.example%3A5000 HTTP/1.1\r\n"));
    REQUIRE(other.requests().at(0).find("secret") == std::string::npos);
    REQUIRE(client.host() == server.host());
    REQUIRE(client.name() == "mirror.example/team/app");
}

TEST_CASE("credentials do not follow an upload to another host", "[client]") {
    AnsweringServer other([](const std::string&) { return answer_text("201 Created", "", ""); });
    AnsweringServer server([&](const std::string& request) {
        if (request.starts_with("HEAD")) return answer_text("404 None", "", "");
        return answer_text("202 Go", "Location: " + other.url("/up?state=s") + "\r\n", "");
    });
    Fixture f(server.host(), Credential{"", "", "", "secret"});
    put_text(f.store, "text", "a/b");
    REQUIRE(server.requests().at(1).find("Bearer secret") != std::string::npos);
    const std::string upload = other.requests().at(0);
    REQUIRE(upload.find("secret") == std::string::npos);
    REQUIRE(upload.starts_with("PUT /up?state=s&digest=sha256%3A"));
    REQUIRE(upload.ends_with("\r\n\r\ntext"));
}

TEST_CASE("an upload that fails is begun anew, and content that is wrong never leaves",
          "[client]") {
    std::atomic<int> puts{0};
    AnsweringServer server([&](const std::string& request) {
        if (request.starts_with("HEAD")) return answer_text("404 None", "", "");
        if (request.starts_with("POST")) return answer_text("202 Go", "Location: /up\r\n", "");
        return ++puts < 3 ? answer_text("503 Busy", "", "") : answer_text("201 Made", "", "");
    });
    Fixture f(server.host());
    put_text(f.store, "text", "a/b");
    REQUIRE(puts == 3);
    const std::size_t before = server.requests().size();
    const Descriptor blob = describe(as_bytes("right"), "a/b");
    REQUIRE_REFUSED(f.store.put_blob(blob, produce(as_bytes("wrong"))),
                    "'" + to_string(blob.digest) + "' was asked for, the bytes are '" +
                        to_string(digest_of(as_bytes("wrong"))) + "'");
    REQUIRE(server.requests().size() == before + 1);  // only the HEAD
}

TEST_CASE("a manifest whose digest the registry doubts is sent again, and no other refused one",
          "[client]") {
    for (const std::string code : {"DIGEST_INVALID", "MANIFEST_INVALID"}) {
        int puts = 0;
        AnsweringServer server([&](const std::string&) {
            if (++puts > 1) return answer_text("201 Created", "", "");
            return answer_text("400 Bad Request", "", R"({"errors":[{"code":")" + code + R"("}]})");
        });
        Fixture f(server.host());
        const auto put = f.client.put_manifest("v1", std::string(kOciManifest), as_bytes("{}"));
        REQUIRE(put.has_value() == (code == "DIGEST_INVALID"));
        REQUIRE(puts == (code == "DIGEST_INVALID" ? 2 : 1));
    }
}

TEST_CASE("lists are followed page by page on one host", "[client]") {
    std::string second = "</v2/team/app/tags/list?last=b>; rel=\"next\"";
    AnsweringServer server([&](const std::string& request) {
        if (request.find("last=b") != std::string::npos) {
            return answer_text("200 OK", "", R"({"tags":["c"]})");
        }
        return answer_text("200 OK", "Link: " + second + "\r\n", R"({"tags":["a","b"]})");
    });
    Fixture f(server.host());
    REQUIRE(f.client.list_tags().value() == std::vector<std::string>{"a", "b", "c"});
    second = "<http://localhost:1/x>; rel=\"next\"";
    REQUIRE_REFUSED(f.client.list_tags(),
                    server.host() + "/team/app: list of tags: next page is on another host");
    REQUIRE(next_link("<a>; rel=\"prev\", <b>; rel=\"next\"") == "b");
    REQUIRE_FALSE(next_link("<a>; rel=\"prev\""));
    REQUIRE_FALSE(next_link("nonsense"));
}
