// Which bytes to ask for next, over all blobs of a fetch. Pure: knows neither network nor time.
//
// Ranges come in order, blob after blob, and are large while there is much left for each
// connection and small towards the end, so that the slowest of them is not waited for long.
#pragma once

#include "registry-client/extents.h"

#include <optional>

namespace boltseal {

struct RangeLimits {
    std::uint64_t smallest = std::uint64_t{128} << 10;  // and what a connection brings in 50 ms
    std::uint64_t largest = std::uint64_t{4} << 20;  // unless a connection brings more in a second
};

struct BlobRange {
    std::size_t blob = 0;
    Extent extent;
    bool operator==(const BlobRange&) const = default;
};

class RangePlanner {
public:
    explicit RangePlanner(RangeLimits limits = {}) : limits_(limits) {}

    // Blobs are numbered from 0. Ranges end at multiples of `grain`, or at the end of the blob, so
    // that whole chunks come from one place; 0: anywhere.
    std::size_t add_blob(std::uint64_t size, const ExtentSet& have, std::uint64_t grain);

    // The next range for one of `connections`, which is then out; none if all is out or there.
    // `rate` is what one of them brings in a second, as far as known.
    std::optional<BlobRange> next(std::size_t connections, double rate = 0);
    // All of a blob that is neither out nor there, for a server that can only start at byte 0.
    void take_rest(std::size_t blob);

    void arrived(std::size_t blob, Extent extent);
    void give_back(std::size_t blob, Extent extent);  // what of it is not there is to be had again
    void lost(std::size_t blob, Extent extent);       // it was there, and is wrong

    const ExtentSet& have(std::size_t blob) const { return blobs_[blob].have; }
    std::uint64_t size(std::size_t blob) const { return blobs_[blob].size; }
    bool is_complete(std::size_t blob) const;
    bool is_complete() const;
    std::uint64_t left() const;     // bytes that are not there
    std::uint64_t unasked() const;  // and not out either

private:
    struct Blob {
        std::uint64_t size = 0;
        std::uint64_t grain = 0;
        ExtentSet have;
        ExtentSet open;  // neither there nor out
    };
    Extent cut(const Blob& blob, Extent gap, std::size_t connections, double rate) const;

    RangeLimits limits_;
    std::vector<Blob> blobs_;
};

// A range that is under way, as far as it matters for helping it.
struct ActiveRange {
    std::size_t index = 0;  // the caller's
    std::uint64_t left = 0;
    double rate = 0;  // bytes a second, lately
};

// Whoever is helped ends early, and what is on the wire to it by then is lost: some 20 kB where a
// connection brings 100 kB/s over 200 ms. So help has to bring something.
struct HelpLimits {
    double times = 3;      // as fast as without
    double seconds = 1.5;  // that it saves
};

// The range that a connection with nothing to do helps best, if one is worth it: from which byte of
// what is left on. `latency` is the seconds until the helper's first byte, `rate` what it brings.
struct Help {
    std::size_t index = 0;
    std::uint64_t skip = 0;  // 0: nothing is left to whoever is helped, which may as well end
};
std::optional<Help> choose_help(const std::vector<ActiveRange>& active, double rate, double latency,
                                const HelpLimits& limits = {});

}  // namespace boltseal
