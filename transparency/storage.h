// What a log needs from the world. Two interfaces, because they fail differently.
#pragma once

#include "core/bytes.h"

#include <optional>
#include <string>
#include <string_view>

namespace boltseal {

// Tiles and entry bundles. What a signed head covers never changes and may be cached forever.
class ObjectStore {
public:
    virtual ~ObjectStore() = default;

    // The object is durable when put returns. Putting the same bytes again succeeds, so a crashed
    // append can simply be repeated; other bytes under the same path are Declined.
    virtual Result<void> put(std::string_view path, Bytes object) = 0;

    // The same, but puts the object in the place of whatever is there. Only for what a batch that
    // was never signed has left behind; the caller has made sure that no signed head covers it.
    virtual Result<void> replace(std::string_view path, Bytes object) = 0;

    // Missing if there is no such object.
    virtual Result<Buffer> get(std::string_view path) = 0;
};

// The only thing in a log that changes: its newest signed checkpoint, as the exact note.
class HeadStore {
public:
    virtual ~HeadStore() = default;

    // Nothing if the log was never initialised.
    virtual Result<std::optional<std::string>> load() = 0;

    // Replaces `expected` by `next`, durably, and then publishes it; Declined if another writer was
    // first. On Io the head may have moved or not: load it again before doing anything else.
    virtual Result<void> advance(const std::optional<std::string>& expected,
                                 const std::string& next) = 0;
};

}  // namespace boltseal
