// What a test's process does to the files of one folder, call by call, and what a disk may hold of
// it when the power goes: whatever was synced, and any part of the rest.
//
// The disk promises little. What was written to a file is durable once a sync of that file, begun
// later, has come back; a name once its folder was synced; all once the file system was. Until then
// writes may be there or not, each 512 bytes of them, in any order. Names change in their order.
#pragma once

#include "core/bytes.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace boltseal::test {

class Disk {
public:
    using Id = std::uint32_t;  // of a file or folder; the names of both can change
    static constexpr Id kRoot = 0;

    struct Operation {
        enum class Kind { Write, Resize, Name, Move, Unname, Sync, SyncAll, Mark };
        Kind kind;
        Id id = kRoot;  // what is written, named, moved or synced
        Id folder = kRoot;
        std::string name;
        Id to_folder = kRoot;
        std::string to_name;
        std::uint64_t offset = 0;  // or the size, for Resize
        Buffer bytes;
        bool is_folder = false;  // what is named is one
        std::size_t begin = 0;   // a sync covers the operations before this number
    };

    // A write as far as it is within [from, to) of its bytes.
    void apply(const Operation& operation, std::size_t from = 0, std::size_t to = SIZE_MAX);
    void save(const std::filesystem::path& folder) const;  // which is made anew
    std::string fingerprint() const;
    Id find(const std::filesystem::path& path) const;  // UINT32_MAX if there is nothing

private:
    struct Node {
        bool is_folder = false;
        Buffer bytes;
        std::map<std::string, Id> names;
    };
    void walk(Id folder, const std::filesystem::path& path,
              const std::function<void(const std::filesystem::path&, const Node&)>& see) const;

    std::map<Id, Node> nodes_{{kRoot, Node{true, {}, {}}}};
};

struct DiskTrace {
    Disk begin;
    std::vector<Disk::Operation> operations;
};

// Between these two all calls on files below `folder` are written down; the folder must be empty of
// what anybody has open. Syncs are written down and not made: nothing of it outlives the test.
void begin_disk_trace(const std::filesystem::path& folder);
void mark_disk_trace();  // a Mark, for what was said to somebody at this time
DiskTrace end_disk_trace();

// What the disk may hold after the first `count` operations, at most `most` different states.
// `see` is told each with the number of marks before.
void for_each_loss(const DiskTrace& trace, std::size_t count, std::size_t most,
                   const std::function<void(const Disk&, std::size_t marks)>& see);

}  // namespace boltseal::test
