#include "transparency/statement_store.h"

#include "transparency/dsse_request.h"
#include "verify/statement.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStatementsMagic = "boltseal statements 1\n";
constexpr std::size_t kLength = 4;

// A record is a length in 32 bits, the statement, and the hash of the hash before and of both.
TreeHash chained(const TreeHash& before, Bytes length_and_statement) {
    return TreeHash(sha256({before.bytes(), length_and_statement}));
}

std::uint64_t size_of_record(std::size_t statement) {
    return kLength + statement + TreeHash::kSize;
}

// What it is about, and its own digest, by which it is known to be there.
std::set<LookupKey> keys_of_statement(Bytes statement) {
    std::set<LookupKey> keys{key_of(by_digest(digest_of(statement)))};
    const auto parsed = parse_statement(statement);
    if (!parsed) return keys;
    for (const Subject& subject : parsed->subjects) {
        for (const BlobDigest& digest : subject.digests) keys.insert(key_of(by_subject(digest)));
    }
    return keys;
}

}  // namespace

Result<std::unique_ptr<StatementStore>> StatementStore::open(const fs::path& folder,
                                                             const LookupIndexLimits& limits) {
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
        return Error(Fault::Io, "cannot make '" + folder.string() + "': " + std::strerror(errno));
    }
    const fs::path path = folder / "statements";
    auto file = DiskFile::open(path);
    if (!file && file.error().fault() == Fault::Missing) file = DiskFile::create(path);
    if (!file) return std::move(file).error();
    BOLTSEAL_TRY(auto index, LookupIndex::open(folder / "index", limits));
    std::unique_ptr<StatementStore> store(new StatementStore(*std::move(file), std::move(index)));
    BOLTSEAL_CHECK(store->take_up());
    return store;
}

// From where the index ends, if that is the end of a record of this file.
Result<void> StatementStore::take_up() {
    BOLTSEAL_CHECK(file_.distrust_memory());
    BOLTSEAL_TRY(const Buffer magic, file_.read(0, kStatementsMagic.size()));
    if (magic.empty()) {
        const Bytes parts[] = {as_bytes(kStatementsMagic)};
        BOLTSEAL_CHECK(file_.write(0, parts));
        BOLTSEAL_CHECK(file_.sync());
    } else if (as_text(magic) != kStatementsMagic) {
        return damaged("has no statements in it");
    }
    const TreeHead kept = index_->kept();
    end_ = kStatementsMagic.size();
    chain_ = hash_empty();
    if (kept.size > end_) {
        BOLTSEAL_TRY(const TreeHash chain, chain_at(kept.size));
        if (chain == kept.root) {
            end_ = kept.size;
            chain_ = chain;
        } else {
            BOLTSEAL_CHECK(index_->clear());
        }
    }
    for (;;) {
        BOLTSEAL_TRY(const auto record, read(end_));
        if (!record) return check_rest(end_);
        chain_ = record->chain;
        BOLTSEAL_CHECK(add(record->statement));
    }
}

// Of all before this place.
Result<TreeHash> StatementStore::chain_at(std::uint64_t place) const {
    if (place == kStatementsMagic.size()) return hash_empty();
    BOLTSEAL_TRY(const Buffer bytes, file_.read(place - TreeHash::kSize, TreeHash::kSize));
    if (bytes.size() != TreeHash::kSize) return TreeHash();
    return TreeHash::from(bytes);
}

// Nothing where no whole record begins.
Result<std::optional<StatementStore::Record>> StatementStore::read(std::uint64_t place) const {
    const std::optional<Record> none;
    BOLTSEAL_TRY(const TreeHash before, chain_at(place));
    BOLTSEAL_TRY(const Buffer bytes, file_.read(place, size_of_record(kMaxKeptStatement)));
    Reader reader(bytes);
    const auto length = reader.u32();
    if (!length || *length > kMaxKeptStatement) return none;
    const auto statement = reader.take(*length);
    const auto chain = reader.take(TreeHash::kSize);
    if (!statement || !chain) return none;
    BOLTSEAL_TRY(const TreeHash hash, TreeHash::from(*chain));
    if (chained(before, Bytes(bytes).first(kLength + *length)) != hash) return none;
    return std::optional(Record{to_buffer(*statement), hash});
}

Result<void> StatementStore::check(const fs::path& folder) {
    auto file = DiskFile::open(folder / "statements");
    if (!file && file.error().fault() == Fault::Missing) return {};
    if (!file) return std::move(file).error();
    const StatementStore store(*std::move(file), nullptr);
    BOLTSEAL_TRY(const std::uint64_t end, store.find_end());
    auto same = check_runs(folder / "index",
                           [&](const LeafRange& range) { return store.places_of(range, end); });
    if (same || same.error().fault() != Fault::Integrity) return same;
    return std::move(same).error().with_hint("remove '" + (folder / "index").string() +
                                             "': it is made again from the statements");
}

