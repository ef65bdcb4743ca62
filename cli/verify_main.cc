// boltseal-verify: static and offline. It links core and verify, and there is no network code in
// it.
#include "cli/command.h"

#include <CLI/CLI.hpp>
#include <openssl/crypto.h>

int main(int argc, char** argv) {
    using namespace boltseal;
    // The configuration file could load code, and reading it takes longer than a verification.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
    CLI::App app{"Verify signatures offline", "boltseal-verify"};
    return run_program(
        app, {add_bundle, add_lint, add_proof, add_recheck, add_policy, add_inspect, add_version},
        argc, argv);
}
