#include "cli/command.h"
#include "core/json.h"

#include <openssl/crypto.h>
#include <sodium.h>

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

Result<void> run(bool json, Streams streams) {
    const char* openssl = OpenSSL_version(OPENSSL_VERSION_STRING);
    if (json) {
        streams.out << to_pretty_json(
            Json::object({{"schema", "https://boltseal.dev/schema/version/v1"},
                          {"boltseal", BOLTSEAL_VERSION},
                          {"openssl", openssl},
                          {"libsodium", sodium_version_string()}}));
        return {};
    }
    streams.out << "boltseal " BOLTSEAL_VERSION "\nopenssl " << openssl << "\nlibsodium "
                << sodium_version_string() << '\n';
    return {};
}

}  // namespace

Action add_version(Command app) {
    auto json = std::make_shared<bool>(false);  // CLI11 keeps a pointer into it until parse
    auto cmd = app.add_subcommand("version", "Print the versions of boltseal and its libraries");
    cmd.add_flag("--json", *json, "Print JSON");
    return [json](Streams streams) { return run(*json, streams); };
}

}  // namespace boltseal
