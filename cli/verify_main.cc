// boltseal-verify: static and offline. It links core and verify, and there is no network code in
// it.
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/openssl_start.h"

#include <iostream>

int main(int argc, char** argv) {
    using namespace boltseal;
    if (const auto started = start_openssl_to_verify(); !started) {
        std::cerr << "boltseal-verify: " << started.error().message() << '\n';
        return static_cast<int>(exit_code_for(started.error().fault()));
    }
    return run_program(
        {"boltseal-verify",
         "Verify signatures offline",
         {add_bundle, add_lint, add_proof, add_recheck, add_policy, add_inspect, add_version}},
        argc, argv);
}
