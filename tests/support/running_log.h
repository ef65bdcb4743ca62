// A log that serves on a loopback port, with its store in memory.
#pragma once

#include "tests/check.h"
#include "tests/support/test_log.h"
#include "transparency/http_server.h"

namespace boltseal::test {

struct RunningLog {
    TestLogKey key;
    std::unique_ptr<MemoryStore> store;
    std::unique_ptr<Sequencer> sequencer;
    std::unique_ptr<LogApi> api;
    std::function<void(ApiResponse&)> tamper;  // set before the first request
    std::unique_ptr<HttpServer> server;

    explicit RunningLog(TestLogKey log_key = test_log_key()) : key(std::move(log_key)) {
        store = empty_log(key);
        auto started = Sequencer::start(*store, *store, key.head_signer());
        REQUIRE_OK(started);
        sequencer = *std::move(started);
        api = std::make_unique<LogApi>(*sequencer, *store, key.note_key);
        auto serving = HttpServer::start({"127.0.0.1", 0}, [this](const ApiRequest& request) {
            ApiResponse response = api->handle(request);
            if (tamper) tamper(response);
            return response;
        });
        REQUIRE_OK(serving);
        server = *std::move(serving);
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(server->port()); }
};

}  // namespace boltseal::test
