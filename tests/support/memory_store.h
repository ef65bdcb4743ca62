// A log's stores in memory, which can be told to fail at their n-th call: before it took effect, or
// after it did and only the caller did not hear of it.
#pragma once

#include "transparency/publication.h"
#include "transparency/storage.h"

#include <atomic>
#include <functional>
#include <map>
#include <mutex>

namespace boltseal::test {

enum class Failure { NotPersisted, PersistedAnyway };

// Counts the calls of all stores together. Everything after the failure fails too, as on a disk
// that has gone away, until it is cleared.
struct FaultPlan {
    int fail_at = -1;  // counted from 0; -1: never
    Failure failure = Failure::NotPersisted;
    int calls = 0;

    bool fails_now() { return fail_at >= 0 && calls++ >= fail_at; }
};

class MemoryStore : public ObjectStore, public Journal, public HeadStore, public Publication {
public:
    struct Record {
        std::uint64_t first = 0;
        std::uint32_t count = 0;
        Buffer entries;
    };

    Result<void> put(const std::vector<StoredObject>& added) override {
        return change([&]() -> Result<void> {
            for (const StoredObject& object : added) {
                const auto [at, is_new] = objects.emplace(object.path, object.bytes);
                if (!is_new && at->second != object.bytes) {
                    return Error(Fault::Declined, "other bytes");
                }
            }
            return {};
        });
    }
    Result<Buffer> get(std::string_view path) override {
        const std::lock_guard guard(mutex_);
        const auto found = objects.find(std::string(path));
        if (found == objects.end()) return Error(Fault::Missing, std::string(path) + " is missing");
        return found->second;
    }

    void replace(const std::string& path, const Buffer& bytes) {  // as a broken disk does
        const std::lock_guard guard(mutex_);
        objects.at(path) = bytes;
    }

    Result<void> replay(const Visit& visit) override {
        BOLTSEAL_CHECK(visit({journal_begin, 0, {}}));
        for (const Record& record : records) {
            BOLTSEAL_CHECK(visit({record.first, record.count, record.entries}));
        }
        return {};
    }
    Result<void> append(const JournalRecord& record) override {
        return change([&]() -> Result<void> {
            records.push_back({record.first, record.count, to_buffer(record.entries)});
            return {};
        });
    }
    Result<void> forget(std::uint64_t size) override {
        return change([&]() -> Result<void> {
            while (!records.empty() && records.front().first + records.front().count <= size) {
                journal_begin = records.front().first + records.front().count;
                records.erase(records.begin());
            }
            return {};
        });
    }

    Result<std::optional<std::string>> load() override {
        const std::lock_guard guard(mutex_);
        return head;
    }
    Result<void> advance(const std::optional<std::string>& expected,
                         const std::string& next) override {
        return change([&]() -> Result<void> {
            if (head != expected) return Error(Fault::Declined, "another writer was first");
            head = next;
            heads.push_back(next);
            return {};
        });
    }

    Result<std::optional<std::string>> last() override { return shown; }
    Result<VerifiedCheckpoint> publish(const VerifiedCheckpoint& signed_head) override {
        ++attempts;
        if (before_publish) before_publish();
        if (puts_off) return Error(Fault::Declined, "witnesses lack");
        BOLTSEAL_CHECK(change([&]() -> Result<void> {
            shown = signed_head.note();
            return {};
        }));
        return signed_head;
    }

    std::map<std::string, Buffer> objects;
    std::uint64_t journal_begin = 0;
    std::vector<Record> records;
    std::optional<std::string> head;
    std::vector<std::string> heads;     // all there were
    std::optional<std::string> shown;   // the published checkpoint
    std::atomic<bool> puts_off{false};  // nothing is published
    std::atomic<int> attempts{0};       // to publish
    FaultPlan plan;
    std::function<void()> before_change;   // to hold the writer up
    std::function<void()> before_publish;  // and the publisher

private:
    template <typename Change>
    Result<void> change(Change apply) {
        if (before_change) before_change();
        const std::lock_guard guard(mutex_);
        if (!plan.fails_now()) return apply();
        if (plan.failure == Failure::PersistedAnyway && plan.calls == plan.fail_at + 1) {
            (void)apply();
        }
        return Error(Fault::Io, "the disk is gone");
    }

    std::mutex mutex_;
};

}  // namespace boltseal::test
