// A log that serves on a loopback port, with its store in memory.
#pragma once

#include "tests/check.h"
#include "tests/support/test_log.h"
#include "transparency/http_server.h"
#include "transparency/log_api.h"

namespace boltseal::test {

struct RunningLog : TestLog {
    std::unique_ptr<LogApi> api;
    Workers workers{2};
    std::function<void(ApiResponse&)> tamper;  // set before the first request
    std::unique_ptr<HttpServer> server;

    explicit RunningLog(TestLogKey log_key = test_log_key()) : TestLog(std::move(log_key)) {
        restart();
        api = std::make_unique<LogApi>(*sequencer, key.note_key, workers);
        auto serving =
            HttpServer::start({"127.0.0.1", 0}, [this](ApiRequest request, const Reply& reply) {
                api->handle(std::move(request), Reply([this, reply](ApiResponse response) {
                                if (tamper) tamper(response);
                                reply(std::move(response));
                            }));
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

    std::string url() const { return "http://127.0.0.1:" + std::to_string(server->port()); }
};

}  // namespace boltseal::test
