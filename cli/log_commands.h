// The commands of boltseal-log.
#pragma once

#include "cli/command.h"
#include "sign/secret.h"

namespace boltseal {

inline constexpr char kLogPasswordVariable[] = "BOLTSEAL_LOG_PASSWORD";
Secret log_password();  // from that variable; empty if it is not set

Action add_log_fsck(Command app);
Action add_log_restore(Command app);
Action add_log_serve(Command app);
Action add_log_signer(Command app);
Action add_log_token(Command app);
Action add_log_tsa(Command app);
Action add_log_witness(Command app);

}  // namespace boltseal
