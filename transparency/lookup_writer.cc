#include "transparency/lookup_writer.h"

#include "transparency/index.h"

#include <sys/resource.h>
#include <unistd.h>

namespace boltseal {

namespace {

// A prover keeps the tiles it has read.
constexpr std::uint64_t kTilesWritten = 256;
constexpr int kNiceness = 10;

}  // namespace

Result<void> bring_up(LookupIndex& index, LogTail& log, const TreeHead& head,
                      const std::function<bool()>& go_on) {
    std::uint64_t next = index.complete();
    if (next == index.kept().size) {  // nothing was added by this process
        BOLTSEAL_TRY(const bool fits, is_prefix(index.kept(), log, head));
        if (!fits) BOLTSEAL_CHECK(index.clear());
        if (!fits) next = 0;
    }
    bool ended = false;
    while (next < head.size && !ended) {
        for (std::uint64_t n = 0; n < kTilesWritten && next < head.size && !index.is_full(); ++n) {
            ended = go_on && !go_on();
            if (ended) break;
            const Tile tile = tile_of_tree(Tile::Kind::Entries, 0, next / kTileWidth, head.size);
            BOLTSEAL_TRY(const Buffer bundle, log.get(tile));
            Reader reader(bundle);
            const std::uint64_t first = tile.index * kTileWidth;
            for (std::uint64_t i = 0; i < tile.width; ++i) {
                BOLTSEAL_TRY(const Bytes entry, reader.take_u16_prefixed());
                if (first + i < next) continue;
                for (const LookupKey& key : keys_of_entry(entry)) index.add(key, first + i);
            }
            next = first + tile.width;
        }
        TreeHead so_far = head;
        if (next < head.size) {
            BOLTSEAL_TRY(so_far, Prover(log, head).head_at(next));
        }
        BOLTSEAL_CHECK(index.settle(so_far));
    }
    return {};
}

LookupWriter::LookupWriter(LookupIndex& index, LogTail& log, Head head, OnFailure on_failure,
                           std::chrono::milliseconds pause)
    : index_(index),
      log_(log),
      head_(std::move(head)),
      on_failure_(std::move(on_failure)),
      pause_(pause) {
    thread_ = std::thread([this] { run(); });
}

LookupWriter::~LookupWriter() {
    stop_.stop();
    thread_.join();
}

// Nobody waits for it: on Linux a thread can be nicer than its process.
void LookupWriter::run() {
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness);
    TreeHead before{0, hash_empty()};
    do {
        const TreeHead head = head_();
        if (head == before) continue;
        const auto done = bring_up(index_, log_, head, [this] { return !stop_.is_stopping(); });
        if (!done) return on_failure_(done.error());
        before = head;
    } while (stop_.wait(pause_));
}

}  // namespace boltseal
