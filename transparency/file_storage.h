// A log in a directory that any web server can serve.
//
//   <dir>/public/checkpoint   the published checkpoint, a copy
//   <dir>/public/tile/...     full tiles and entry bundles, paths as in c2sp.org/tlog-tiles
//   <dir>/journal/            batches that are not in durable tiles yet: journal_file.h
//   <dir>/head                the newest signed checkpoint: head_file.h
//   <dir>/lock                held while a process has the log open
//
// What lies below public/ (object_folder.h) is durable, covered by a signed head, and never
// changes, but for the checkpoint.
#pragma once

#include "transparency/object_folder.h"
#include "transparency/publication.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>

namespace boltseal {

class FileStorage : public ObjectStore, public Publication {
public:
    // Missing if the directory does not exist, Declined while another process has it open.
    static Result<std::unique_ptr<FileStorage>> open(const std::filesystem::path& directory);
    ~FileStorage() override;
    FileStorage(const FileStorage&) = delete;
    FileStorage& operator=(const FileStorage&) = delete;

    Result<void> put(const std::vector<StoredObject>& objects) override {
        return public_->put(objects);
    }
    Result<Buffer> get(std::string_view path) override { return public_->get(path); }

    Result<std::optional<std::string>> last() override;
    // The file is replaced in one step, ten times a second at most: in between, readers get the
    // newest from the log itself. It is not synced: after power loss it may be an older one.
    Result<VerifiedCheckpoint> publish(const VerifiedCheckpoint& signed_head) override;
    Result<void> settle() override;

private:
    explicit FileStorage(int lock) : lock_(lock) {}

    const int lock_;
    std::unique_ptr<ObjectFolder> public_;
    std::mutex mutex_;                    // guards everything below; held while it is written
    std::optional<std::string> waiting_;  // the newest checkpoint, if the file is older
    std::chrono::steady_clock::time_point written_{};
};

}  // namespace boltseal
