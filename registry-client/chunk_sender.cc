#include "registry-client/chunk_sender.h"

#include <algorithm>

namespace boltseal {

Result<void> ChunkSender::wait() {
    if (sent_.valid()) {
        auto sent = sent_.get();
        if (!sent) failed_ = std::move(sent).error();
    }
    if (failed_) return *failed_;
    return {};
}

Result<void> ChunkSender::send() {
    BOLTSEAL_CHECK(wait());
    std::swap(filling_, sending_);
    filling_.clear();
    if (sending_.empty()) return {};
    sent_ = std::async(std::launch::async, [this] { return upload_.append(sending_); });
    return {};
}

Result<void> ChunkSender::add(Bytes piece) {
    while (!piece.empty()) {
        const std::size_t room = std::min(piece.size(), chunk_ - filling_.size());
        filling_.insert(filling_.end(), piece.begin(), piece.begin() + static_cast<long>(room));
        piece = piece.subspan(room);
        if (filling_.size() == chunk_) BOLTSEAL_CHECK(send());
    }
    return {};
}

Result<void> ChunkSender::flush() {
    BOLTSEAL_CHECK(send());
    return wait();
}

}  // namespace boltseal
