// What a log needs from the world. Interfaces split by how they fail: a directory stands behind
// them today (file_storage.h), an object store and a consensus service can later.
#pragma once

#include "core/bytes.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boltseal {

struct StoredObject {
    std::string path;
    Buffer bytes;
};

// Full tiles and entry bundles that a signed head covers: never changed, cached forever.
class ObjectStore {
public:
    virtual ~ObjectStore() = default;

    // All of them are durable when put returns. Putting the same bytes again succeeds, so what a
    // crash has cut short can simply be repeated; other bytes under the same path are Declined.
    virtual Result<void> put(const std::vector<StoredObject>& objects) = 0;

    // Missing if there is no such object.
    virtual Result<Buffer> get(std::string_view path) = 0;
};

// A batch of entries that have been given their places, on their way into tiles.
struct JournalRecord {
    std::uint64_t first = 0;  // index of the first entry
    std::uint32_t count = 0;
    Bytes entries;  // one after the other as in an entry bundle
};

// What makes a batch safe: one durable write. Entries leave it when they are in durable tiles.
class Journal {
public:
    virtual ~Journal() = default;

    // Hands every durable record to `visit`, in order and without a gap between them; before them
    // one without entries, which says where the journal begins. Comes before the first append.
    using Visit = std::function<Result<void>(const JournalRecord&)>;
    virtual Result<void> replay(const Visit& visit) = 0;

    // Durable when it returns. On Io it may be there or not after a restart, and nothing more may
    // be appended before.
    virtual Result<void> append(const JournalRecord& record) = 0;

    // All entries below `size` are in durable tiles: records that hold no others may go.
    virtual Result<void> forget(std::uint64_t size) = 0;
};

// The only thing in a log that changes: its newest signed checkpoint, as the exact note.
class HeadStore {
public:
    virtual ~HeadStore() = default;

    // Nothing if the log was never initialised.
    virtual Result<std::optional<std::string>> load() = 0;

    // Replaces `expected` by `next`, durably; Declined if another writer was first. On Io the head
    // may have moved or not: load it again before doing anything else.
    virtual Result<void> advance(const std::optional<std::string>& expected,
                                 const std::string& next) = 0;
};

}  // namespace boltseal