Error StatementStore::damaged(const std::string& how) const {
    return Error(Fault::Integrity, "'" + file_.path().string() + "' " + how)
        .with_hint("remove '" + file_.path().parent_path().string() +
                   "': look-ups by subject of what came before are then lost, and nothing else");
}

// Of the last whole record.
Result<std::uint64_t> StatementStore::find_end() const {
    BOLTSEAL_TRY(const Buffer magic, file_.read(0, kStatementsMagic.size()));
    if (magic.empty()) return std::uint64_t{0};
    std::uint64_t end = kStatementsMagic.size();
    if (as_text(magic) != kStatementsMagic) {
        return damaged("has no statements in it");
    }
    for (;;) {
        BOLTSEAL_TRY(const auto record, read(end));
        if (!record) break;
        end += size_of_record(record->statement.size());
    }
    BOLTSEAL_CHECK(check_rest(end));
    return end;
}

// Behind the last whole record may stand a part of one that was not finished, as long as one is at
// most, and that will be written over; but never another whole one, which would be lost with it.
Result<void> StatementStore::check_rest(std::uint64_t end) const {
    const Error lost = damaged("is damaged from byte " + std::to_string(end) + " on");
    BOLTSEAL_TRY(const std::uint64_t size, file_.size());
    if (size - end > size_of_record(kMaxKeptStatement)) return lost;
    BOLTSEAL_TRY(const Buffer rest, file_.read(end, static_cast<std::size_t>(size - end)));
    for (std::size_t i = size_of_record(0); i + size_of_record(0) <= rest.size(); ++i) {
        const std::uint32_t length = Reader(Bytes(rest).subspan(i)).u32().value();
        if (length > kMaxKeptStatement) continue;  // which spares reading nearly everywhere
        BOLTSEAL_TRY(const auto whole, read(end + i));
        if (whole) return lost;
    }
    return {};
}

// Of the records in the range, which must end where one of them does. `end` is that of the last.
Result<PlaceSum> StatementStore::places_of(const LeafRange& range, std::uint64_t end) const {
    const Error other(Fault::Integrity, "is of other statements");
    if (range.end.size > end) return other;
    PlaceSum places;
    std::uint64_t place = std::max<std::uint64_t>(range.begin, kStatementsMagic.size());
    while (place < range.end.size) {
        BOLTSEAL_TRY(const auto record, read(place));
        if (!record) return other;
        for (const LookupKey& key : keys_of_statement(record->statement)) {
            places.add(key.bytes(), place);
        }
        place += size_of_record(record->statement.size());
    }
    BOLTSEAL_TRY(const TreeHash chain, chain_at(range.end.size));
    if (place != range.end.size || chain != range.end.root) return other;
    return places;
}

Result<void> StatementStore::add(Bytes statement) {
    const std::uint64_t place = end_;
    end_ += size_of_record(statement.size());
    for (const LookupKey& key : keys_of_statement(statement)) index_->add(key, place);
    return index_->settle({end_, chain_});
}

Result<void> StatementStore::keep(Bytes statement) {
    const std::lock_guard guard(mutex_);
    if (failure_) return *failure_;
    BOLTSEAL_TRY(const auto known, index_->find(key_of(by_digest(digest_of(statement))), 0, 1));
    if (!known.indexes.empty()) return {};
    auto kept = append(statement);
    if (!kept) failure_ = kept.error();
    return kept;
}

Result<void> StatementStore::append(Bytes statement) {
    if (statement.size() > kMaxKeptStatement) {
        return Error(Fault::Malformed, "statement is too large to be kept");
    }
    Writer writer;
    writer.u32(static_cast<std::uint32_t>(statement.size())).put(statement);
    const TreeHash chain = chained(chain_, writer.bytes());
    writer.put(chain.bytes());
    const Bytes parts[] = {writer.bytes()};
    BOLTSEAL_CHECK(file_.write(end_, parts));
    BOLTSEAL_CHECK(file_.sync());
    chain_ = chain;
    return add(statement);
}

Result<StatementStore::Page> StatementStore::find(const BlobDigest& subject, std::uint64_t from,
                                                  std::size_t most) const {
    BOLTSEAL_TRY(const auto places, index_->find(key_of(by_subject(subject)), from, most));
    Page page{{}, places.next};
    for (const std::uint64_t place : places.indexes) {
        BOLTSEAL_TRY(auto record, read(place));
        const auto parsed = record ? parse_statement(record->statement)
                                   : Result<Statement>(Error(Fault::Integrity, ""));
        if (!parsed || !find_subject(*parsed, subject)) {
            return Error(Fault::Integrity, "'" + file_.path().string() + "' is damaged");
        }
        page.statements.push_back({place, std::move(record->statement)});
    }
    return page;
}

}  // namespace boltseal
