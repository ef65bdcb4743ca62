#include "cli/command.h"

namespace boltseal {

Action add_log(Command app) {
    auto group = app.add_subcommand("log", "Ask a transparency log, or watch it");
    group.require_subcommand(1);
    return add_log_monitor(group);
}

}  // namespace boltseal
