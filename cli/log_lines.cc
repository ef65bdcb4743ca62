#include "cli/log_lines.h"

#include <algorithm>
#include <ostream>

namespace boltseal {

namespace {

// As it is if it is one word, else as JSON writes a string.
std::string key_value(const Json& value) {
    const std::string* const text = value.as_string();
    const auto is_plain = [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '='; };
    if (text && !text->empty() && std::ranges::all_of(*text, is_plain)) return *text;
    return to_json(value);
}

}  // namespace

Result<LogFormat> parse_log_format(std::string_view name) {
    if (name == "text") return LogFormat::Text;
    if (name == "logfmt") return LogFormat::KeyValue;
    if (name == "json") return LogFormat::Json;
    return Error(Fault::Config, printable(name) + " is no format of log lines")
        .with_hint("they are text, logfmt and json");
}

void LogLines::say(std::string_view event, std::string_view sentence,
                   const std::vector<Json::Member>& fields) const {
    if (format_ == LogFormat::Text) {
        if (!sentence.empty()) out_ << "boltseal-log: " << sentence << std::endl;
        return;
    }
    Json line = Json::object({{"time", to_rfc3339(clock_())}, {"event", event}});
    for (const auto& [name, value] : fields) line.append(name, value);
    if (format_ == LogFormat::Json) {
        out_ << to_json(line) << std::endl;
        return;
    }
    std::string text;
    for (const auto& [name, value] : *line.as_object()) {
        text += (text.empty() ? "" : " ") + name + "=" + key_value(value);
    }
    out_ << text << std::endl;
}

}  // namespace boltseal
