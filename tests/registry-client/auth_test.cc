#include "registry-client/auth.h"

#include "core/encoding.h"
#include "net/http_client.h"
#include "tests/check.h"
#include "tests/support/scripted_server.h"

using namespace boltseal;
using namespace boltseal::test;

namespace {

const std::string kScope = "repository:x:pull";

Response refusal(const std::string& challenge) {
    Response out;
    out.status = 401;
    out.headers = {{"www-authenticate", challenge}};
    return out;
}

std::string realm(const AnsweringServer& server) {
    return "Bearer realm=\"" + server.url("/token?a=b") + "\",service=\"reg\"";
}

}  // namespace

TEST_CASE("a token is fetched once for each scope and sent as it came", "[auth]") {
    AnsweringServer server([](const std::string&) {
        return answer_text("200 OK", "", R"({"token":"tok","expires_in":60})");
    });
    HttpClient client;
    Authenticator anonymous(client, server.url("/"), std::nullopt, {});
    REQUIRE(anonymous.authorization(kScope).empty());
    REQUIRE_OK(anonymous.answer(refusal(realm(server) + ",scope=\"wanted\""), kScope));
    REQUIRE(anonymous.authorization(kScope) == "Bearer tok");
    REQUIRE(anonymous.authorization("other").empty());
    Authenticator known(client, server.url("/"), Credential{"u", "p&w", "", ""}, {});
    REQUIRE_OK(known.answer(refusal(realm(server)), kScope));
    Authenticator refreshing(client, server.url("/"), Credential{"", "", "id&token", ""}, {});
    REQUIRE_OK(refreshing.answer(refusal(realm(server)), kScope));

    const auto requests = server.requests();
    REQUIRE(requests.at(0).starts_with(
        "GET /token?a=b&service=reg&scope=wanted&scope=repository%3Ax%3Apull HTTP/1.1\r\n"));
    REQUIRE(requests[0].find("Authorization") == std::string::npos);
    REQUIRE(requests.at(1).starts_with(
        "GET /token?a=b&service=reg&scope=repository%3Ax%3Apull&account=u HTTP/1.1\r\n"));
    REQUIRE(requests[1].find("Authorization: Basic " + to_base64(as_bytes("u:p&w"))) !=
            std::string::npos);
    REQUIRE(requests.at(2).starts_with("POST /token?a=b HTTP/1.1\r\n"));
    REQUIRE(requests[2].ends_with(
        "service=reg&grant_type=refresh_token&refresh_token=id%26token&client_id=boltseal&"
        "scope=repository%3Ax%3Apull"));
}

TEST_CASE("credentials go to no realm that could steal them", "[auth]") {
    HttpClient client;
    const auto answer = [&](const std::string& origin, const std::string& url) {
        Authenticator registry(client, origin, Credential{"u", "p", "", ""}, {});
        return registry.answer(refusal("Bearer realm=\"" + url + "\""), kScope);
    };
    REQUIRE_REFUSED(answer("https://h.example/", "http://auth.example/"),
                    "realm of the token service is not https");
    REQUIRE_REFUSED(answer("http://h.example/", "http://auth.example/"),
                    "realm of the token service is on another host, and is not https");
    REQUIRE_REFUSED(answer("http://127.0.0.1:1/", "http://auth.example/"),
                    "realm of the token service is on another host, and is not https");
    for (const std::string host : {"169.254.169.254", "10.0.0.1", "[::1]", "localhost", "127.1"}) {
        REQUIRE_REFUSED(answer("https://h.example/", "https://" + host + "/"),
                        "realm of the token service is a local address");
    }
    REQUIRE_REFUSED(answer("https://h.example/", "https://a@b/"),
                    "realm of the token service: URL has user information");
    REQUIRE_REFUSED(answer("https://h.example/", "file:///x"),
                    "realm of the token service: URL is not http or https");
}

TEST_CASE("what is no token is no login", "[auth]") {
    std::string body;
    std::string status = "200 OK";
    AnsweringServer server([&](const std::string&) { return answer_text(status, "", body); });
    HttpClient client;
    Authenticator registry(client, server.url("/"), std::nullopt, {});
    const auto answer = [&] { return registry.answer(refusal(realm(server)), kScope); };
    body = R"({"x":"y"})";
    REQUIRE_REFUSED(answer(), "token service: answer has no token");
    body = R"({"token":"a\r\nX: y"})";
    REQUIRE_REFUSED(answer(), "token service: token has characters that no header may have");
    body = R"({"token":")" + std::string(70'000, 'a') + R"("})";
    REQUIRE_REFUSED(answer(), server.host() + ": body of the answer is larger than 65536 bytes");
    status = "401 Unauthorized";
    body = "";
    REQUIRE_REFUSED(answer(), "token service refused with status 401");
    status = "503 Busy";
    REQUIRE_FAULT(answer(), Fault::Io);
    REQUIRE(registry.authorization(kScope).empty());
}

TEST_CASE("a token is replaced before it expires, by the time that has passed here", "[auth]") {
    using namespace std::chrono_literals;
    std::string life = R"(,"expires_in":300)";
    int given = 0;
    bool gives = true;
    AnsweringServer server([&](const std::string&) {
        if (!gives) return answer_text("403 Forbidden", "", "");
        return answer_text("200 OK", "",
                           R"({"token":"t)" + std::to_string(++given) + "\"" + life + "}");
    });
    HttpClient client;
    Authenticator::Time now{};
    Authenticator registry(client, server.url("/"), std::nullopt, {}, [&] { return now; });
    const auto token = [&] { return registry.authorization(kScope); };
    const auto ask = [&] { REQUIRE_OK(registry.answer(refusal(realm(server)), kScope)); };

    ask();
    now += 269s;
    REQUIRE(token() == "Bearer t1");
    now += 1s;
    REQUIRE(token() == "Bearer t2");
    REQUIRE(token() == "Bearer t2");
    now += 270s;
    gives = false;
    REQUIRE(token() == "Bearer t2");  // as long as it lasts,
    gives = true;
    REQUIRE(token() == "Bearer t2");  // without asking for each request
    life = R"(,"expires_in":19)";
    ask();
    now += 3600s;
    REQUIRE(token() == "Bearer t3");
    life = "";
    ask();
    now += 3600s;
    REQUIRE(token() == "Bearer t4");
}

TEST_CASE("a password is shown once, and only when asked for", "[auth]") {
    HttpClient client;
    Authenticator registry(client, "https://h.example/", Credential{"u", "p", "", ""}, {});
    REQUIRE(registry.authorization(kScope).empty());
    REQUIRE_OK(registry.answer(refusal("Basic realm=\"x\""), kScope));
    REQUIRE(registry.authorization(kScope) == "Basic " + to_base64(as_bytes("u:p")));
    REQUIRE_REFUSED(registry.answer(refusal("Basic realm=\"x\""), kScope),
                    "registry refused the user name and password");
    Authenticator nobody(client, "https://h.example/", std::nullopt, {});
    REQUIRE_REFUSED(nobody.answer(refusal("Basic realm=\"x\""), kScope),
                    "registry wants a user name and password");
    REQUIRE_REFUSED(nobody.answer(refusal("Digest realm=\"x\""), kScope),
                    "registry asks for no known kind of login");
}
