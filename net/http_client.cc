#include "net/http_client.h"

#include "net/exchange.h"
#include "net/redirect.h"

#include <curl/curl.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#ifndef BOLTSEAL_VERSION
#define BOLTSEAL_VERSION "0"
#endif

namespace boltseal {

namespace {

using std::chrono::milliseconds;
using Clock = Exchange::Clock;

constexpr long kOpenConnections = 256;
constexpr std::size_t kIdleHandles = 64;

struct FreeMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct FreeShare {
    void operator()(CURLSH* share) const { curl_share_cleanup(share); }
};

}  // namespace

class HttpClient::Loop {
public:
    explicit Loop(HttpOptions options);
    ~Loop();

    Id start(Request request);
    void cancel(Id id);
    void run(milliseconds most);
    void wake() { curl_multi_wakeup(multi_.get()); }

    bool has_finished() const { return !finished_.empty(); }
    std::vector<Finished> take_finished() { return std::exchange(finished_, {}); }
    std::optional<Result<Response>> take(Id id);
    std::optional<std::chrono::microseconds> connect_time(const std::string& authority) const;

private:
    // One request with its redirects. The exchange looks at `request`: it must not move.
    struct Transfer {
        Id id = 0;
        Request request;
        Url first;
        Url url;
        int redirects = 0;
        bool public_only = false;
        Clock::time_point start = Clock::now();
        std::unique_ptr<Exchange> exchange;
    };

    using Tls = std::shared_ptr<const TlsFiles>;

    Result<void> begin(Transfer& transfer);
    Result<Tls> tls_for(const Transfer& transfer);
    Result<void> begin_hop(Transfer& transfer);
    Result<bool> follow(Transfer& transfer, const Response& answer);
    void end_hop(Transfer& transfer, int code);
    void end(Id id, Result<Response> answer);
    std::unique_ptr<Exchange> take_exchange();
    void note_connect_time(const Transfer& transfer);
    milliseconds wait_for_room(milliseconds most);
    void resume_paused();

