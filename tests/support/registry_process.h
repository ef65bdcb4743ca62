// A real registry (distribution 2.8, `docker-registry`) on a free port of loopback, with a folder
// of its own that goes away with it. It has no referrers API.
#pragma once

#include "tests/support/child_process.h"
#include "tests/support/temp_folder.h"

#include <memory>

namespace boltseal::test {

class RegistryProcess {
public:
    // With a user and password, in htpasswd form, every request must log in. Ends the test case as
    // skipped if the program is not installed.
    explicit RegistryProcess(const std::string& htpasswd_line = {});

    std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
    std::uint16_t port() const { return port_; }
    // Where the bytes of a blob or manifest lie, to damage them.
    std::filesystem::path blob_path(const std::string& hex) const;

private:
    TempFolder folder_;
    std::uint16_t port_ = 0;
    std::unique_ptr<ChildProcess> process_;
};

}  // namespace boltseal::test
