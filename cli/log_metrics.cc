#include "cli/log_metrics.h"

namespace boltseal {

namespace {

ApiResponse print(const MetricsSources& sources) {
    MetricsText text;
    const bool ready = sources.sequencer.check_ready().has_value();
    text.gauge("boltseal_log_ready", "1 while entries are taken.", ready ? 1 : 0);
    text.gauge("boltseal_log_tree_size", "Entries in the published checkpoint.",
               sources.sequencer.published()->head().size);
    text.gauge("boltseal_log_queue_entries", "Entries that wait for their batch.",
               sources.sequencer.waiting());
    text.gauge("boltseal_log_memory_entry_bytes", "Entries that are not in durable tiles yet.",
               sources.sequencer.log().bytes());
    sources.log.print(text);
    sources.server.metrics().print(text);
    print_process(text);
    ApiResponse response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = std::move(text).take();
    return response;
}

}  // namespace

Result<std::unique_ptr<HttpServer>> serve_metrics(const std::string& address,
                                                  const MetricsSources& sources,
                                                  const LogLines& lines) {
    if (address.empty()) return std::unique_ptr<HttpServer>();
    BOLTSEAL_TRY(const ListenAddress where, parse_listen_address(address));
    HttpLimits limits;
    limits.max_connections = 16;
    limits.max_body = 0;
    BOLTSEAL_TRY(auto server,
                 HttpServer::start(
                     where,
                     [sources](const ApiRequest& request, const Reply& reply) {
                         const bool known = request.path == "/metrics" && request.method != "POST";
                         reply(known ? print(sources) : error_response(404, "not found"));
                     },
                     limits));
    const std::string url =
        "http://" + to_string(ListenAddress{where.host, server->port()}) + "/metrics";
    lines.say("metrics", "metrics at " + url, {{"url", url}});
    return server;
}

}  // namespace boltseal
