// The real world that network code is given: an HTTP client, a clock, sleep and dice.
#pragma once

#include "net/http_client.h"
#include "net/retry.h"

namespace boltseal {

Patience real_patience();

}  // namespace boltseal
