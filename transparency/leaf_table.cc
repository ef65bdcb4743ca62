#include "transparency/leaf_table.h"

#include <bit>
#include <cstring>
#include <random>

namespace boltseal {

LeafTable::LeafTable(std::size_t capacity)
    : capacity_(capacity), slots_(std::bit_ceil(2 * capacity)) {
    std::random_device device;
    secret_ = (std::uint64_t{device()} << 32 | device()) | 1;
    places_.reserve(capacity);
}

// Multiplying by a secret odd number spreads the leaf's bits; the upper ones are the best of it.
std::size_t LeafTable::slot_of(const TreeHash& leaf) const {
    std::uint64_t word = 0;
    std::memcpy(&word, leaf.bytes().data(), sizeof word);
    word ^= secret_ >> 7;
    word *= secret_;
    word ^= word >> 32;
    word *= secret_;
    return static_cast<std::size_t>(word >> 20) & (slots_.size() - 1);
}

std::optional<std::uint64_t> LeafTable::find(const TreeHash& leaf) const {
    for (std::size_t slot = slot_of(leaf);; slot = (slot + 1) & (slots_.size() - 1)) {
        if (slots_[slot] == 0) return std::nullopt;
        const LeafPlace& place = places_[slots_[slot] - 1];
        if (place.leaf == leaf) return place.index;
    }
}

void LeafTable::add(const TreeHash& leaf, std::uint64_t index) {
    places_.push_back({leaf, index});
    std::size_t slot = slot_of(leaf);
    while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = static_cast<std::uint32_t>(places_.size());
}

void LeafTable::clear() {
    places_.clear();
    std::fill(slots_.begin(), slots_.end(), 0);
}

}  // namespace boltseal
