#include "registry-client/certs_folder.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"

using namespace boltseal;
using namespace boltseal::test;

namespace {

namespace fs = std::filesystem;

void put(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    REQUIRE_OK(write_file(path, as_bytes(text)));
}

}  // namespace

TEST_CASE("a host has the certificates of the first folder that knows it", "[certs_folder]") {
    const TempFolder temp;
    const std::vector<fs::path> folders{temp / "user", temp / "system"};
    put(temp / "system/h.example/ca.crt", "system");
    put(temp / "system/h.example:5000/b.crt", "two");
    put(temp / "system/h.example:5000/a.crt", "one");
    put(temp / "system/h.example:5000/me.cert", "cert");
    put(temp / "system/h.example:5000/me.key", "key");
    put(temp / "system/h.example:5000/README", "nothing");
    REQUIRE(find_certs(folders, "other.example").value() == nullptr);
    REQUIRE(find_certs(folders, "..").value() == nullptr);
    REQUIRE(*find_certs(folders, "h.example").value() == TlsFiles{"system\n", "", ""});
    const std::string place = (temp / "system/h.example:5000").string();
    REQUIRE(*find_certs(folders, "h.example:5000").value() ==
            TlsFiles{"one\ntwo\n", place + "/me.cert", place + "/me.key"});
    put(temp / "user/h.example/ca.crt", "user");
    REQUIRE(find_certs(folders, "h.example").value()->ca == "user\n");
}

TEST_CASE("a folder of certificates that makes no sense is refused", "[certs_folder]") {
    const TempFolder temp;
    const std::string name = "'" + (temp / "h").string() + "'";
    const auto refused = [&] { return find_certs({temp.path()}, "h"); };
    put(temp / "h", "a file");
    REQUIRE_REFUSED(refused(), "cannot read " + name + ": Not a directory");
    fs::remove(temp / "h");
    put(temp / "h/me.cert", "cert");
    REQUIRE_REFUSED(refused(), name +
                                   " has a certificate for the client without its key, or a key "
                                   "without certificate");
    put(temp / "h/you.key", "key");
    REQUIRE_FAULT(refused(), Fault::Config);
    put(temp / "h/me.key", "key");
    REQUIRE_REFUSED(refused(), name + " has more than one certificate or key for the client");
    fs::remove(temp / "h/you.key");
    REQUIRE_OK(refused());
    fs::create_symlink(temp / "nowhere", temp / "h/ca.crt");
    REQUIRE_REFUSED(refused(), "'" + (temp / "h/ca.crt").string() + "' does not exist");
    REQUIRE_FAULT(refused(), Fault::Config);
}
