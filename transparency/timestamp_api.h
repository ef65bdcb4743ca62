// Time stamps over HTTP: structs in, structs out. RFC 3161 section 3.4,
// specs/log-api.md#time-stamps
#pragma once

#include "transparency/http_message.h"
#include "transparency/time_stamping.h"

#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace boltseal {

// Safe from many threads. Waits for the stamper: not for the thread that serves all connections.
// What it refers to must outlive it.
class TimestampApi {
public:
    // Told why no time stamps are given from now on, or, with nothing, that they are again; one at
    // a time.
    using OnChange = std::function<void(const std::optional<Error>&)>;

    // The stamper must be safe from many threads.
    TimestampApi(TimeStamper& stamper, const std::vector<Certificate>& chain, OnChange on_change);

    // True for the paths that are answered here: time stamps, and the certificates as PEM.
    static bool has(std::string_view path);

    ApiResponse answer(const ApiRequest& request);

private:
    ApiResponse stamp(const ApiRequest& request);
    void note(const std::optional<Error>& trouble);

    TimeStamper& stamper_;
    std::string chain_;
    const OnChange on_change_;

    std::mutex mutex_;  // guards what follows; held while on_change is called
    bool is_troubled_ = false;
};

}  // namespace boltseal
