// Leaf hashes and their places in memory: the newest part of an index. Not for two threads at once.
#pragma once

#include "core/digest.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

namespace boltseal {

struct LeafPlace {
    TreeHash leaf;
    std::uint64_t index = 0;
    auto operator<=>(const LeafPlace&) const = default;
};

// A hash table with open addressing. Clients choose what they submit, and by trying can choose bits
// of its hash: where a leaf lands depends on a number that they do not know.
class LeafTable {
public:
    // REQUIRES: capacity != 0
    explicit LeafTable(std::size_t capacity);

    std::optional<std::uint64_t> find(const TreeHash& leaf) const;
    // REQUIRES: size() < capacity(), and the leaf is not there
    void add(const TreeHash& leaf, std::uint64_t index);

    std::size_t size() const { return places_.size(); }
    std::size_t capacity() const { return capacity_; }
    const std::vector<LeafPlace>& places() const { return places_; }  // as they were added
    void clear();

private:
    std::size_t slot_of(const TreeHash& leaf) const;

    std::size_t capacity_;
    std::uint64_t secret_;
    std::vector<LeafPlace> places_;
    std::vector<std::uint32_t> slots_;  // number in places_, plus one; zero is free
};

}  // namespace boltseal
