// A log's tree, its signed heads, and what the log would send to a witness.
#pragma once

#include "tests/support/reference_tree.h"
#include "tests/support/test_log.h"
#include "transparency/witness_request.h"

namespace boltseal::test {

struct WitnessedTree {
    TestLogKey key;
    ReferenceTree tree;

    explicit WitnessedTree(TestLogKey log_key = test_log_key(),
                           const std::string& entries = "entry")
        : key(std::move(log_key)), tree(leaves_of(entries)) {}

    static std::vector<TreeHash> leaves_of(const std::string& entries) {
        std::vector<TreeHash> leaves;
        for (int i = 0; i < 40; ++i) {
            leaves.push_back(hash_leaf(as_bytes(entries + std::to_string(i))));
        }
        return leaves;
    }

    std::string note(std::size_t size) { return key.sign(tree.head(size)); }
    VerifiedCheckpoint head(std::size_t size) {
        return check_checkpoint(as_bytes(note(size)), key.note_key).value();
    }
    AddCheckpoint request(std::size_t old_size, std::size_t size) {
        std::vector<TreeHash> path;
        if (old_size < size) path = tree.proof(old_size, size);
        return {old_size, {std::move(path)}, note(size)};
    }
};

}  // namespace boltseal::test
