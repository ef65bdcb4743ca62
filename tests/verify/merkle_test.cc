#include "verify/merkle.h"

#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/vectors.h"

#include <bit>
#include <random>

using namespace boltseal;

namespace {

// The definitions of RFC 9162 section 2.1, transcribed and slow. What the RFC writes as
// recursion over D[n] stays recursion over a span, so a reader can check it by eye.
using Leaves = std::span<const TreeHash>;

std::size_t split(std::size_t n) {
    return std::bit_floor(n - 1);
}

TreeHash mth(Leaves d) {
    if (d.empty()) return hash_empty();
    if (d.size() == 1) return d[0];
    const std::size_t k = split(d.size());
    return hash_children(mth(d.first(k)), mth(d.subspan(k)));
}

std::vector<TreeHash> path(std::size_t m, Leaves d) {
    if (d.size() == 1) return {};
    const std::size_t k = split(d.size());
    auto p = m < k ? path(m, d.first(k)) : path(m - k, d.subspan(k));
    p.push_back(m < k ? mth(d.subspan(k)) : mth(d.first(k)));
    return p;
}

std::vector<TreeHash> subproof(std::size_t m, Leaves d, bool whole) {
    if (m == d.size()) return whole ? std::vector<TreeHash>{} : std::vector<TreeHash>{mth(d)};
    const std::size_t k = split(d.size());
    auto p = m <= k ? subproof(m, d.first(k), whole) : subproof(m - k, d.subspan(k), false);
    p.push_back(m <= k ? mth(d.subspan(k)) : mth(d.first(k)));
    return p;
}

std::vector<TreeHash> leaves(std::size_t n) {
    std::vector<TreeHash> out;
    for (std::size_t i = 0; i < n; ++i) {
        const std::uint8_t entry[] = {static_cast<std::uint8_t>(i),
                                      static_cast<std::uint8_t>(i >> 8)};
        out.push_back(hash_leaf(entry));
    }
    return out;
}

Result<TreeHash> parse_hash(std::string_view base64) {
    BOLTSEAL_TRY(const Buffer bytes, parse_base64(base64));
    return TreeHash::from(bytes);
}

Result<TreeHash> hash_at(const Json& probe, std::string_view name) {
    BOLTSEAL_TRY(const std::string* text, probe.string_at(name));
    return parse_hash(*text);
}

Result<std::vector<TreeHash>> proof_of(const Json& probe) {
    std::vector<TreeHash> path;
    if (const Json* proof = probe.find("proof"); proof != nullptr && proof->is_null()) return path;
    BOLTSEAL_TRY(const Json::Array* items, probe.array_at("proof"));
    for (const Json& item : *items) {
        if (!item.is_string()) return Error(Fault::Malformed, "not a string");
        BOLTSEAL_TRY(const TreeHash hash, parse_hash(*item.as_string()));
        path.push_back(hash);
    }
    return path;
}

// One inclusion probe, parsed. A hash that is not 32 bytes long is refused here already.
Result<void> run_inclusion(const Json& probe) {
    BOLTSEAL_TRY(const auto index, probe.uint_at("leafIdx"));
    BOLTSEAL_TRY(const auto size, probe.uint_at("treeSize"));
    BOLTSEAL_TRY(const auto leaf, hash_at(probe, "leafHash"));
    BOLTSEAL_TRY(const auto root, hash_at(probe, "root"));
    BOLTSEAL_TRY(auto path, proof_of(probe));
    return check_inclusion(leaf, {index, std::move(path)}, {size, root});
}

Result<void> run_consistency(const Json& probe) {
    BOLTSEAL_TRY(const auto older, probe.uint_at("size1"));
    BOLTSEAL_TRY(const auto newer, probe.uint_at("size2"));
    BOLTSEAL_TRY(const auto older_root, hash_at(probe, "root1"));
    BOLTSEAL_TRY(const auto newer_root, hash_at(probe, "root2"));
    BOLTSEAL_TRY(auto path, proof_of(probe));
    return check_consistency({older, older_root}, {newer, newer_root}, {std::move(path)});
}

bool want_error(const Json& probe) {
    const Json* want = probe.find("wantErr");
    REQUIRE((want != nullptr && want->as_bool() != nullptr));
    return *want->as_bool();
}

}  // namespace

TEST_CASE("every leaf of every small tree has a proof that checks", "[merkle]") {
    const auto all = leaves(65);
    for (std::size_t n = 1; n <= all.size(); ++n) {
        const Leaves d = Leaves(all).first(n);
        const TreeHead head{n, mth(d)};
        for (std::size_t i = 0; i < n; ++i) {
            CAPTURE(n, i);
            REQUIRE_OK(check_inclusion(d[i], {i, path(i, d)}, head));
        }
    }
}

