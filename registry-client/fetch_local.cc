// What lies on this machine comes first: it is written, recorded, proved and blamed as what arrives
// is, but by threads of the pool. Where it is wrong or gone the sources are asked.
#include "registry-client/fetch_loop.h"

#include <algorithm>

namespace boltseal {

namespace {

// Of one job: a kill loses no more, and hashing begins behind it.
constexpr std::uint64_t kCopiedAtOnce = std::uint64_t{4} << 20;

std::uint64_t chunks_in(Extent extent, std::uint64_t grain) {
    return grain == 0 ? 0 : (extent.size() + grain - 1) / grain;
}

}  // namespace

std::size_t FetchLoop::number_of(const LocalBlob& blob) {
    const auto known = std::find_if(locals_.begin(), locals_.end(),
                                    [&](const Local& local) { return local.blob == blob; });
    const auto number = sources_.size() + static_cast<std::size_t>(known - locals_.begin());
    if (known == locals_.end()) locals_.push_back({blob});
    return number;
}

FetchLoop::Local* FetchLoop::local_of(std::size_t source) {
    const bool is_local = source >= sources_.size() && source - sources_.size() < locals_.size();
    return is_local ? &locals_[source - sources_.size()] : nullptr;
}

// Nothing is asked for before all of it came, so that it is written over nothing that was proved.
void FetchLoop::bring_local(Blob& blob) {
    const std::uint64_t step = std::max(kCopiedAtOnce, blob.incoming->grain());
    for (const LocalPiece& piece : blob.wanted.here) {
        const std::size_t source = number_of(piece.from);
        for (Extent gap : blob.incoming->have().missing(piece.extent)) {
            while (!gap.empty()) {
                const Extent part{gap.from, std::min(gap.to, (gap.from / step + 1) * step)};
                const std::uint64_t offset = piece.offset + (part.from - piece.extent.from);
                blob.incoming->bring({part, piece.from, offset}, source);
                ++blob.awaited;
                gap.from = part.to;
            }
        }
    }
}

void FetchLoop::name_damaged(Local& local, const std::string& why) {
    if (std::exchange(local.is_named, true)) return;
    if (observer_ == nullptr) return;
    observer_->on_incident(
        {local.blob.shelf->name(), local.blob.digest, Trouble::Damaged, why, true});
}

void FetchLoop::handle_local(Blob& blob, Local& local, const BlobFinding& finding) {
    const bool is_whole = local.blob.digest == blob.wanted.blob.digest;
    const std::uint64_t chunks = is_whole ? 0 : chunks_in(finding.extent, blob.incoming->grain());
    switch (finding.kind) {
        case BlobFinding::Kind::Came:
            local.bytes += finding.extent.size();
            local.chunks += chunks;
            last_byte_ = Clock::now();
            break;
        case BlobFinding::Kind::Absent:
            if (finding.error->fault() == Fault::Missing) break;
            name_damaged(local, finding.error->message());
            break;
        case BlobFinding::Kind::Lost:
            local.bytes -= finding.extent.size();
            local.chunks -= chunks;
            if (blob.planned) planner_.lost(*blob.planned, finding.extent);
            return;
        case BlobFinding::Kind::Blamed:
            return name_damaged(local, "its bytes are not those that it should have");
        default:
            return;
    }
    if (--blob.awaited == 0) plan(blob);
}

}  // namespace boltseal
