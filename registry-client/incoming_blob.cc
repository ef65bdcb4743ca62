#include "registry-client/incoming_blob.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace boltseal {

namespace {

using namespace std::chrono_literals;
using Digest = std::array<std::uint8_t, 32>;

constexpr std::uint64_t kHashStep = std::uint64_t{4} << 20;
constexpr std::uint64_t kStretch = kHashStep;  // shorter ones cost the system more in all
constexpr std::uint64_t kWorthHashing = std::uint64_t{256} << 10;
constexpr const char* kWhat = "a partial blob";
constexpr auto kSyncEvery = 3s;

Result<Digest> digest_of_extent(int fd, Extent extent) {
    Sha256State state;
    BOLTSEAL_CHECK(read_range(fd, extent, kWhat, [&](Bytes piece) -> Result<void> {
        state.update(piece);
        return {};
    }));
    return to_array(std::move(state).finish());
}

// What a chunk is proved by: the hash that begins with `from` and goes over its bytes. Either its
// own digest, or the state of the blob's hash behind it, or, for the last, the blob's digest.
struct Proof {
    Sha256State::Saved from;  // of size 0: it begins anew
    Digest expected{};
    bool to_the_end = true;
};

Proof proof_of(const ChunkDigests& chunks, std::size_t index) {
    return {{}, chunks.digests[index], true};
}

Proof chained_proof_of(const ChunkDigests& chunks, std::size_t index, const BlobDigest& blob) {
    const bool is_last = index == chunks.states.size();
    Proof out{{}, is_last ? to_array(blob) : chunks.states[index], is_last};
    if (index > 0) out.from = {chunks.states[index - 1], index * chunks.chunk_size};
    return out;
}

Result<bool> check_proof(int fd, Extent extent, const Proof& proof) {
    Sha256State state;
    if (proof.from.size > 0) {
        BOLTSEAL_TRY(state, Sha256State::resume(proof.from));
    }
    BOLTSEAL_CHECK(read_range(fd, extent, kWhat, [&](Bytes piece) -> Result<void> {
        state.update(piece);
        return {};
    }));
    if (proof.to_the_end) return to_array(std::move(state).finish()) == proof.expected;
    return state.save()->value == proof.expected;
}

// So that the last sync has little left to do: the stretch of the file that ends with this extent,
// if one does.
void begin_writing(int fd, Extent extent) {
    const std::uint64_t from = extent.from / kStretch * kStretch;
    if (extent.to < from + kStretch) return;
    extent.from = from;
    ::sync_file_range(fd, static_cast<::off_t>(extent.from), static_cast<::off_t>(extent.size()),
                      SYNC_FILE_RANGE_WRITE);
}

Result<std::vector<Digest>> digests_of_pieces(int fd, const std::vector<Ledger::Piece>& pieces) {
    std::vector<Digest> out;
    for (const Ledger::Piece& piece : pieces) {
        BOLTSEAL_TRY(const Digest digest, digest_of_extent(fd, piece.extent));
        out.push_back(digest);
    }
    return out;
}

constexpr const char* kPartial = "a partial blob";  // for messages

struct Copied {
    Result<void> read;
    Result<void> written;
};

Copied copy_piece(int fd, const LocalPiece& piece) {
    Copied out;
    const auto stored = piece.from.shelf->open_blob(piece.from.digest);
    if (!stored) {
        out.read = stored.error();
        return out;
    }
    if (stored->size != piece.from.size) {
        out.read =
            Error(Fault::Integrity, "it has " + std::to_string(stored->size) +
                                        " bytes instead of " + std::to_string(piece.from.size));
        return out;
    }
    const std::uint64_t from = stored->offset + piece.offset;
    std::uint64_t at = piece.extent.from;
    out.read =
        read_range(stored->fd, {from, from + piece.extent.size()}, "a blob", [&](Bytes bytes) {
            out.written = write_at(fd, at, bytes, kPartial);
            at += bytes.size();
            return out.written;
        });
    return out;
}

// The one source that all pieces are from, if there is one.
std::optional<std::size_t> only_source(const std::vector<Ledger::Piece>& pieces) {
    for (const Ledger::Piece& piece : pieces) {
        if (piece.source != pieces.front().source) return std::nullopt;
    }
    return pieces.empty() ? std::nullopt : std::optional(pieces.front().source);
}

}  // namespace

