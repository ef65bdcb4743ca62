// boltseal log: what signers and auditors ask of a transparency log. Each command has a file of its
// own.
#include "cli/log_client_commands.h"

namespace boltseal {

Action add_log_group(Command app) {
    auto group =
        app.add_subcommand("log", "Write to a transparency log, ask it for proofs, or watch it");
    group.require_subcommand(1);
    const Action submit = add_log_submit(group);
    const Action prove = add_log_prove(group);
    const Action find = add_log_find(group);
    const Action check = add_log_check(group);
    const Action tail = add_log_tail(group);
    const Action monitor = add_log_monitor(group);
    return [=](Streams streams) {
        if (group.got_subcommand("submit")) return submit(streams);
        if (group.got_subcommand("prove")) return prove(streams);
        if (group.got_subcommand("find")) return find(streams);
        if (group.got_subcommand("check")) return check(streams);
        return group.got_subcommand("tail") ? tail(streams) : monitor(streams);
    };
}

}  // namespace boltseal
