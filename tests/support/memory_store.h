// A log's stores in memory, which can be told to fail at their n-th call: before it took effect, or
// after it did and only the caller did not hear of it.
#pragma once

#include "transparency/storage.h"

#include <atomic>
#include <functional>
#include <map>
#include <mutex>

namespace boltseal::test {

enum class Failure { NotPersisted, PersistedAnyway };

// Counts the calls of both stores together. Everything after the failure fails too, as on a disk
// that has gone away, until it is cleared.
struct FaultPlan {
    int fail_at = -1;  // counted from 0; -1: never
    Failure failure = Failure::NotPersisted;
    int calls = 0;

    bool fails_now() { return fail_at >= 0 && calls++ >= fail_at; }
};

class MemoryStore : public ObjectStore, public HeadStore {
public:
    Result<void> put(std::string_view path, Bytes object) override {
        return change([&]() -> Result<void> {
            const auto [at, is_new] = objects.emplace(path, to_buffer(object));
            if (is_new || equal(at->second, object)) return {};
            return Error(Fault::Declined, "other bytes");
        });
    }
    Result<void> replace(std::string_view path, Bytes object) override {
        return change([&]() -> Result<void> {
            objects[std::string(path)] = to_buffer(object);
            return {};
        });
    }
    Result<Buffer> get(std::string_view path) override {
        const std::lock_guard guard(mutex_);
        const auto found = objects.find(std::string(path));
        if (found == objects.end()) return Error(Fault::Missing, std::string(path) + " is missing");
        return found->second;
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

    std::map<std::string, Buffer> objects;
    std::optional<std::string> head;
    std::vector<std::string> heads;  // all there were
    FaultPlan plan;
    std::function<void()> before_change;  // to hold the writer up

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