void Ledger::record(Extent extent, std::size_t source) {
    if (extent.empty()) return;
    forget(extent);
    const auto next = pieces_.lower_bound(extent.from);
    if (next != pieces_.begin()) {
        Piece& before = std::prev(next)->second;
        if (before.extent.to == extent.from && before.source == source) {
            before.extent.to = extent.to;
            return;
        }
    }
    pieces_[extent.from] = {extent, source};
}

void Ledger::forget(Extent extent) {
    auto next = pieces_.upper_bound(extent.from);
    if (next != pieces_.begin() && std::prev(next)->second.extent.to > extent.from) --next;
    while (next != pieces_.end() && next->first < extent.to) {
        const Piece old = next->second;
        next = pieces_.erase(next);
        if (old.extent.from < extent.from) {
            pieces_[old.extent.from] = {{old.extent.from, extent.from}, old.source};
        }
        if (old.extent.to > extent.to) {
            pieces_[extent.to] = {{extent.to, old.extent.to}, old.source};
        }
    }
}

std::vector<Ledger::Piece> Ledger::pieces(Extent within) const {
    std::vector<Piece> out;
    auto next = pieces_.upper_bound(within.from);
    if (next != pieces_.begin() && std::prev(next)->second.extent.to > within.from) --next;
    for (; next != pieces_.end() && next->first < within.to; ++next) {
        const Extent all = next->second.extent;
        out.push_back(
            {{std::max(all.from, within.from), std::min(all.to, within.to)}, next->second.source});
    }
    return out;
}

IncomingBlob::IncomingBlob(Descriptor blob, PartialBlob partial, std::optional<ChunkDigests> chunks,
                           WorkPool& pool)
    : blob_(std::move(blob)),
      partial_(std::move(partial)),
      chunks_(std::move(chunks)),
      pool_(&pool),
      have_(partial_.journal().have()),
      proved_(is_chained() ? partial_.journal().chained() : partial_.journal().proved()),
      last_sync_(std::chrono::steady_clock::now()) {
    for (const Extent& extent : have_.list()) {
        ledger_.record(extent, kEarlierRun);
        note_chunks(extent);
    }
    unsynced_ = have_.size() > 0;
    if (blob_.digest.algorithm() != HashAlgorithm::Sha256) {
        hasher_.emplace<Hasher>(blob_.digest.algorithm());
        return;
    }
    const auto& saved = partial_.journal().hashed();
    if (!saved || (chunks_ && saved->size > end_of_proved())) return;
    if (auto state = Sha256State::resume(*saved)) {
        hasher_ = *state;
        hashed_ = saved->size;
    }
}

// Nothing here may end a fetch from within a callback: the caller finds it among the findings.
void IncomingBlob::fail(Error error) {
    over_ = true;
    findings_.push_back({BlobFinding::Kind::Failed,
                         {},
                         kEarlierRun,
                         std::move(error).context("'" + to_string(blob_.digest) + "'")});
}

void IncomingBlob::keep(Result<void> done) {
    if (!done) fail(std::move(done).error());
}

Result<void> IncomingBlob::write(std::uint64_t at, Bytes bytes, std::size_t source) {
    for (const Extent& gap : have_.missing({at, at + bytes.size()})) {
        const Bytes part = bytes.subspan(static_cast<std::size_t>(gap.from - at),
                                         static_cast<std::size_t>(gap.size()));
        BOLTSEAL_CHECK(write_at(partial_.fd(), gap.from, part, kPartial));
        BOLTSEAL_CHECK(note(gap, source));
    }
    return {};
}

Result<void> IncomingBlob::note(Extent extent, std::size_t source) {
    for (const Extent& part : have_.missing(extent)) {
        BOLTSEAL_CHECK(partial_.journal().wrote(part));
        have_.add(part);
        ledger_.record(part, source);
        note_chunks(part);
        unsynced_ = true;
    }
    return {};
}

void IncomingBlob::bring(const LocalPiece& piece, std::size_t source) {
    pool_->submit_last([this, piece, source, fd = partial_.fd()]() {
        auto copied = copy_piece(fd, piece);
        return [this, extent = piece.extent, source, copied] {
            if (over_) return;
            if (!copied.written) return fail(copied.written.error());
            brought(extent, source, copied.read);
        };
    });
}

void IncomingBlob::brought(Extent extent, std::size_t source, Result<void> done) {
    if (!done) {
        findings_.push_back({BlobFinding::Kind::Absent, extent, source, std::move(done).error()});
        return;
    }
    keep(note(extent, source));
    findings_.push_back({BlobFinding::Kind::Came, extent, source, std::nullopt});
}