TEST_CASE("a changed inclusion proof never checks", "[merkle]") {
    const std::size_t n = GENERATE(as<std::size_t>{}, 1, 2, 3, 7, 8, 9, 33);
    const auto d = leaves(n);
    const TreeHead head{n, mth(d)};
    for (std::size_t i = 0; i < n; ++i) {
        CAPTURE(n, i);
        const InclusionProof good{i, path(i, d)};

        auto longer = good;
        longer.path.push_back(d[0]);
        REQUIRE_FAULT(check_inclusion(d[i], longer, head), Fault::Untrusted);

        for (std::size_t drop = 0; drop < good.path.size(); ++drop) {
            auto shorter = good;
            shorter.path.erase(shorter.path.begin() + static_cast<std::ptrdiff_t>(drop));
            REQUIRE_FAULT(check_inclusion(d[i], shorter, head), Fault::Untrusted);
        }
        for (std::size_t j = 0; j < n + 2; ++j) {
            if (j == i) continue;
            auto moved = good;
            moved.index = j;
            REQUIRE_FAULT(check_inclusion(d[i], moved, head), Fault::Untrusted);
        }
    }
}

TEST_CASE("every tree is consistent with each of its prefixes", "[merkle]") {
    const auto all = leaves(40);
    for (std::size_t n = 1; n <= all.size(); ++n) {
        for (std::size_t m = 0; m <= n; ++m) {
            CAPTURE(m, n);
            const Leaves d = Leaves(all).first(n);
            const ConsistencyProof proof{m == 0 ? std::vector<TreeHash>{} : subproof(m, d, true)};
            const TreeHead older{m, mth(d.first(m))};
            REQUIRE_OK(check_consistency(older, {n, mth(d)}, proof));
            auto longer = proof;
            longer.path.push_back(d[0]);
            REQUIRE_FAULT(check_consistency(older, {n, mth(d)}, longer), Fault::Untrusted);
            if (!proof.path.empty()) {
                auto shorter = proof;
                shorter.path.pop_back();
                REQUIRE_FAULT(check_consistency(older, {n, mth(d)}, shorter), Fault::Untrusted);
            }
        }
    }
}

TEST_CASE("inclusion proofs are refused for the right reason", "[merkle]") {
    const auto d = leaves(4);
    const TreeHead head{4, mth(d)};
    const auto good = path(1, d);

    // A log that signs a size its root does not have must not get a proof accepted.
    REQUIRE_REFUSED(check_inclusion(d[1], {1, good}, {2, head.root}),
                    "inclusion proof is too long");
    REQUIRE_REFUSED(check_inclusion(d[1], {1, good}, {8, head.root}),
                    "inclusion proof is too short");
    REQUIRE_REFUSED(check_inclusion(d[1], {4, good}, head), "leaf index is beyond the tree");
    REQUIRE_REFUSED(check_inclusion(d[2], {1, good}, head),
                    "inclusion proof does not lead to the root");
}

TEST_CASE("consistency proofs are refused for the right reason", "[merkle]") {
    const auto d = leaves(7);
    const Leaves all(d);
    const TreeHead three{3, mth(all.first(3))};
    const TreeHead seven{7, mth(all)};
    const TreeHead other{7, hash_leaf({})};
    const std::vector<TreeHash> good = subproof(3, all, true);
    REQUIRE_OK(check_consistency(three, seven, {good}));

    struct Row {
        const char* why;
        TreeHead older;
        TreeHead newer;
        std::vector<TreeHash> path;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"log shrank", seven, three, good},
        {"same size, different root", seven, other, {}},
        {"consistency proof is too long", seven, seven, good},
        {"empty log with a non-empty root", {0, seven.root}, seven, {}},
        {"empty log with a non-empty root", {0, seven.root}, {0, seven.root}, {}},
        {"consistency proof is too long", {0, hash_empty()}, seven, good},
        {"consistency proof is too short", three, seven, {}},
        {"consistency proof is too short", three, {9, seven.root}, good},
        {"consistency proof is too long", three, {4, seven.root}, good},
        {"proof does not lead to the older root", {3, other.root}, seven, good},
        {"proof does not lead to the newer root", three, other, good},
    }));
    CAPTURE(row.why);
    REQUIRE_REFUSED(check_consistency(row.older, row.newer, {row.path}), row.why);
}

