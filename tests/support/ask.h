// A request to a log's API, without sockets, and its answer.
#pragma once

#include "transparency/log_api.h"

#include <future>

namespace boltseal::test {

inline ApiResponse ask(LogApi& api, ApiRequest request) {
    // Owned by this call and by the reply, which may outlive it when the answer came twice.
    const auto promise = std::make_shared<std::promise<ApiResponse>>();
    api.handle(std::move(request),
               Reply([promise](ApiResponse response) { promise->set_value(std::move(response)); }));
    return promise->get_future().get();
}

}  // namespace boltseal::test
