// The definitions of RFC 9162 section 2.1, transcribed and slow, but for remembering roots. What
// the RFC writes as recursion over D[n] stays recursion, so a reader can check it by eye.
#pragma once

#include "verify/merkle.h"

#include <bit>
#include <map>

namespace boltseal::test {

class ReferenceTree {
public:
    explicit ReferenceTree(std::vector<TreeHash> leaves) : d_(std::move(leaves)) {}

    TreeHash mth(std::size_t begin, std::size_t end) {
        if (begin == end) return hash_empty();
        if (end - begin == 1) return d_[begin];
        const auto known = roots_.find({begin, end});
        if (known != roots_.end()) return known->second;
        const std::size_t k = begin + split(end - begin);
        return roots_[{begin, end}] = hash_children(mth(begin, k), mth(k, end));
    }
    TreeHead head(std::size_t size) { return {size, mth(0, size)}; }

    std::vector<TreeHash> path(std::size_t m, std::size_t size) { return path(m, 0, size); }
    std::vector<TreeHash> proof(std::size_t m, std::size_t size) {
        return m == 0 ? std::vector<TreeHash>{} : subproof(m, 0, size, true);
    }

private:
    static std::size_t split(std::size_t n) { return std::bit_floor(n - 1); }

    std::vector<TreeHash> path(std::size_t m, std::size_t begin, std::size_t end) {
        if (end - begin == 1) return {};
        const std::size_t k = split(end - begin);
        const std::size_t middle = begin + k;
        auto p = m < k ? path(m, begin, middle) : path(m - k, middle, end);
        p.push_back(m < k ? mth(middle, end) : mth(begin, middle));
        return p;
    }
    std::vector<TreeHash> subproof(std::size_t m, std::size_t begin, std::size_t end, bool whole) {
        if (m == end - begin) {
            return whole ? std::vector<TreeHash>{} : std::vector<TreeHash>{mth(begin, end)};
        }
        const std::size_t k = split(end - begin);
        const std::size_t middle = begin + k;
        auto p = m <= k ? subproof(m, begin, middle, whole) : subproof(m - k, middle, end, false);
        p.push_back(m <= k ? mth(middle, end) : mth(begin, middle));
        return p;
    }

    std::vector<TreeHash> d_;
    std::map<std::pair<std::size_t, std::size_t>, TreeHash> roots_;
};

}  // namespace boltseal::test
