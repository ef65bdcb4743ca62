// Compares the runs of an index (leaf_runs.h) with what they are made from. Nothing is changed, and
// nobody may be writing to them.
#pragma once

#include "transparency/leaf_runs.h"

#include <array>

namespace boltseal {

// Places in any order, each of which shows in a sum of hashes: two sums are the same if the same
// places went into them, as often. Against what disks do, not against people: they could just as
// well write another index.
class PlaceSum {
public:
    void add(Bytes leaf, std::uint64_t index);
    bool operator==(const PlaceSum&) const = default;

private:
    std::array<std::uint64_t, 4> sum_{};
    std::uint64_t count_ = 0;
};

// The places that there should be in such a range; an error if there cannot be such a range.
using ExpectedPlaces = std::function<Result<PlaceSum>(const LeafRange& range)>;

// Every run of the folder, if there is one. Integrity, naming the file, if one is damaged, or not
// in order, or has other places than are expected, or if one between others lacks.
Result<void> check_runs(const std::filesystem::path& folder, const ExpectedPlaces& expected);

}  // namespace boltseal
