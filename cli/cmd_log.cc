// boltseal log: what signers and auditors ask of a transparency log. Each command has a file of its
// own.
#include "cli/log_client_commands.h"

namespace boltseal {

Action add_log_group(Command app) {
    auto group = app.add_subcommand("log", "Write to a transparency log, and ask it for proofs");
    group.require_subcommand(1);
    const Action submit = add_log_submit(group);
    const Action prove = add_log_prove(group);
    const Action find = add_log_find(group);
    const Action check = add_log_check(group);
    const Action tail = add_log_tail(group);
    return [=](Streams streams) {
        if (group.got_subcommand("submit")) return submit(streams);
        if (group.got_subcommand("prove")) return prove(streams);
        if (group.got_subcommand("find")) return find(streams);
        return group.got_subcommand("check") ? check(streams) : tail(streams);
    };
}

}  // namespace boltseal