    HttpOptions options_;
    std::optional<ReceiveLimit> limit_;
    Id resumed_ = 0;                            // the last one: the next has its turn
    std::unique_ptr<CURLSH, FreeShare> share_;  // outlives the handles that use it
    std::unique_ptr<CURLM, FreeMulti> multi_;
    std::vector<std::unique_ptr<Exchange>> idle_;
    std::map<Id, std::unique_ptr<Transfer>> transfers_;
    std::map<void*, Transfer*> by_handle_;
    std::vector<Finished> finished_;
    std::map<std::string, std::chrono::microseconds> connect_times_;
    std::map<std::string, Tls> tls_;  // by authority: what tls_of said
    Id next_ = 1;
};

HttpClient::Loop::Loop(HttpOptions options) : options_(std::move(options)) {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (started == CURLE_OK) {
        share_.reset(curl_share_init());
        multi_.reset(curl_multi_init());
    }
    if (!share_ || !multi_) throw std::runtime_error("libcurl cannot start");
    curl_share_setopt(share_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, kOpenConnections);
    if (options_.user_agent.empty()) options_.user_agent = "boltseal/" BOLTSEAL_VERSION;
    if (options_.most_rate > 0) limit_.emplace(options_.most_rate, Clock::now());
}

HttpClient::Loop::~Loop() {
    for (const auto& [handle, transfer] : by_handle_) {
        curl_multi_remove_handle(multi_.get(), handle);
    }
    transfers_.clear();
    idle_.clear();
}

std::unique_ptr<Exchange> HttpClient::Loop::take_exchange() {
    if (idle_.empty()) {
        return std::make_unique<Exchange>(options_, share_.get(), limit_ ? &*limit_ : nullptr);
    }
    auto out = std::move(idle_.back());
    idle_.pop_back();
    return out;
}

HttpClient::Id HttpClient::Loop::start(Request request) {
    const Id id = next_++;
    auto& transfer = *transfers_.emplace(id, std::make_unique<Transfer>()).first->second;
    transfer.id = id;
    transfer.request = std::move(request);
    transfer.public_only = transfer.request.public_only;
    auto begun = begin(transfer);
    if (!begun) end(id, std::move(begun).error());
    return id;
}

Result<void> HttpClient::Loop::begin(Transfer& transfer) {
    BOLTSEAL_TRY(transfer.first, parse_url(transfer.request.url));
    transfer.url = transfer.first;
    transfer.exchange = take_exchange();
    return begin_hop(transfer);
}

Result<HttpClient::Loop::Tls> HttpClient::Loop::tls_for(const Transfer& transfer) {
    if (transfer.request.tls || transfer.url.scheme != "https") return transfer.request.tls;
    const std::string host = authority(transfer.url);
    const auto known = tls_.find(host);
    if (known != tls_.end()) return known->second;
    if (!options_.tls_of) return Tls();
    BOLTSEAL_TRY(Tls found, options_.tls_of(host));
    return tls_.emplace(host, std::move(found)).first->second;
}

Result<void> HttpClient::Loop::begin_hop(Transfer& transfer) {
    const milliseconds limit = transfer.request.timeout;
    const auto spent = std::chrono::duration_cast<milliseconds>(Clock::now() - transfer.start);
    if (limit.count() > 0 && spent >= limit) {
        return Error(Fault::Io, authority(transfer.url) + ": timed out");
    }
    const milliseconds left = limit.count() > 0 ? limit - spent : milliseconds{0};
    Exchange::Hop hop{transfer.url, transfer.public_only, left};
    BOLTSEAL_TRY(hop.tls, tls_for(transfer));
    BOLTSEAL_CHECK(transfer.exchange->prepare(transfer.request, hop));
    void* handle = transfer.exchange->handle();
    if (curl_multi_add_handle(multi_.get(), handle) != CURLM_OK) {
        return Error(Fault::Io, "libcurl cannot start a transfer");
    }
    by_handle_[handle] = &transfer;
    return {};
}

void HttpClient::Loop::note_connect_time(const Transfer& transfer) {
    const auto time = transfer.exchange->connect_time();
    if (!time) return;
    const auto [known, is_new] = connect_times_.emplace(authority(transfer.url), *time);
    if (!is_new) known->second = std::min(known->second, *time);
}

std::optional<std::chrono::microseconds> HttpClient::Loop::connect_time(
    const std::string& authority) const {
    const auto found = connect_times_.find(authority);
    if (found == connect_times_.end()) return std::nullopt;
    return found->second;
}

// Whether there is a next hop, which `transfer` then stands at.
Result<bool> HttpClient::Loop::follow(Transfer& transfer, const Response& answer) {
    const std::string* location = answer.header("location");
    if (!is_followed(transfer.request) || !is_redirect(answer.status) || location == nullptr) {
        return false;
    }
    if (transfer.redirects == transfer.request.max_redirects) {
        return Error(Fault::Malformed, authority(transfer.url) + ": redirected more than " +
                                           std::to_string(transfer.redirects) + " times");
    }
    if (transfer.redirects == 0 && !transfer.exchange->peer_is_local()) transfer.public_only = true;
    auto next = next_hop(transfer.first, transfer.url, *location);
    if (!next) return std::move(next).error().context(authority(transfer.url));
    if (!same_origin(transfer.url, *next)) {
        drop_private(transfer.request.headers);
        transfer.request.tls = nullptr;
    }
    transfer.url = std::move(next).value();
    ++transfer.redirects;
    return true;
}

void HttpClient::Loop::end_hop(Transfer& transfer, int code) {
    curl_multi_remove_handle(multi_.get(), transfer.exchange->handle());
    by_handle_.erase(transfer.exchange->handle());
    note_connect_time(transfer);
    auto answer = transfer.exchange->finish(code);
    if (!answer) {
        end(transfer.id, std::move(answer).error().context(authority(transfer.url)));
        return;
    }
    auto more = follow(transfer, *answer);
    if (!more) return end(transfer.id, std::move(more).error());
    if (!*more) return end(transfer.id, std::move(answer));
    auto begun = begin_hop(transfer);
    if (!begun) end(transfer.id, std::move(begun).error());
}

void HttpClient::Loop::end(Id id, Result<Response> answer) {
    const auto found = transfers_.find(id);
    if (found->second->exchange && idle_.size() < kIdleHandles) {
        idle_.push_back(std::move(found->second->exchange));
    }
    transfers_.erase(found);
    finished_.push_back({id, std::move(answer)});
}

void HttpClient::Loop::cancel(Id id) {
    std::erase_if(finished_, [&](const Finished& one) { return one.id == id; });
    const auto found = transfers_.find(id);
    if (found == transfers_.end()) return;
    void* handle = found->second->exchange->handle();
    curl_multi_remove_handle(multi_.get(), handle);
    by_handle_.erase(handle);
    if (idle_.size() < kIdleHandles) idle_.push_back(std::move(found->second->exchange));
    transfers_.erase(found);
}

milliseconds HttpClient::Loop::wait_for_room(milliseconds most) {
    const bool waits = limit_ && std::ranges::any_of(transfers_, [](const auto& one) {
                           return one.second->exchange && one.second->exchange->is_paused();
                       });
    return waits ? std::min(most, limit_->wait(Clock::now())) : most;
}

// In turn, as long as there is room: whoever is asked first each time would have it all.
void HttpClient::Loop::resume_paused() {
    if (!limit_) return;
    for (std::size_t i = 0; i < transfers_.size() && limit_->has_room(Clock::now()); ++i) {
        auto next = transfers_.upper_bound(resumed_);
        if (next == transfers_.end()) next = transfers_.begin();
        resumed_ = next->first;
        Exchange* const exchange = next->second->exchange.get();
        if (exchange == nullptr || !exchange->is_paused()) continue;
        if (const int code = exchange->resume(); code != 0) end_hop(*next->second, code);
    }
}

void HttpClient::Loop::run(milliseconds most) {
    int running = 0;
    const auto wait = static_cast<int>(wait_for_room(most).count());
    curl_multi_poll(multi_.get(), nullptr, 0, wait, nullptr);
    resume_paused();
    curl_multi_perform(multi_.get(), &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        const auto found = by_handle_.find(message->easy_handle);
        if (found != by_handle_.end()) end_hop(*found->second, message->data.result);
    }
}

std::optional<Result<Response>> HttpClient::Loop::take(Id id) {
    const auto found = std::find_if(finished_.begin(), finished_.end(),
                                    [&](const Finished& one) { return one.id == id; });
    if (found == finished_.end()) return std::nullopt;
    Result<Response> out = std::move(found->answer);
    finished_.erase(found);
    return out;
}

HttpClient::HttpClient(HttpOptions options) : loop_(std::make_unique<Loop>(std::move(options))) {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

Result<Response> HttpClient::send(const Request& request) {
    return std::move(send_all({request}).front());
}

std::vector<Result<Response>> HttpClient::send_all(const std::vector<Request>& requests) {
    std::vector<Id> ids;
    for (const Request& request : requests) ids.push_back(loop_->start(request));
    std::vector<Result<Response>> out;
    for (const Id id : ids) {
        auto answer = loop_->take(id);
        for (; !answer; answer = loop_->take(id)) loop_->run(milliseconds{1000});
        out.push_back(*std::move(answer));
    }
    return out;
}

HttpClient::Id HttpClient::start(Request request) {
    return loop_->start(std::move(request));
}

void HttpClient::cancel(Id id) {
    loop_->cancel(id);
}

std::vector<HttpClient::Finished> HttpClient::wait(milliseconds most) {
    loop_->run(loop_->has_finished() ? milliseconds{0} : most);
    return loop_->take_finished();
}

void HttpClient::wake() {
    loop_->wake();
}

std::optional<std::chrono::microseconds> HttpClient::connect_time(
    const std::string& authority) const {
    return loop_->connect_time(authority);
}

}  // namespace boltseal
