#include "registry-client/credential_helper.h"

#include "core/encoding.h"
#include "core/file.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

using namespace boltseal;
using namespace boltseal::test;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

// Helpers of a test's own, before all others in PATH.
class Helpers {
public:
    Helpers() : path_(std::getenv("PATH")) { set(folder_.path().string() + ":" + path_); }
    ~Helpers() { ::setenv("PATH", path_.c_str(), 1); }
    Helpers(const Helpers&) = delete;
    Helpers& operator=(const Helpers&) = delete;

    void set(const std::string& path) { ::setenv("PATH", path.c_str(), 1); }
    fs::path folder() const { return folder_.path(); }
    void put(const std::string& name, const std::string& script) {
        const fs::path path = folder_ / ("docker-credential-" + name);
        REQUIRE_OK(write_file(path, as_bytes("#!/bin/sh\n" + script + "\n")));
        fs::permissions(path, fs::perms::owner_all);
    }

private:
    TempFolder folder_;
    std::string path_;
};

Result<std::optional<Credential>> ask(const std::string& name,
                                      std::chrono::milliseconds most = kHelperTime) {
    BOLTSEAL_TRY(const fs::path program, find_helper(name));
    return ask_helper(program, "h.example", most);
}

Result<std::optional<Credential>> find(const std::string& file) {
    return find_credential(as_bytes(file), "h.example", "team/app");
}

constexpr const char* kAnswer = R"(read -r server
[ "$1 $server" = "get h.example" ] && echo '{"ServerURL":"h","Username":"u","Secret":"p:w"}')";

}  // namespace

TEST_CASE("a helper is asked for a server and answers with a login", "[credential_helper]") {
    Helpers helpers;
    helpers.put("one", kAnswer);
    const auto found = ask("one");
    REQUIRE_OK(found);
    REQUIRE((*found)->username == "u");
    REQUIRE((*found)->password == "p:w");
    helpers.put("token", R"(echo '{"Username":"<token>","Secret":"t"}')");
    REQUIRE((*ask("token"))->identity_token == "t");
    REQUIRE((*ask("token"))->username.empty());
    helpers.put("none", "echo credentials not found in native keychain; exit 1");
    REQUIRE_FALSE(ask("none")->has_value());
}

TEST_CASE("a helper that fails is named, and nothing it said is", "[credential_helper]") {
    Helpers helpers;
    helpers.put("fails", "echo secret; echo secret >&2; exit 3");
    REQUIRE_REFUSED(ask("fails"), "'docker-credential-fails' failed with status 3");
    helpers.put("talks", "echo secret");
    REQUIRE_REFUSED(ask("talks"),
                    "'docker-credential-talks' answers with something else than a "
                    "user name and a secret");
    helpers.put("floods", "yes secret");
    REQUIRE_REFUSED(ask("floods"), "'docker-credential-floods' answers with more than 65536 bytes");
    for (const auto& refused : {ask("fails"), ask("talks"), ask("floods")}) {
        REQUIRE_FAULT(refused, Fault::Config);
    }
}

TEST_CASE("a helper has so much time, and so has what it starts", "[credential_helper]") {
    Helpers helpers;
    const std::string fifo = (helpers.folder() / "fifo").string();
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const int held = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK);
    helpers.put("sleeps", "exec 9>" + fifo + "; echo x >&9; sleep 1000 & wait");
    REQUIRE_REFUSED(ask("sleeps", 300ms), "'docker-credential-sleeps' takes too long to answer");
    // What the helper has started had the other end as well.
    char byte = 0;
    for (ssize_t n = -1; n != 0;) {
        pollfd wait{held, POLLIN, 0};
        REQUIRE(::poll(&wait, 1, 20'000) == 1);
        n = ::read(held, &byte, 1);
    }
    ::close(held);
    helpers.put("lingers", "exec >&- <&-; exec sleep 1000");
    REQUIRE_REFUSED(ask("lingers", 300ms), "'docker-credential-lingers' takes too long to end");
}

TEST_CASE("only a program of an absolute folder of PATH is a helper", "[credential_helper]") {
    Helpers helpers;
    helpers.put("here", kAnswer);
    REQUIRE_OK(find_helper("here"));
    REQUIRE_REFUSED(find_helper("gone"), "'docker-credential-gone' is not in PATH");
    for (const std::string name : {"", "../x", "a/b", "a b", "$(x)"}) {
        REQUIRE_REFUSED(find_helper(name), "credential helper " + printable(name) + " is no name");
    }
    fs::permissions(helpers.folder() / "docker-credential-here", fs::perms::owner_read);
    if (::access((helpers.folder() / "docker-credential-here").c_str(), X_OK) != 0) {
        REQUIRE_FAULT(find_helper("here"), Fault::Missing);
    }
    fs::permissions(helpers.folder() / "docker-credential-here", fs::perms::owner_all);
    const fs::path before = fs::current_path();
    fs::current_path(helpers.folder());
    helpers.set(":.:");
    REQUIRE_FAULT(find_helper("here"), Fault::Missing);
    fs::current_path(before);
}

TEST_CASE("files say which helper is asked for which registry", "[credential_helper]") {
    Helpers helpers;
    helpers.put("one", kAnswer);
    helpers.put("none", "echo credentials not found in native keychain; exit 1");
    const std::string entry =
        R"("auths":{"h.example":{"auth":")" + to_base64(as_bytes("a:b")) + R"("}})";
    REQUIRE((*find(R"({"credHelpers":{"h.example":"one"},)" + entry + "}"))->username == "u");
    REQUIRE((*find(R"({"credHelpers":{"o.example":"one"},)" + entry + "}"))->username == "a");
    REQUIRE_FALSE(find(R"({"credHelpers":{"h.example":"none"},)" + entry + "}")->has_value());
    REQUIRE((*find(R"({"credsStore":"one",)" + entry + "}"))->username == "a");
    REQUIRE((*find(R"({"credsStore":"one","auths":{"h.example":{}}})"))->username == "u");
    REQUIRE((*find(R"({"credsStore":"one"})"))->username == "u");
    REQUIRE_FALSE(find(R"({"credsStore":"none"})")->has_value());
    REQUIRE_REFUSED(find(R"({"credHelpers":{"h.example":"gone"}})"),
                    "credentials for 'h.example': 'docker-credential-gone' is not in PATH");
    REQUIRE_FAULT(find(R"({"credHelpers":{"h.example":1}})"), Fault::Config);
    REQUIRE_REFUSED(find(R"({"credsStore":"gone","auths":{"h.example":{}}})"),
                    "credentials for 'h.example': 'docker-credential-gone' is not in PATH");
    // A store that was never asked to keep anything for it, and is not there.
    REQUIRE_FALSE(find(R"({"credsStore":"gone"})")->has_value());
}
