// The loop behind fetch_blobs: what it knows of blobs, sources and requests under way. Requests go
// out in fetch_dispatch.cc and are answered in fetch_answers.cc; what lies on this machine is
// brought by fetch_local.cc, before the rest is asked for. The decisions are made elsewhere:
// RangePlanner, ConcurrencyController, StallDetector, SourceHealth.
#pragma once

#include "registry-client/blob_fetcher.h"
#include "registry-client/concurrency.h"
#include "registry-client/incoming_blob.h"
#include "registry-client/range_planner.h"
#include "registry-client/stall_detector.h"

namespace boltseal {

std::string name_of(const BlobDigest& digest);  // "blob 'sha256:...'", for messages

class FetchLoop {
public:
    FetchLoop(HttpClient& http, LayoutStore& layout, std::vector<BlobToFetch> blobs,
              std::vector<BlobSource> sources, const FetchOptions& options,
              FetchObserver* observer);
    FetchLoop(const FetchLoop&) = delete;
    FetchLoop& operator=(const FetchLoop&) = delete;
    ~FetchLoop();

    Result<FetchReport> run();

private:
    using Clock = std::chrono::steady_clock;
    using Time = Clock::time_point;

    // A place that a source has sent us to for a blob: good until it is refused.
    struct Detour {
        std::string url;
        bool public_only = false;
    };

    struct Source {
        BlobSource who;
        SourceHealth health;
        SourceReport report;
        unsigned active = 0;
        bool ignores_ranges = false;
        int token = 0;  // counts up when a new one is got
    };

    struct Blob {
        BlobToFetch wanted;
        std::unique_ptr<IncomingBlob> incoming;  // once it is ours
        std::size_t awaited = 0;                 // pieces that are on their way from this machine
        std::optional<std::size_t> planned;      // its number in the planner, once all those came
        std::map<std::size_t, Detour> detours;   // by source
        std::map<std::size_t, int> refusals;     // by source, in a row
        std::map<std::size_t, Time> refused_at;  // the last of them
        std::set<std::size_t> gone;              // sources that have nothing for us
        std::set<std::size_t> tried;             // alone, and all of it was wrong
        std::optional<std::size_t> alone;        // the one source to take all of it from
        std::map<std::uint64_t, int> bad;        // how often what begins there was wrong
        bool streaming = false;                  // a server without ranges is sending it
        bool whole = false;
        std::optional<Error> last_error;
    };

    struct Transfer {
        HttpClient::Id id = 0;
        std::size_t blob = 0;
        std::size_t source = 0;
        Extent extent;         // what it is to bring; may be made shorter
        std::uint64_t at = 0;  // the next byte
        Buffer held;           // the last bytes before it, which do not count yet
        std::uint64_t came = 0;
        std::uint64_t fresh = 0;  // of what came: what was not there before
        bool stream = false;
        bool answered = false;
        bool ended = false;  // by us, with all that was wanted
        std::string detour;  // the URL asked, if it is not the registry's
        int token = 0;
        Time wrote_at;  // when nothing was held last
        Time start;
        StallDetector stall;
        std::optional<Trouble> trouble;  // found in the middle of the answer
    };
    using TransferPtr = std::unique_ptr<Transfer>;

    // A blob that lies on this machine. In the ledgers its number follows those of the sources.
    struct Local {
        LocalBlob blob;
        std::uint64_t bytes = 0;
        std::uint64_t chunks = 0;
        bool is_named = false;  // as damaged: it is dropped when nothing reads it any more
    };

    // What there is to fetch, and into what.
    Result<void> claim(Time now);
    Result<void> claim_blob(Blob& blob);
    void plan(Blob& blob);
    void mark_whole(Blob& blob);
    bool is_over() const;

    // What need not be asked for.
    void bring_local(Blob& blob);
    std::size_t number_of(const LocalBlob& blob);
    Local* local_of(std::size_t source);
    void handle_local(Blob& blob, Local& local, const BlobFinding& finding);
    void name_damaged(Local& local, const std::string& why);

    // Requests out.
    void dispatch(Time now);
    bool dispatch_range(Time now);
    bool dispatch_help(Time now);
    std::optional<std::size_t> choose_source(const Blob& blob, Extent extent, Time now,
                                             std::optional<std::size_t> other_than) const;
    bool may_serve(const Blob& blob, std::size_t source) const;
    Transfer& start(std::size_t blob, std::size_t source, Extent extent, bool stream, Time now);

    // Answers in.
    Result<void> on_head(Transfer& transfer, const Response& head);
    Result<void> on_piece(Transfer& transfer, Bytes piece);
    void begin_stream(Transfer& transfer);
    void hold(Transfer& transfer, Bytes bytes, Time now);
    void write(Transfer& transfer);
    void finished(HttpClient::Finished done, Time now);
    void settle(Transfer& transfer);
    void judge(Transfer& transfer, Result<Response> answer, Time now);
    void judge_status(Transfer& transfer, const Response& answer, Time now);
    void refused(Transfer& transfer, Error error, Time now);
    void count_refusal(const Transfer& transfer, Time now);
    void trouble(std::size_t source, Blob& blob, Trouble what, Error why, Time now,
                 std::optional<std::chrono::milliseconds> retry_after = {});
    TransferPtr drop(HttpClient::Id id);  // before its end; never null
    TransferPtr take(HttpClient::Id id);

    // What happens with time.
    void pump(Time now);
    void lost(Blob& blob, Extent extent);
    void handle(Blob& blob, const BlobFinding& finding, Time now);
    bool is_line_dead(Time now) const;
    void check_stalls(Time now);
    double typical_rate(Time now) const;
    double best_rate() const;
    double all_bytes() const;
    void report_progress(Time now);
    std::optional<Error> reason_to_give_up(Time now) const;
    Error nothing_left(const Blob& blob) const;
    FetchReport make_report() const;

    HttpClient& http_;
    LayoutStore& layout_;
    FetchOptions options_;
    FetchObserver* observer_;
    std::chrono::microseconds round_trip_{0};
    Time begin_;
    RangePlanner planner_;
    ConcurrencyController controller_;
    std::vector<Source> sources_;
    std::vector<Local> locals_;
    std::vector<std::size_t> by_plan_;  // planner's number -> blob
    std::map<HttpClient::Id, TransferPtr> transfers_;
    std::vector<OpenFile> folders_;  // of the layout; partial blobs borrow them
    std::optional<Error> fatal_;

    std::uint64_t received_ = 0;
    std::uint64_t refetched_ = 0;
    std::uint64_t asked_twice_ = 0;  // of the source that had them under way
    std::uint64_t reused_ = 0;
    std::uint64_t retries_ = 0;
    Time last_received_;  // a byte of any
    Time last_byte_;      // that was not there before
    Time asked_to_wait_;  // by a Retry-After
    Time last_claim_;
    Time last_look_;
    Time last_report_;
    std::uint64_t reported_bytes_ = 0;
    double goodput_ = 0;

    std::vector<Blob> blobs_;
    WorkPool pool_;  // last: its work looks at blobs_
};

}  // namespace boltseal
