// Sets of bytes of a blob, as ranges that neither overlap nor touch.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace boltseal {

struct Extent {  // from `from` up to, and not with, `to`
    std::uint64_t from = 0;
    std::uint64_t to = 0;

    std::uint64_t size() const { return to - from; }
    bool empty() const { return from >= to; }
    bool operator==(const Extent&) const = default;
};

class ExtentSet {
public:
    ExtentSet() = default;
    explicit ExtentSet(Extent extent) { add(extent); }

    void add(Extent extent);
    void remove(Extent extent);

    bool covers(Extent extent) const;
    std::uint64_t size() const { return size_; }
    std::vector<Extent> list() const;
    std::vector<Extent> missing(Extent within) const;  // in order
    std::uint64_t end_of_prefix() const;               // where what is there from byte 0 on ends
    bool operator==(const ExtentSet&) const = default;

private:
    std::map<std::uint64_t, std::uint64_t> ranges_;  // from -> to
    std::uint64_t size_ = 0;
};

}  // namespace boltseal
