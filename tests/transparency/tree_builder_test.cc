#include "transparency/tree_builder.h"

#include "tests/check.h"
#include "tests/support/reference_tree.h"

using namespace boltseal;

namespace {

std::vector<TreeHash> leaves(std::size_t n) {
    std::vector<TreeHash> out;
    for (std::size_t i = 0; i < n; ++i) out.push_back(hash_leaf(as_bytes(std::to_string(i))));
    return out;
}

}  // namespace

TEST_CASE("appending gives the root the RFC defines", "[tree]") {
    constexpr std::size_t kSize = 65'600;
    const auto all = leaves(kSize);
    test::ReferenceTree reference(all);
    TreeBuilder tree;
    for (std::size_t size = 0; size <= kSize; ++size) {
        const bool boundary = size % 65'536 < 40 || size % 65'536 > 65'500;
        if (size <= 600 || boundary) {
            CAPTURE(size);
            REQUIRE(tree.head() == reference.head(size));
            auto again = TreeBuilder::resume(size, tree.edge());
            REQUIRE_OK(again);
            REQUIRE(again->head() == tree.head());
        }
        if (size < kSize) tree.append(all[size]);
    }
}

TEST_CASE("an edge of the wrong length is refused", "[tree]") {
    REQUIRE_REFUSED(TreeBuilder::resume(13, {}), "right edge does not fit the tree size");
    REQUIRE_REFUSED(TreeBuilder::resume(12, leaves(3)), "right edge does not fit the tree size");
}
