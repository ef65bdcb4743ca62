// Who may write, how much, and what is kept of it: stands before whatever answers requests, and
// lets reads through. specs/log-writers.md
#pragma once

#include "transparency/allow_list.h"
#include "transparency/audit_log.h"
#include "transparency/http_message.h"
#include "transparency/rate_limiter.h"
#include "transparency/tokens.h"

#include <optional>

namespace boltseal {

// What is not set asks for nothing.
struct WriteRules {
    std::optional<TokenFolder> tokens;  // asks for one only once there is one
    std::optional<AllowList> allowed;
    std::optional<RateLimit> rate;
    std::unique_ptr<AuditLog> audit;
    // Whose word on the client's address is taken: the last one in X-Forwarded-For.
    std::vector<IpRange> trusted_proxies;
};

// Its parts, and `next`, must outlive every reply.
class WriteGate {
public:
    using Next = std::function<void(ApiRequest, Reply)>;
    using WallClock = std::function<Timestamp()>;

    WriteGate(WriteRules rules, WallClock clock, Next next);

    // Not for use from two threads at once: it is the server's. Every POST counts as a write.
    void handle(ApiRequest request, Reply reply);

private:
    class Watch;
    void handle_write(ApiRequest request, const Reply& reply);
    std::optional<ApiResponse> refuse(const ApiRequest& request, const IpAddress& client,
                                      std::string& token);
    IpAddress client_of(const ApiRequest& request) const;
    void finish(const Watch& watch, ApiResponse response, const Reply& reply);

    WriteRules rules_;
    const WallClock clock_;
    const Next next_;
    std::optional<RateLimiter> limiter_;
    const bool watches_;  // or only looks at tokens
};

}  // namespace boltseal
