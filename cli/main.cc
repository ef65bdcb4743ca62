// boltseal: the command line for those who sign and those who deploy.
#include "cli/command.h"

int main(int argc, char** argv) {
    using namespace boltseal;
    return run_program({"boltseal",
                        "Sign container images and files, and verify them before they run",
                        {add_keygen, add_sign, add_attest, add_verify, add_pull, add_push, add_copy,
                         add_save, add_load, add_tree, add_proof, add_log_group, add_recheck,
                         add_bundle_group, add_cache, add_policy, add_inspect, add_version}},
                       argc, argv);
}
