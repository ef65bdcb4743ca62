// How alerts get to whoever should know: a line of JSON on standard output, and, if asked for, the
// same to a webhook or to a program. specs/monitor.md#alerts
#pragma once

#include "core/json.h"
#include "net/retry.h"
#include "transparency/monitor.h"

#include <iosfwd>

namespace boltseal {

struct AlertOptions {
    std::string webhook;
    std::string command;
};

Json to_json(const Alert& alert, const std::string& origin, Timestamp now);

// To all of them, in that order. Io if one did not take it: a webhook must answer 2xx, a program
// end with status 0 within 30 seconds. The program gets the line on its standard input, and its
// own output goes to standard error.
Result<void> deliver_alert(const Json& alert, const AlertOptions& options, Transport& transport,
                           const Patience& patience, std::ostream& out);

}  // namespace boltseal
