// The commands below "boltseal log".
#pragma once

#include "cli/command.h"

namespace boltseal {

Action add_log_check(Command group);
Action add_log_find(Command group);
Action add_log_monitor(Command group);
Action add_log_monitor(Command group);
Action add_log_monitor(Command group);
Action add_log_prove(Command group);
Action add_log_submit(Command group);
Action add_log_tail(Command group);

}  // namespace boltseal
