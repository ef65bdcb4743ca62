// index_stores STORE FOLDER [MILLIONS]: what an index from leaf hash to place costs while it grows:
// batches of new random leaves, each looked up first as a log must, then added. One row for each
// million entries. STORE is sqlite, lmdb, rocksdb or runs, which is ours. specs/adr/0012 has what
// came of it.
//
// None of them syncs for a batch: the log's journal is what survives a crash, and from it the tail
// of an index is made again. So this is the best that each can do.
#include "tests/bench/samples.h"
#include "transparency/run_index.h"

#include <lmdb.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>

namespace {

using namespace boltseal::bench;

using Leaf = std::array<char, 32>;
constexpr std::size_t kBatch = 512;
constexpr std::size_t kMemory = std::size_t{256}
                                << 20;  // for caches, of the 512 MiB that are asked

void require(bool held, const char* what) {
    if (held) return;
    std::fprintf(stderr, "index_stores: %s\n", what);
    std::exit(1);
}

class Store {
public:
    virtual ~Store() = default;
    virtual bool has(const Leaf& leaf) = 0;
    virtual void add(const std::vector<Leaf>& leaves, std::uint64_t first) = 0;
};

class Sqlite : public Store {
public:
    explicit Sqlite(const std::string& folder) {
        require(sqlite3_open((folder + "/index").c_str(), &db_) == SQLITE_OK, "sqlite: open");
        run("PRAGMA journal_mode=WAL");
        run("PRAGMA synchronous=OFF");
        run(("PRAGMA cache_size=-" + std::to_string(kMemory >> 10)).c_str());
        run("CREATE TABLE leaves (leaf BLOB PRIMARY KEY, place INTEGER) WITHOUT ROWID");
        add_ = prepare("INSERT INTO leaves VALUES (?, ?)");
        find_ = prepare("SELECT place FROM leaves WHERE leaf = ?");
    }
    ~Sqlite() override {
        sqlite3_finalize(add_);
        sqlite3_finalize(find_);
        sqlite3_close(db_);
    }
    bool has(const Leaf& leaf) override {
        sqlite3_bind_blob(find_, 1, leaf.data(), static_cast<int>(leaf.size()), SQLITE_STATIC);
        const bool found = sqlite3_step(find_) == SQLITE_ROW;
        sqlite3_reset(find_);
        return found;
    }
    void add(const std::vector<Leaf>& leaves, std::uint64_t first) override {
        run("BEGIN");
        for (const Leaf& leaf : leaves) {
            sqlite3_bind_blob(add_, 1, leaf.data(), static_cast<int>(leaf.size()), SQLITE_STATIC);
            sqlite3_bind_int64(add_, 2, static_cast<sqlite3_int64>(first++));
            require(sqlite3_step(add_) == SQLITE_DONE, "sqlite: insert");
            sqlite3_reset(add_);
        }
        run("COMMIT");
    }

private:
    void run(const char* sql) {
        require(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
    }
    sqlite3_stmt* prepare(const char* sql) {
        sqlite3_stmt* statement = nullptr;
        require(sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr) == SQLITE_OK, sql);
        return statement;
    }
    sqlite3* db_ = nullptr;
    sqlite3_stmt* add_ = nullptr;
    sqlite3_stmt* find_ = nullptr;
};

class Lmdb : public Store {
public:
    explicit Lmdb(const std::string& folder) {
        require(mdb_env_create(&env_) == 0, "lmdb: create");
        mdb_env_set_mapsize(env_, std::size_t{16} << 30);
        require(mdb_env_open(env_, folder.c_str(), MDB_NOSYNC | MDB_NORDAHEAD, 0600) == 0,
                "lmdb: open");
        MDB_txn* txn = nullptr;
        mdb_txn_begin(env_, nullptr, 0, &txn);
        require(mdb_dbi_open(txn, nullptr, MDB_CREATE, &dbi_) == 0, "lmdb: table");
        mdb_txn_commit(txn);
    }
    ~Lmdb() override { mdb_env_close(env_); }
    bool has(const Leaf& leaf) override {
        if (!reader_) mdb_txn_begin(env_, nullptr, MDB_RDONLY, &reader_);
        MDB_val key = value(leaf.data(), leaf.size());
        MDB_val found;
        return mdb_get(reader_, dbi_, &key, &found) == 0;
    }
    void add(const std::vector<Leaf>& leaves, std::uint64_t first) override {
        if (reader_) mdb_txn_abort(reader_);
        reader_ = nullptr;
        MDB_txn* txn = nullptr;
        mdb_txn_begin(env_, nullptr, 0, &txn);
        for (const Leaf& leaf : leaves) {
            MDB_val key = value(leaf.data(), leaf.size());
            MDB_val place = value(&first, sizeof first);
            require(mdb_put(txn, dbi_, &key, &place, MDB_NOOVERWRITE) == 0, "lmdb: put");
            ++first;
        }
        require(mdb_txn_commit(txn) == 0, "lmdb: commit");
    }

private:
    static MDB_val value(const void* data, std::size_t size) {
        return {size, const_cast<void*>(data)};
    }
    MDB_env* env_ = nullptr;
    MDB_dbi dbi_ = 0;
    MDB_txn* reader_ = nullptr;
};

class Rocks : public Store {
public:
    explicit Rocks(const std::string& folder) {
        rocksdb::BlockBasedTableOptions table;
        table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
        table.block_cache = rocksdb::NewLRUCache(kMemory / 4);
        rocksdb::Options options;
        options.create_if_missing = true;
        options.compression = rocksdb::kNoCompression;  // hashes do not compress
        options.write_buffer_size = kMemory / 4;
        options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
        rocksdb::DB* db = nullptr;
        require(rocksdb::DB::Open(options, folder, &db).ok(), "rocksdb: open");
        db_.reset(db);
    }
    bool has(const Leaf& leaf) override {
        rocksdb::PinnableSlice found;
        return db_->Get({}, db_->DefaultColumnFamily(), slice(leaf), &found).ok();
    }
    void add(const std::vector<Leaf>& leaves, std::uint64_t first) override {
        rocksdb::WriteBatch batch;
        for (const Leaf& leaf : leaves) {
            batch.Put(slice(leaf), {reinterpret_cast<const char*>(&first), sizeof first});
            ++first;
        }
        rocksdb::WriteOptions options;
        options.disableWAL = true;
        require(db_->Write(options, &batch).ok(), "rocksdb: write");
    }

private:
    static rocksdb::Slice slice(const Leaf& leaf) { return {leaf.data(), leaf.size()}; }
    std::unique_ptr<rocksdb::DB> db_;
};

class Runs : public Store {
public:
    explicit Runs(const std::string& folder) : index_(boltseal::RunIndex::open(folder).value()) {}
    bool has(const Leaf& leaf) override { return index_->find(hash(leaf)).value().has_value(); }
    void add(const std::vector<Leaf>& leaves, std::uint64_t first) override {
        for (const Leaf& leaf : leaves) {
            require(index_->add(hash(leaf), first++).has_value(), "runs: add");
        }
        require(index_->settle({first, {}}).has_value(), "runs: settle");
    }

private:
    static boltseal::TreeHash hash(const Leaf& leaf) {
        std::array<std::uint8_t, 32> bytes;
        std::memcpy(bytes.data(), leaf.data(), leaf.size());
        return boltseal::TreeHash(bytes);
    }
    std::unique_ptr<boltseal::RunIndex> index_;
};

std::unique_ptr<Store> open_store(const std::string& name, const std::string& folder) {
    if (name == "sqlite") return std::make_unique<Sqlite>(folder);
    if (name == "lmdb") return std::make_unique<Lmdb>(folder);
    if (name == "rocksdb") return std::make_unique<Rocks>(folder);
    if (name == "runs") return std::make_unique<Runs>(folder);
    require(false, "STORE is sqlite, lmdb, rocksdb or runs");
    return nullptr;
}

double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double resident_megabytes() {
    std::ifstream statm("/proc/self/statm");
    double pages = 0;
    statm >> pages >> pages;
    return pages * 4096 / 1e6;
}

double disk_megabytes(const std::string& folder) {
    double bytes = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        if (file.is_regular_file()) bytes += static_cast<double>(file.file_size());
    }
    return bytes / 1e6;
}

