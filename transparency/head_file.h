// The newest signed checkpoint in a file: HeadStore of transparency/storage.h with one durable
// write for each head.
//
// The file has two halves, and a new head goes into the one that does not have the newest: a write
// that is cut short leaves the older head whole, whose successor nobody has seen yet.
// specs/log-storage.md#head
#pragma once

#include "transparency/disk_file.h"
#include "transparency/storage.h"

#include <memory>

namespace boltseal {

inline constexpr std::size_t kMaxHeadNote = 3500;  // of a log's own, with halves of one block
inline constexpr std::size_t kMaxCosignedNote = 60'000;

class HeadFile : public HeadStore {
public:
    // Makes the file, without a head, for notes of this size. Declined if there is one.
    static Result<void> create(const std::filesystem::path& path,
                               std::size_t max_note = kMaxHeadNote);

    // Missing if there is no such file, Integrity if neither half is whole, Declined while another
    // process has it open.
    static Result<std::unique_ptr<HeadFile>> open(const std::filesystem::path& path);

    Result<std::optional<std::string>> load() override;
    Result<void> advance(const std::optional<std::string>& expected,
                         const std::string& next) override;

private:
    explicit HeadFile(DiskFile file) : file_(std::move(file)) {}
    Result<void> read_halves();

    DiskFile file_;
    std::size_t half_ = 0;      // bytes
    std::uint64_t number_ = 0;  // of the newest head; its half is number_ % 2
    std::optional<std::string> note_;
    bool failed_ = false;  // a write may have taken effect or not
};

}  // namespace boltseal
