// A log in a directory that any web server can serve.
//
//   <dir>/public/checkpoint   the published checkpoint, a copy
//   <dir>/public/tile/...     full tiles and entry bundles, paths as in c2sp.org/tlog-tiles
//   <dir>/journal/            batches that are not in durable tiles yet:
//   transparency/journal_file.h <dir>/head                the newest signed checkpoint:
//   transparency/head_file.h <dir>/lock                held while a process has the log open
//
// What lies below public/ is durable, covered by a signed head, and never changes, but for the
// checkpoint. Paths of objects come from to_path(Tile) or parse_tile_path, never from a request as
// it is.
#pragma once

#include "transparency/publication.h"
#include "transparency/storage.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>

namespace boltseal {

class FileStorage : public ObjectStore, public Publication {
public:
    // Missing if the directory does not exist, Declined while another process has it open.
    static Result<std::unique_ptr<FileStorage>> open(const std::filesystem::path& directory);
    ~FileStorage() override;
    FileStorage(const FileStorage&) = delete;
    FileStorage& operator=(const FileStorage&) = delete;

    Result<void> put(const std::vector<StoredObject>& objects) override;
    Result<Buffer> get(std::string_view path) override;

    Result<std::optional<std::string>> last() override;
    // The file is replaced in one step, ten times a second at most: in between, readers get the
    // newest from the log itself. It is not synced: after power loss it may be an older one.
    Result<VerifiedCheckpoint> publish(const VerifiedCheckpoint& signed_head) override;
    Result<void> settle() override;

private:
    FileStorage(std::filesystem::path directory, int lock)
        : directory_(std::move(directory)), lock_(lock) {}
    std::filesystem::path place_of(std::string_view path) const;
    Result<void> ensure_folder(const std::filesystem::path& folder);

    std::filesystem::path directory_;
    int lock_;
    std::mutex mutex_;  // guards everything below; held while folders and the checkpoint are made
    std::set<std::filesystem::path> folders_;  // known to exist durably
    std::optional<std::string> waiting_;       // the newest checkpoint, if the file is older
    std::chrono::steady_clock::time_point written_{};
};

}  // namespace boltseal
