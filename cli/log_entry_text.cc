#include "cli/log_entry_text.h"

#include "core/encoding.h"
#include "verify/entry_names.h"

namespace boltseal {

std::string entry_line(std::uint64_t index, Bytes entry) {
    std::string line = std::to_string(index) + "  " + to_hex(hash_leaf(entry).bytes()) + "  ";
    const auto names = read_entry_names(entry);
    if (!names) return line + "unknown  " + std::to_string(entry.size()) + " bytes";
    line += std::string(names->kind) + "  " + to_string(names->digest);
    for (const KeyHash& key : names->keys) line += "  key " + to_hex(key.bytes());
    for (const std::string& name : names->identities) line += "  " + printable(name, kInFull);
    return line;
}

Json entry_json(std::uint64_t index, Bytes entry) {
    Json json = Json::object({{"index", index}, {"leafHash", to_hex(hash_leaf(entry).bytes())}});
    const auto names = read_entry_names(entry);
    json.set("kind", names ? Json(names->kind) : Json());
    if (names) {
        Json::Array keys;
        for (const KeyHash& key : names->keys) keys.emplace_back(to_hex(key.bytes()));
        Json::Array identities;
        for (const std::string& name : names->identities) identities.emplace_back(name);
        json.set("digest", to_string(names->digest));
        json.set("keys", std::move(keys));
        json.set("identities", std::move(identities));
    }
    return json.set("entry", to_base64(entry));
}

}  // namespace boltseal
