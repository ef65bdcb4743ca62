// A log in a directory that any web server can serve: both stores of transparency/storage.h.
//
//   <dir>/public/checkpoint   the published checkpoint, a copy of the head
//   <dir>/public/tile/...     tiles and entry bundles, paths as in c2sp.org/tlog-tiles
//   <dir>/head                the newest signed checkpoint: the truth, durable before it is
//   published <dir>/lock                held while a process has the log open
//
// Paths of objects come from to_path(Tile) or parse_tile_path, never from a request as it is.
#pragma once

#include "transparency/storage.h"

#include <filesystem>
#include <memory>
#include <mutex>
#include <set>

namespace boltseal {

class FileStorage : public ObjectStore, public HeadStore {
public:
    // Missing if the directory does not exist, Declined while another process has it open. What a
    // crash left between head and published copy is put right.
    static Result<std::unique_ptr<FileStorage>> open(const std::filesystem::path& directory);
    ~FileStorage() override;
    FileStorage(const FileStorage&) = delete;
    FileStorage& operator=(const FileStorage&) = delete;

    Result<void> put(std::string_view path, Bytes object) override;
    Result<void> replace(std::string_view path, Bytes object) override;
    Result<Buffer> get(std::string_view path) override;

    Result<std::optional<std::string>> load() override;
    Result<void> advance(const std::optional<std::string>& expected,
                         const std::string& next) override;

private:
    FileStorage(std::filesystem::path directory, int lock)
        : directory_(std::move(directory)), lock_(lock) {}
    std::filesystem::path place_of(std::string_view path) const;
    Result<void> ensure_folder(const std::filesystem::path& folder);
    Result<void> publish(const std::string& note);

    std::filesystem::path directory_;
    int lock_;
    std::mutex mutex_;  // guards folders_; held for no I/O but making folders
    std::set<std::filesystem::path> folders_;  // known to exist durably
};

}  // namespace boltseal
