// What the log answers to a request: structs in, structs out, no HTTP library. specs/log-api.md
//
// Writes are Rekor v2's, reads those of c2sp.org/tlog-tiles, below "/" and below "/api/v2/". Only
// what the published checkpoint covers is served, so what is cached for ever never changes.
#pragma once

#include "transparency/sequencer.h"

#include <string>

namespace boltseal {

struct ApiRequest {
    std::string method;
    std::string path;  // without query
    Buffer body;
};

struct ApiResponse {
    int status = 200;
    std::string content_type;
    std::string cache_control = "no-store";
    std::string allow;  // empty: no such header; the same for the next
    std::string retry_after;
    std::string body;
};

// An error as grpc-gateway prints it: {"code":3,"message":"...","details":[]}.
ApiResponse error_response(int status, std::string_view message);

// Safe from many threads. The sequencer and the store must outlive it.
class LogApi {
public:
    LogApi(Sequencer& sequencer, ObjectStore& store, NoteKey key)
        : sequencer_(sequencer), store_(store), key_(std::move(key)) {}

    ApiResponse handle(const ApiRequest& request);

private:
    ApiResponse add_entry(Bytes submission);
    ApiResponse read(std::string_view path);
    ApiResponse read_tile(std::string_view path);
    ApiResponse ready() const;

    Sequencer& sequencer_;
    ObjectStore& store_;
    NoteKey key_;
};

}  // namespace boltseal
