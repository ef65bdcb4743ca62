// Objects as files of a folder that any web server can serve, by the paths that they have in a log:
// those of to_path(Tile) or parse_tile_path, never of a request as it is.
#pragma once

#include "transparency/storage.h"

#include <filesystem>
#include <memory>
#include <mutex>
#include <set>

namespace boltseal {

// One process at a time may put and replace; any may get.
class ObjectFolder : public ObjectStore {
public:
    // Missing if there is no such folder.
    static Result<std::unique_ptr<ObjectFolder>> open(const std::filesystem::path& root);
    // The same, and makes it, durably, if it is not there; what it is in must be.
    static Result<std::unique_ptr<ObjectFolder>> create(const std::filesystem::path& root);
    ~ObjectFolder() override;
    ObjectFolder(const ObjectFolder&) = delete;
    ObjectFolder& operator=(const ObjectFolder&) = delete;

    // Until it is closed: Declined while another process has it locked. Leaves no file behind.
    Result<void> lock();

    Result<void> put(const std::vector<StoredObject>& objects) override;
    Result<Buffer> get(std::string_view path) override;

    // In one step, but not synced: after power loss it may be what it was before.
    Result<void> replace(std::string_view path, Bytes bytes);

    std::filesystem::path place_of(std::string_view path) const { return root_ / path; }

private:
    ObjectFolder(std::filesystem::path root, int fd) : root_(std::move(root)), fd_(fd) {}
    Result<void> ensure_folder(const std::filesystem::path& folder);

    const std::filesystem::path root_;
    const int fd_;
    std::mutex mutex_;                         // guards folders_; held while folders are made
    std::set<std::filesystem::path> folders_;  // known to exist durably
};

}  // namespace boltseal
