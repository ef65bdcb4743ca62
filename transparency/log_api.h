// What the log answers to a request: structs in, structs out, no sockets. specs/log-api.md
//
// Writes are Rekor v2's, one entry each; boltseal's own, many entries under one checkpoint; and, if
// switched on, any bytes. Reads are those of c2sp.org/tlog-tiles, below "/" and below "/api/v2/".
// Only what the published checkpoint covers is served, so what is cached for ever never changes.
#pragma once

#include "transparency/http_message.h"
#include "transparency/sequencer.h"
#include "transparency/statement_store.h"
#include "transparency/workers.h"

#include <optional>
#include <string>

namespace boltseal {

enum class RawEntries { Refused, Taken };

// Safe from many threads. Everything that it refers to must outlive it, and so must it every reply.
class LogApi {
public:
    // Without a store, statements that come with entries are not kept.
    LogApi(Sequencer& sequencer, NoteKey key, Workers& workers,
           RawEntries raw = RawEntries::Refused, StatementStore* statements = nullptr)
        : sequencer_(sequencer),
          key_(std::move(key)),
          workers_(workers),
          raw_(raw),
          statements_(statements) {}

    // Never waits: what takes time is left to the workers.
    void handle(ApiRequest request, Reply reply);

private:
    void post(const Reply& reply, std::function<void()> work);
    void route_write(ApiRequest request, const Reply& reply);
    void add_entry(const ApiRequest& request, const Reply& reply);
    void add_raw(ApiRequest request, const Reply& reply);
    void add_batch(const ApiRequest& request, const Reply& reply);
    void submit_batch(std::vector<Buffer> entries, std::vector<Buffer> statements,
                      std::shared_ptr<WriteWatch> watch, const Reply& reply);
    Result<void> keep(const std::vector<Buffer>& statements);
    bool is_known(std::string_view path);
    std::optional<Tile> find_tile(std::string_view path) const;
    ApiResponse read(std::string_view path);
    ApiResponse read_tile(const Tile& tile);
    ApiResponse ready() const;

    Sequencer& sequencer_;
    const NoteKey key_;
    Workers& workers_;
    const RawEntries raw_;
    StatementStore* const statements_;
};

}  // namespace boltseal
