// Which entries of a log somebody wants to hear of: those by certain signers, and those by
// strangers. specs/monitor.md#watch
//
// Whom an entry names is what it claims: a log takes certificates without asking who issued them.
#pragma once

#include "core/bytes.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace boltseal {

// Keys by their base64(SHA-256(SubjectPublicKeyInfo)), identities as certificates have them in
// their subject alternative names.
struct Signers {
    std::set<std::string> keys;
    std::set<std::string> identities;

    bool empty() const { return keys.empty() && identities.empty(); }
};

// "key <base64>" or "identity <name>" a line; empty lines, and those that begin with '#', say
// nothing. At most 4 MiB. Config, with the line, for anything else.
Result<Signers> parse_signers(Bytes text);

struct EntryNotice {
    enum class Kind {
        Watched,     // by a signer that is watched
        Unknown,     // by nobody that is known
        Unreadable,  // whoever it is by: it could hide from those who look for signers
    };
    Kind kind = Kind::Watched;
    std::string by;  // "key '...'", "identity '...'", or why it cannot be read; safe to show
};

struct WatchList {
    Signers watched;
    std::optional<Signers> known;  // then whoever is not in it is told of

    bool empty() const { return watched.empty() && !known; }
    // Nothing if nobody asked for entries, or not for one like this.
    std::optional<EntryNotice> look_at(Bytes entry) const;
};

}  // namespace boltseal
