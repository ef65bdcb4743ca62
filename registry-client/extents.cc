#include "registry-client/extents.h"

#include <algorithm>

namespace boltseal {

void ExtentSet::add(Extent extent) {
    if (extent.empty()) return;
    auto next = ranges_.upper_bound(extent.from);
    if (next != ranges_.begin() && std::prev(next)->second >= extent.from) --next;
    while (next != ranges_.end() && next->first <= extent.to) {
        extent = {std::min(extent.from, next->first), std::max(extent.to, next->second)};
        size_ -= next->second - next->first;
        next = ranges_.erase(next);
    }
    ranges_[extent.from] = extent.to;
    size_ += extent.size();
}

void ExtentSet::remove(Extent extent) {
    if (extent.empty()) return;
    auto next = ranges_.upper_bound(extent.from);
    if (next != ranges_.begin() && std::prev(next)->second > extent.from) --next;
    while (next != ranges_.end() && next->first < extent.to) {
        const Extent old{next->first, next->second};
        next = ranges_.erase(next);
        size_ -= old.size();
        if (old.from < extent.from) {
            ranges_[old.from] = extent.from;
            size_ += extent.from - old.from;
        }
        if (old.to > extent.to) {
            ranges_[extent.to] = old.to;
            size_ += old.to - extent.to;
        }
    }
}

bool ExtentSet::covers(Extent extent) const {
    if (extent.empty()) return true;
    const auto next = ranges_.upper_bound(extent.from);
    return next != ranges_.begin() && std::prev(next)->second >= extent.to;
}

std::vector<Extent> ExtentSet::list() const {
    std::vector<Extent> out;
    for (const auto& [from, to] : ranges_) out.push_back({from, to});
    return out;
}

std::vector<Extent> ExtentSet::missing(Extent within) const {
    std::vector<Extent> out;
    if (within.empty()) return out;
    auto next = ranges_.upper_bound(within.from);
    if (next != ranges_.begin() && std::prev(next)->second > within.from) --next;
    std::uint64_t at = within.from;
    for (; next != ranges_.end() && next->first < within.to; ++next) {
        if (next->first > at) out.push_back({at, next->first});
        at = std::max(at, next->second);
    }
    if (at < within.to) out.push_back({at, within.to});
    return out;
}

std::uint64_t ExtentSet::end_of_prefix() const {
    const auto first = ranges_.begin();
    return first != ranges_.end() && first->first == 0 ? first->second : 0;
}

}  // namespace boltseal