bool IncomingBlob::is_suspect(Extent extent, std::size_t source) const {
    for (const auto& [from, suspects] : suspects_) {
        for (const Ledger::Piece& piece : suspects.pieces) {
            const bool meets = piece.extent.from < extent.to && extent.from < piece.extent.to;
            if (meets && piece.source == source) return true;
        }
    }
    return false;
}

// With chunks only what is proved is hashed: a bad chunk would spoil the hash of all before it.
std::uint64_t IncomingBlob::end_of_proved() const {
    return chunks_ ? proved_.end_of_prefix() : have_.end_of_prefix();
}

void IncomingBlob::pump(std::chrono::steady_clock::time_point now) {
    if (over_ || placing_) return;
    pump_chunks();
    pump_hash();
    pump_sync(now);
}

void IncomingBlob::note_chunks(Extent extent) {
    if (!chunks_ || extent.empty()) return;
    const std::uint64_t last = (extent.to - 1) / chunks_->chunk_size;
    for (std::uint64_t i = extent.from / chunks_->chunk_size; i <= last; ++i) touched_.insert(i);
}

void IncomingBlob::pump_chunks() {
    for (const std::size_t i : std::exchange(touched_, {})) {
        const Extent extent = chunk_extent(*chunks_, i, blob_.size);
        if (!have_.covers(extent) || proved_.covers(extent) || checking_.covers(extent)) continue;
        checking_.add(extent);
        auto pieces = ledger_.pieces(extent);
        const auto old = suspects_.find(extent.from);
        auto compared = old == suspects_.end() ? pieces : old->second.pieces;
        const Proof proof =
            is_chained() ? chained_proof_of(*chunks_, i, blob_.digest) : proof_of(*chunks_, i);
        pool_->submit([this, extent, pieces, compared, proof, fd = partial_.fd()]() {
            Check check;
            const auto is_right = check_proof(fd, extent, proof);
            if (!is_right) check.error = is_right.error();
            check.is_right = is_right && *is_right;
            if (check.is_right) begin_writing(fd, extent);
            const bool asks = is_right && (!check.is_right || compared != pieces);
            if (asks) {
                auto digests = digests_of_pieces(fd, check.is_right ? compared : pieces);
                if (digests) check.digests = *std::move(digests);
                if (!digests) check.error = digests.error();
            }
            return [this, extent, pieces, check] { checked(extent, pieces, check); };
        });
    }
}

void IncomingBlob::checked(Extent extent, std::vector<Ledger::Piece> pieces, Check check) {
    checking_.remove(extent);
    if (over_) return;
    if (check.error) return fail(std::move(*check.error));
    const auto old = suspects_.find(extent.from);
    if (check.is_right) {
        if (old != suspects_.end()) {
            blame(old->second, check.digests);
            suspects_.erase(old);
        }
        if (const auto source = only_source(pieces)) {
            findings_.push_back({BlobFinding::Kind::Right, extent, *source, std::nullopt});
        }
        proved_.add(extent);
        ledger_.forget(extent);
        return keep(is_chained() ? partial_.journal().chained(extent)
                                 : partial_.journal().proved(extent));
    }
    const auto source = only_source(pieces);
    if (source) findings_.push_back({BlobFinding::Kind::Blamed, extent, *source, std::nullopt});
    suspects_[extent.from] = {std::move(pieces), std::move(check.digests)};
    lose(extent, source);
}

// What differs from the right bytes was wrong; where all came from one, that is known already.
void IncomingBlob::blame(const Suspects& suspects, const std::vector<Digest>& right) {
    if (only_source(suspects.pieces) || right.size() != suspects.pieces.size()) return;
    for (std::size_t i = 0; i < right.size(); ++i) {
        if (right[i] == suspects.digests[i]) continue;
        const Ledger::Piece& piece = suspects.pieces[i];
        findings_.push_back({BlobFinding::Kind::Blamed, piece.extent, piece.source, std::nullopt});
    }
}

void IncomingBlob::lose(Extent extent, std::optional<std::size_t> source) {
    have_.remove(extent);
    proved_.remove(extent);
    ledger_.forget(extent);
    keep(partial_.journal().lost(extent));
    findings_.push_back(
        {BlobFinding::Kind::Lost, extent, source.value_or(kEarlierRun), std::nullopt});
}

// By induction over the chunks the states, which begin with that of nothing and end with the blob's
// digest, are those of these bytes once every chunk is right.
bool IncomingBlob::is_chained() const {
    return chunks_ && chunks_->has_states() && blob_.digest.algorithm() == HashAlgorithm::Sha256;
}

