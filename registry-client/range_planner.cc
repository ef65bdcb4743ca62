#include "registry-client/range_planner.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::uint64_t kShares = 3;                           // ranges for each connection
constexpr std::uint64_t kTooLittle = std::uint64_t{32} << 10;  // to be worth a request
constexpr double kLongestRange = 64 << 20;                     // bytes of a range, however fast
constexpr std::uint64_t kOfSecond = 20;  // a part of it at least: a request costs a server some ms
constexpr double kDead = 4;              // times as slow as another would be: it can keep nothing

}  // namespace

std::size_t RangePlanner::add_blob(std::uint64_t size, const ExtentSet& have, std::uint64_t grain) {
    Blob blob{size, grain, have, ExtentSet()};
    for (const Extent& gap : have.missing({0, size})) blob.open.add(gap);
    blobs_.push_back(std::move(blob));
    return blobs_.size() - 1;
}

Extent RangePlanner::cut(const Blob& blob, Extent gap, std::size_t connections, double rate) const {
    const std::uint64_t share = left() / (kShares * std::max<std::size_t>(1, connections));
    const auto second = static_cast<std::uint64_t>(std::clamp(rate, 0.0, kLongestRange));
    const std::uint64_t smallest = std::max(limits_.smallest, second / kOfSecond);
    const std::uint64_t want = std::clamp(share, smallest, std::max(limits_.largest, second));
    std::uint64_t end = gap.from + want;
    if (blob.grain > 0) end = (end + blob.grain / 2) / blob.grain * blob.grain;
    if (end < gap.from + smallest) end += blob.grain;
    if (end >= gap.to || gap.to - end < smallest / 2) return gap;
    return {gap.from, end};
}

std::optional<BlobRange> RangePlanner::next(std::size_t connections, double rate) {
    for (std::size_t i = 0; i < blobs_.size(); ++i) {
        Blob& blob = blobs_[i];
        if (blob.open.size() == 0) continue;
        const Extent range = cut(blob, blob.open.list().front(), connections, rate);
        blob.open.remove(range);
        return BlobRange{i, range};
    }
    return std::nullopt;
}

void RangePlanner::take_rest(std::size_t blob) {
    blobs_[blob].open = ExtentSet();
}

void RangePlanner::arrived(std::size_t blob, Extent extent) {
    blobs_[blob].have.add(extent);
    blobs_[blob].open.remove(extent);
}

void RangePlanner::give_back(std::size_t blob, Extent extent) {
    for (const Extent& gap : blobs_[blob].have.missing(extent)) blobs_[blob].open.add(gap);
}

void RangePlanner::lost(std::size_t blob, Extent extent) {
    blobs_[blob].have.remove(extent);
    blobs_[blob].open.add(extent);
}

bool RangePlanner::is_complete(std::size_t blob) const {
    return blobs_[blob].have.size() == blobs_[blob].size;
}

bool RangePlanner::is_complete() const {
    return left() == 0;
}

std::uint64_t RangePlanner::left() const {
    std::uint64_t out = 0;
    for (const Blob& blob : blobs_) out += blob.size - blob.have.size();
    return out;
}

std::uint64_t RangePlanner::unasked() const {
    std::uint64_t out = 0;
    for (const Blob& blob : blobs_) out += blob.open.size();
    return out;
}

std::optional<Help> choose_help(const std::vector<ActiveRange>& active, double rate, double latency,
                                const HelpLimits& limits) {
    std::optional<Help> best;
    double longest = 0;
    for (const ActiveRange& range : active) {
        if (range.left == 0) continue;
        const double alone = static_cast<double>(range.left) / std::max(range.rate, 1.0);
        const double all = latency + static_cast<double>(range.left) / std::max(rate, 1.0);
        const bool split = range.left >= 2 * kTooLittle && alone < kDead * all;
        const std::uint64_t skip = split ? range.left / 2 : 0;
        const double helper =
            latency + static_cast<double>(range.left - skip) / std::max(rate, 1.0);
        const double together = split ? std::max(helper, alone / 2) : helper;
        if (alone <= longest || alone < limits.times * together) continue;
        if (alone - together < limits.seconds) continue;
        longest = alone;
        best = Help{range.index, skip};
    }
    return best;
}

}  // namespace boltseal
