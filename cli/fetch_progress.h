// How far a fetch is: bars with rate, time left and connections on a terminal, a line every few
// seconds elsewhere, or events as JSON, one a line; and at the end who was at fault for what.
#pragma once

#include "core/json.h"
#include "registry-client/blob_fetcher.h"

#include <iosfwd>

namespace boltseal {

enum class ProgressForm { People, Json };

class FetchPrinter : public FetchObserver {
public:
    FetchPrinter(std::ostream& err, ProgressForm form);
    FetchPrinter(const FetchPrinter&) = delete;
    FetchPrinter& operator=(const FetchPrinter&) = delete;
    ~FetchPrinter() override;  // wipes the bars

    void on_progress(const FetchProgress& progress) override;
    void on_incident(const Incident& incident) override;
    void summary(const FetchReport& report);

private:
    using Clock = std::chrono::steady_clock;
    void wipe();
    void draw(const FetchProgress& progress);

    std::ostream& err_;
    const ProgressForm form_;
    const bool terminal_;
    const Clock::time_point start_ = Clock::now();
    Clock::time_point shown_ = start_;
    std::size_t lines_ = 0;  // on the terminal now
};

// "12.3 MB of 50.0 MB, 4.1 MB/s, 9 s left, 32 connections, 2 retries".
std::string progress_line(const FetchProgress& progress);

// What lay on this machine, as specs/schema has it.
Json to_json_value(const std::vector<ShelfReport>& shelves);

// "fetched 50.0 MB in 12 s (4.1 MB/s)", a line for each shelf that had something, and one for
// each source that something went wrong at.
std::string summary_text(const FetchReport& report, double seconds);

}  // namespace boltseal
