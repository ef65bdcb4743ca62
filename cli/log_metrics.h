// Serves /metrics, on an address of its own: what it tells is for the operator.
// specs/operations.md#metrics
#pragma once

#include "cli/log_lines.h"
#include "transparency/http_server.h"
#include "transparency/measured_log.h"

namespace boltseal {

// All must outlive the server.
struct MetricsSources {
    const LogMetrics& log;
    const HttpServer& server;
    Sequencer& sequencer;
};

// Says where. Nothing without an address; Config if it cannot be used.
Result<std::unique_ptr<HttpServer>> serve_metrics(const std::string& address,
                                                  const MetricsSources& sources,
                                                  const LogLines& lines);

}  // namespace boltseal