void IncomingBlob::pump_hash() {
    if (is_chained()) {
        if (proved_.covers({0, blob_.size})) finish(true);
        return;
    }
    const std::uint64_t end = end_of_proved();
    const bool worth_it = end - hashed_ >= kWorthHashing || end == blob_.size;
    if (hashing_ || !worth_it) return;
    if (hashed_ == blob_.size) return finish_hash();
    hashing_ = true;
    const Extent next{hashed_, std::min(end, hashed_ + kHashStep)};
    pool_->submit([this, next, fd = partial_.fd()]() {
        auto done = read_range(fd, next, kWhat, [&](Bytes piece) -> Result<void> {
            std::visit([&](auto& hasher) { hasher.update(piece); }, hasher_);
            return {};
        });
        begin_writing(fd, next);
        std::optional<Error> error;
        if (!done) error = std::move(done).error();
        return [this, next, error] { hashed(next.to, error); };
    });
}

void IncomingBlob::hashed(std::uint64_t to, std::optional<Error> error) {
    hashing_ = false;
    if (over_) return;
    if (error) return fail(std::move(*error));
    hashed_ = to;
    if (const auto* state = std::get_if<Sha256State>(&hasher_)) {
        const auto saved = state->save();
        if (saved && hashed_ < blob_.size) keep(partial_.journal().hashed_to(*saved));
    }
}

void IncomingBlob::finish_hash() {
    const BlobDigest found =
        std::visit([](auto& hasher) { return std::move(hasher).finish(); }, hasher_);
    finish(found == blob_.digest);
}

void IncomingBlob::finish(bool is_right) {
    placing_ = true;
    auto pieces = ledger_.pieces({0, blob_.size});
    const auto old = suspects_.find(0);
    const bool asks = !is_right || (!chunks_ && old != suspects_.end());
    auto compared = is_right && asks ? old->second.pieces : pieces;
    pool_->submit([this, is_right, asks, pieces, compared]() {
        Result<std::vector<Digest>> digests = std::vector<Digest>();
        if (asks) digests = digests_of_pieces(partial_.fd(), compared);
        Result<void> placed;
        if (is_right) placed = partial_.place();
        return [this, is_right, pieces, digests, placed] {
            placing_ = false;
            if (!digests) return fail(digests.error());
            if (!placed) return fail(placed.error());
            if (!is_right) return whole_is_wrong(pieces, *digests);
            over_ = true;
            if (!suspects_.empty() && !chunks_) blame(suspects_.begin()->second, *digests);
            findings_.push_back({BlobFinding::Kind::Whole, {0, blob_.size}, kEarlierRun, {}});
        };
    });
}

// All of it is fetched again, from one source alone if the caller can: then who was wrong shows.
void IncomingBlob::whole_is_wrong(std::vector<Ledger::Piece> pieces, std::vector<Digest> digests) {
    const Extent all{0, blob_.size};
    if (chunks_) {  // every chunk was right: the list is of another blob, and of no use
        chunks_.reset();
        touched_.clear();
        pieces.clear();
    }
    const auto source = only_source(pieces);
    if (source && *source != kEarlierRun) {
        findings_.push_back({BlobFinding::Kind::Blamed, all, *source, std::nullopt});
        findings_.push_back({BlobFinding::Kind::Hopeless, all, *source, std::nullopt});
    } else {
        suspects_.clear();
        suspects_[0] = {std::move(pieces), std::move(digests)};
    }
    if (blob_.digest.algorithm() == HashAlgorithm::Sha256) {
        hasher_ = Sha256State();
    } else {
        hasher_.emplace<Hasher>(blob_.digest.algorithm());
    }
    hashed_ = 0;
    lose(all, source);
}

void IncomingBlob::pump_sync(std::chrono::steady_clock::time_point now) {
    if (!unsynced_ || syncing_ || now - last_sync_ < kSyncEvery) return;
    syncing_ = true;
    unsynced_ = false;
    last_sync_ = now;
    keep(partial_.journal().mark());
    pool_->submit([this, fd = partial_.fd()]() {
        Result<void> synced;
        if (::fdatasync(fd) != 0) synced = file_error("sync a partial blob");
        return [this, synced] {
            syncing_ = false;
            if (over_) return;
            keep(synced ? partial_.journal().synced() : synced);
        };
    });
}

}  // namespace boltseal
