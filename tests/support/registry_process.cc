#include "tests/support/registry_process.h"

#include <fstream>
#include <sstream>

namespace boltseal::test {

namespace {

void write_text(const std::filesystem::path& path, const std::string& text) {
    std::ofstream out(path, std::ios::binary);
    out << text;
    REQUIRE(out.good());
}

std::string read_text(const std::filesystem::path& path) {
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
}

}  // namespace

RegistryProcess::RegistryProcess(const std::string& htpasswd_line) {
    const char* program = "/usr/bin/docker-registry";
    if (!std::filesystem::exists(program)) SKIP("no docker-registry here");
    // Between the look for a free port and its use, somebody else may take it.
    for (int attempt = 0; attempt < 3; ++attempt) {
        port_ = free_port();
        std::ostringstream config;
        config << "version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n"
               << "storage:\n  filesystem: {rootdirectory: " << folder_.path().string()
               << "/data}\n  delete: {enabled: true}\n"
               << "http: {addr: '" << host() << "'}\n";
        if (!htpasswd_line.empty()) {
            write_text(folder_ / "htpasswd", htpasswd_line + "\n");
            config << "auth: {htpasswd: {realm: test, path: " << (folder_ / "htpasswd").string()
                   << "}}\n";
        }
        write_text(folder_ / "config.yml", config.str());
        process_ = std::make_unique<ChildProcess>(
            std::vector<std::string>{program, "serve", (folder_ / "config.yml").string()},
            folder_ / "log");
        if (wait_for_port(port_)) return;
    }
    FAIL("registry does not start: " << read_text(folder_ / "log"));
}

std::filesystem::path RegistryProcess::blob_path(const std::string& hex) const {
    return folder_ /
           ("data/docker/registry/v2/blobs/sha256/" + hex.substr(0, 2) + "/" + hex + "/data");
}

}  // namespace boltseal::test
