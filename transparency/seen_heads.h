// Remembers which heads of each log have been seen, so that a log cannot show one history today and
// another tomorrow without being noticed. Threat model: B1, B3.
//
//   <dir>/<hex SHA-256 of the origin>                   newest head that fits all seen before it
//   <dir>/<the same>.unproved.<size>                    seen, but not yet proved to fit
//   <dir>/<the same>.two-histories.<size>.<size>        evidence: both signed notes
#pragma once

#include "verify/checkpoint.h"

#include <filesystem>
#include <functional>

namespace boltseal {

// "log 'ORIGIN' shows two histories: size N has root A, seen before with root B", Untrusted.
Error two_histories(const std::string& origin, std::uint64_t size, const TreeHash& root,
                    const TreeHash& before);

class SeenHeads {
public:
    // Untrusted if the two heads are not of one history; other faults if that cannot be told.
    using Prove = std::function<Result<void>(const VerifiedCheckpoint& older,
                                             const VerifiedCheckpoint& newer)>;

    // The folder is made when something is remembered first.
    explicit SeenHeads(std::filesystem::path directory) : directory_(std::move(directory)) {}

    // Untrusted, with both notes kept as evidence, if `seen` contradicts a head seen before. With
    // `prove` it is checked against every head that is remembered; without, only against one of
    // the same size, and a head of another size is kept without any claim until it can be.
    // `log` is the key that signed `seen`. Safe from many processes at once.
    Result<void> observe(const VerifiedCheckpoint& seen, const NoteKey& log,
                         const Prove& prove = {});

private:
    std::filesystem::path directory_;
};

}  // namespace boltseal
