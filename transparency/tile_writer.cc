#include "transparency/tile_writer.h"

#include <algorithm>

namespace boltseal {

void TileWriter::start(std::uint64_t stored, OnFailure on_failure) {
    stored_ = stored;
    covered_ = stored;
    on_failure_ = std::move(on_failure);
    thread_ = std::thread([this] { run(); });
}

void TileWriter::covered(std::uint64_t size) {
    const std::lock_guard guard(mutex_);
    covered_ = size;
    stalled_ = false;
    if (hurry_ || covered_ - stored_ >= limits_.tiles_at_once * kTileWidth) changed_.notify_all();
}

void TileWriter::stalled() {
    const std::lock_guard guard(mutex_);
    stalled_ = true;
    changed_.notify_all();
}

void TileWriter::make_room() {
    if (log_.bytes() <= limits_.max_unstored) return;
    std::unique_lock lock(mutex_);
    hurry_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] {
        return stopping_ || failed_ || stalled_ || log_.bytes() <= limits_.max_unstored;
    });
    hurry_ = false;
}

void TileWriter::abandon() {
    const std::lock_guard guard(mutex_);
    failed_ = true;
    changed_.notify_all();
}

void TileWriter::stop() {
    {
        const std::lock_guard guard(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

// False if it has failed, which is then told.
template <typename Work>
bool TileWriter::do_unlocked(std::unique_lock<std::mutex>& lock, Work work) {
    lock.unlock();
    const Result<void> done = work();
    if (!done) on_failure_(done.error());
    lock.lock();
    failed_ = failed_ || !done;
    return done.has_value();
}

void TileWriter::run() {
    const std::uint64_t enough = limits_.tiles_at_once * kTileWidth;
    const auto storable = [this] { return covered_ - covered_ % kTileWidth - stored_; };
    std::unique_lock lock(mutex_);
    for (bool last = false; !last && !failed_;) {
        changed_.wait_for(lock, limits_.pause, [&] {
            return stopping_ || failed_ || storable() >= enough || (hurry_ && storable() != 0);
        });
        last = stopping_;
        while (storable() != 0 && !failed_) {
            const std::uint64_t begin = stored_;
            const std::uint64_t end = begin + std::min(storable(), enough);
            if (do_unlocked(lock, [&] { return store(begin, end); })) stored_ = end;
            changed_.notify_all();
        }
        if (!failed_) do_unlocked(lock, [this] { return publication_.settle(); });
    }
}

// What readers will get is read back and compared before the journal forgets it.
Result<void> TileWriter::store(std::uint64_t begin, std::uint64_t end) {
    const std::vector<StoredObject> objects = log_.full_tiles(begin, end);
    BOLTSEAL_CHECK(objects_.put(objects));
    for (const StoredObject& object : objects) {
        BOLTSEAL_TRY(const Buffer stored, objects_.get(object.path));
        if (!equal(stored, object.bytes)) {
            return Error(Fault::Integrity, "'" + object.path + "' was stored wrong");
        }
    }
    BOLTSEAL_CHECK(journal_.forget(end));
    log_.forget(end);
    return {};
}

}  // namespace boltseal
