// What a server says of itself on standard error: sentences for people, or lines for machines.
// specs/operations.md#logs
#pragma once

#include "core/json.h"
#include "core/time.h"

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace boltseal {

enum class LogFormat { Text, KeyValue, Json };
Result<LogFormat> parse_log_format(std::string_view name);  // "text", "logfmt", "json"

// For one thread at a time.
class LogLines {
public:
    LogLines(std::ostream& out, LogFormat format, std::function<Timestamp()> clock)
        : out_(out), format_(format), clock_(std::move(clock)) {}

    // One line: the sentence, or time, event and fields. Without a sentence it is for machines
    // only: people hear of it in another way.
    void say(std::string_view event, std::string_view sentence,
             const std::vector<Json::Member>& fields) const;

private:
    std::ostream& out_;
    const LogFormat format_;
    const std::function<Timestamp()> clock_;
};

}  // namespace boltseal
