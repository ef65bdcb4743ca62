// The iterative checks give the verdict of the recursive definitions, RFC 9162 sections 2.1.3.1 and
// 2.1.4.1, read backwards: the root that a proof leads to, or none if its length is wrong.
#include "tests/fuzz/fuzz.h"
#include "verify/merkle.h"

#include <bit>
#include <optional>

using namespace boltseal;

namespace {

using Path = std::span<const TreeHash>;

// The largest power of two that is smaller than n; n > 1.
std::uint64_t split(std::uint64_t n) {
    return std::bit_floor(n - 1);
}

// The last hash of a proof is that of the half the leaf is not in.
std::optional<TreeHash> root_from(const TreeHash& leaf, std::uint64_t m, std::uint64_t n,
                                  Path path) {
    if (n == 1) return path.empty() ? std::optional(leaf) : std::nullopt;
    if (path.empty()) return std::nullopt;
    const std::uint64_t k = split(n);
    const Path rest = path.first(path.size() - 1);
    const auto half = m < k ? root_from(leaf, m, k, rest) : root_from(leaf, m - k, n - k, rest);
    if (!half) return std::nullopt;
    return m < k ? hash_children(*half, path.back()) : hash_children(path.back(), *half);
}

struct Roots {
    TreeHash older, newer;
};

// SUBPROOF(m, D_n, whole); `known` is the older root, which a proof leaves out of `whole` trees.
std::optional<Roots> roots_from(const TreeHash& known, std::uint64_t m, std::uint64_t n, bool whole,
                                Path path) {
    if (m == n && whole) return path.empty() ? std::optional(Roots{known, known}) : std::nullopt;
    if (m == n) return path.size() == 1 ? std::optional(Roots{path[0], path[0]}) : std::nullopt;
    if (path.empty()) return std::nullopt;
    const std::uint64_t k = split(n);
    const Path rest = path.first(path.size() - 1);
    const auto half = m <= k ? roots_from(known, m, k, whole, rest)
                             : roots_from(known, m - k, n - k, false, rest);
    if (!half) return std::nullopt;
    if (m <= k) return Roots{half->older, hash_children(half->newer, path.back())};
    return Roots{hash_children(path.back(), half->older), hash_children(path.back(), half->newer)};
}

// One byte makes a hash: what matters is which are equal and how many there are.
std::vector<TreeHash> hashes(Bytes bytes) {
    std::vector<TreeHash> out;
    for (const std::uint8_t byte : bytes.first(std::min<std::size_t>(bytes.size(), 130))) {
        out.push_back(hash_leaf({&byte, 1}));
    }
    return out;
}

void compare_inclusion(std::uint64_t m, std::uint64_t n, const std::vector<TreeHash>& path) {
    const TreeHash leaf = hash_leaf({});
    const auto root = m < n ? root_from(leaf, m, n, path) : std::nullopt;
    LAW(check_inclusion(leaf, {m, path}, {n, root.value_or(leaf)}).has_value() == root.has_value());
    LAW(!check_inclusion(leaf, {m, path}, {n, hash_empty()}).has_value());
}

void compare_consistency(std::uint64_t m, std::uint64_t n, const std::vector<TreeHash>& path) {
    if (m == 0 || m > n) return;
    // A power of two is a whole subtree, so the older root is known and not in the proof.
    const TreeHash known = hash_leaf({});
    const auto roots = roots_from(known, m, n, true, path);
    const TreeHash older = roots ? roots->older : known;
    const TreeHash newer = roots ? roots->newer : known;
    const auto verdict = check_consistency({m, older}, {n, newer}, {path});
    LAW(verdict.has_value() == roots.has_value());
    if (m < n) LAW(!check_consistency({m, older}, {n, hash_empty()}, {path}).has_value());
}

}  // namespace

FUZZ(input) {
    Reader reader(input);
    const auto a = reader.u64();
    const auto b = reader.u64();
    if (!a || !b) return;
    const auto path = hashes(reader.rest());
    for (const std::uint64_t mask : {UINT64_MAX, std::uint64_t{0xff}, std::uint64_t{0xf}}) {
        compare_inclusion(*a & mask, *b & mask, path);
        compare_consistency(*a & mask, *b & mask, path);
    }
}