Leaf random_leaf(std::mt19937_64& random) {
    std::array<std::uint64_t, 4> words{random(), random(), random(), random()};
    Leaf leaf;
    std::memcpy(leaf.data(), words.data(), leaf.size());
    return leaf;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    const std::string folder = argv[2];
    std::filesystem::create_directories(folder);
    const auto millions = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 20;
    const auto store = open_store(argv[1], folder);
    std::mt19937_64 random(1);
    std::printf("| %-8s | %9s | %9s | %12s | %12s | %12s | %9s | %9s |\n", argv[1], "entries",
                "entries/s", "CPU us/entry", "batch p50 ms", "batch p99 ms", "memory MB",
                "disk MB");
    std::uint64_t size = 0;
    for (std::uint64_t million = 1; million <= millions; ++million) {
        const auto start = Clock::now();
        const double cpu = cpu_seconds();
        std::vector<double> batches;
        const std::uint64_t begin = size;
        while (size < million * 1'000'000) {
            std::vector<Leaf> leaves;
            for (std::size_t i = 0; i < kBatch; ++i) leaves.push_back(random_leaf(random));
            const auto batch = Clock::now();
            for (const Leaf& leaf : leaves) require(!store->has(leaf), "a new leaf is there");
            store->add(leaves, size);
            batches.push_back(milliseconds_since(batch));
            size += leaves.size();
        }
        const auto added = static_cast<double>(size - begin);
        std::ranges::sort(batches);
        std::printf("| %-8s | %9llu | %9.0f | %12.2f | %12.2f | %12.2f | %9.0f | %9.0f |\n",
                    argv[1], static_cast<unsigned long long>(size),
                    added / milliseconds_since(start) * 1000, (cpu_seconds() - cpu) / added * 1e6,
                    batches[batches.size() / 2], batches[batches.size() * 99 / 100],
                    resident_megabytes(), disk_megabytes(folder));
        std::fflush(stdout);
    }
    std::mt19937_64 again(1);
    const auto start = Clock::now();
    for (int i = 0; i < 200'000; ++i) {
        require(store->has(random_leaf(again)), "a leaf is not found");
    }
    std::printf("%s: %.0f look-ups a second of leaves that are there\n", argv[1],
                200'000 / milliseconds_since(start) * 1000);
    return 0;
}