TEST_CASE("roots match those that Certificate Transparency publishes", "[merkle]") {
    // google/certificate-transparency, cpp/merkletree/merkle_tree_test.cc: entries and the root of
    // the tree after each.
    const std::pair<const char*, const char*> rows[] = {
        {"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
        {"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
        {"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
        {"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
        {"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
        {"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
        {"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
        {"606162636465666768696a6b6c6d6e6f",
         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
    };
    REQUIRE(to_hex(hash_empty().bytes()) ==
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    std::vector<TreeHash> d;
    for (const auto& [entry, root] : rows) {
        d.push_back(hash_leaf(parse_hex(entry).value()));
        CAPTURE(d.size());
        REQUIRE(to_hex(mth(d).bytes()) == root);
    }
}

TEST_CASE("a leaf is never a node", "[merkle]") {
    const auto d = leaves(2);
    Buffer both = to_buffer(d[0].bytes());
    both.insert(both.end(), d[1].bytes().begin(), d[1].bytes().end());
    REQUIRE_FALSE(hash_leaf(both) == hash_children(d[0], d[1]));
    REQUIRE_FALSE(hash_children(d[0], d[1]) == hash_children(d[1], d[0]));
    REQUIRE_FALSE(hash_leaf({}) == hash_empty());
}

TEST_CASE("proofs of larger random trees check and break", "[merkle]") {
    const std::uint64_t seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const auto all = leaves(600);
    for (int round = 0; round < 20; ++round) {
        const auto n = static_cast<std::size_t>(66 + random() % 535);
        const auto m = static_cast<std::size_t>(1 + random() % (n - 1));
        CAPTURE(n, m);
        const Leaves d = Leaves(all).first(n);
        const TreeHead head{n, mth(d)};
        const TreeHead older{m, mth(d.first(m))};
        InclusionProof inclusion{m, path(m, d)};
        ConsistencyProof consistency{subproof(m, d, true)};
        REQUIRE_OK(check_inclusion(d[m], inclusion, head));
        REQUIRE_OK(check_consistency(older, head, consistency));
        inclusion.path[random() % inclusion.path.size()] = hash_leaf({});
        consistency.path[random() % consistency.path.size()] = hash_leaf({});
        REQUIRE_FAULT(check_inclusion(d[m], inclusion, head), Fault::Untrusted);
        REQUIRE_FAULT(check_consistency(older, head, consistency), Fault::Untrusted);
    }
}

TEST_CASE("the largest sizes neither overflow nor hang", "[merkle]") {
    const TreeHash h = hash_leaf({});
    const std::vector<TreeHash> long_path(65, h);
    const std::uint64_t max = UINT64_MAX;
    REQUIRE_REFUSED(check_inclusion(h, {max, {}}, {max, h}), "leaf index is beyond the tree");
    REQUIRE_REFUSED(check_inclusion(h, {max - 1, {}}, {max, h}), "inclusion proof is too short");
    REQUIRE_REFUSED(check_inclusion(h, {0, long_path}, {max, h}), "inclusion proof is too long");
    REQUIRE_REFUSED(check_inclusion(h, {0, {}}, {0, h}), "leaf index is beyond the tree");
    REQUIRE_REFUSED(check_consistency({1, h}, {max, h}, {long_path}),
                    "consistency proof is too long");
    REQUIRE_REFUSED(check_consistency({max - 1, h}, {max, h}, {}),
                    "consistency proof is too short");
    REQUIRE_REFUSED(check_consistency({max, h}, {max - 1, h}, {}), "log shrank");
}

TEST_CASE("every published probe gets the published verdict", "[merkle][vectors]") {
    const auto root = test::require_vectors("merkle");
    std::size_t good = 0;
    std::size_t bad = 0;
    for (const auto& file : test::files_below(root)) {
        const auto name = std::filesystem::relative(file, root).string();
        CAPTURE(name);
        const Json probe = test::load_vector(file);
        const bool inclusion = name.starts_with("inclusion");
        const auto verdict = inclusion ? run_inclusion(probe) : run_consistency(probe);
        if (name == "consistency/additional/sizes-are-equal-one-and-proof-is-empty.json") {
            // The one probe we answer otherwise: its roots are twelve bytes of text.
            REQUIRE_REFUSED(verdict, "hash is not 32 bytes long");
            REQUIRE_FALSE(want_error(probe));
        } else if (want_error(probe)) {
            REQUIRE_FALSE(verdict.has_value());
            ++bad;
        } else {
            REQUIRE_OK(verdict);
            ++good;
        }
    }
    REQUIRE(good == 11);
    REQUIRE(bad == 184);
}
