// A log that serves on a loopback port, with its store in memory.
#pragma once

#include "tests/check.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_log.h"
#include "transparency/http_server.h"
#include "transparency/log_api.h"
#include "transparency/lookup_api.h"
#include "transparency/lookup_writer.h"

namespace boltseal::test {

struct RunningLog : TestLog {
    TempFolder folder;
    std::unique_ptr<LookupIndex> lookup_index = LookupIndex::open(folder.path() / "l").value();
    std::unique_ptr<StatementStore> statements = StatementStore::open(folder.path() / "s").value();
    std::unique_ptr<LookupApi> lookups;
    std::unique_ptr<LogApi> api;
    Workers workers{2};
    std::function<void(ApiResponse&)> tamper;  // set before the first request
    std::unique_ptr<HttpServer> server;

    explicit RunningLog(TestLogKey log_key = test_log_key()) : TestLog(std::move(log_key)) {
        restart();
        api = std::make_unique<LogApi>(*sequencer, key.note_key, workers, RawEntries::Taken,
                                       statements.get());
        lookups = std::make_unique<LookupApi>(*sequencer, *lookup_index, *statements);
        auto serving =
            HttpServer::start({"127.0.0.1", 0}, [this](ApiRequest request, const Reply& reply) {
                const Reply tampered([this, reply](ApiResponse response) {
                    if (tamper) tamper(response);
                    reply(std::move(response));
                });
                if (LookupApi::has(request.path)) return tampered(lookups->answer(request));
                api->handle(std::move(request), tampered);
            });
        REQUIRE_OK(serving);
        server = *std::move(serving);
    }

    ~RunningLog() {  // each may answer through the next
        server.reset();
        sequencer->stop();
        workers.stop();
    }
    RunningLog(const RunningLog&) = delete;
    RunningLog& operator=(const RunningLog&) = delete;

    // Look-ups have got as far as the log.
    void follow() const {
        REQUIRE_OK(bring_up(*lookup_index, sequencer->log(), sequencer->published()->head()));
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(server->port()); }
};

}  // namespace boltseal::test
