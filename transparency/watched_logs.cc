#include "transparency/watched_logs.h"

#include "transparency/list_lines.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxLogList = std::size_t{1} << 20;
constexpr std::size_t kMaxLogs = 1024;
constexpr std::size_t kMaxKeys = 4;
constexpr std::string_view kLog = "log ";

Result<void> add_key(WatchedLogs& logs, std::string_view line) {
    const auto bad = [](const std::string& why) { return Error(Fault::Config, why); };
    if (!line.starts_with(kLog)) return bad("not of the form 'log <vkey>'");
    BOLTSEAL_TRY(NoteKey key, parse_vkey(line.substr(kLog.size())));
    if (key.type == NoteSignatureType::Ed25519Cosignature) {
        return bad("log '" + key.name + "' has the key of a witness (type 04)");
    }
    for (const auto& [origin, keys] : logs) {
        if (std::ranges::find(keys, key.key, &NoteKey::key) == keys.end()) continue;
        return bad("the key is there twice");
    }
    std::vector<NoteKey>& keys = logs[key.name];
    if (logs.size() > kMaxLogs) return bad("more than 1024 logs");
    if (keys.size() == kMaxKeys) return bad("log '" + key.name + "' has more than 4 keys");
    keys.push_back(std::move(key));
    return {};
}

}  // namespace

Result<WatchedLogs> parse_watched_logs(Bytes text) {
    if (text.size() > kMaxLogList) return Error(Fault::Config, "larger than 1 MiB");
    WatchedLogs logs;
    auto read = for_each_list_line(as_text(text),
                                   [&](std::string_view line) { return add_key(logs, line); });
    if (!read) return std::move(read).error().as(Fault::Config);
    return logs;
}

}  // namespace boltseal
