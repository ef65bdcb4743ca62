// How a registry is convinced: Basic, and the token flow of the distribution project (distribution
// v2.8 docs/spec/auth/token.md, oauth.md).
#pragma once

#include "net/retry.h"
#include "net/transport.h"
#include "registry-client/challenge.h"
#include "registry-client/credentials.h"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace boltseal {

// Answers the challenges of one registry, and remembers the token of each scope. A token is
// replaced when the registry refuses it, or before: when most of the time is over that it was given
// for, which is counted here, because whose clock is right is unknown.
class Authenticator {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Clock = std::function<Time()>;

    // `origin` is the registry as a URL. `transport` must outlive this.
    Authenticator(Transport& transport, std::string origin, std::optional<Credential> credential,
                  Patience patience, Clock clock = std::chrono::steady_clock::now);

    // Of the registry's host, where a token service may be as well.
    void set_tls(std::shared_ptr<const TlsFiles> tls) { tls_ = std::move(tls); }

    // The Authorization value to send for a scope; empty for none. Asks for a new token first if
    // the one there is about to expire; if none can be had, it is sent as long as it lasts.
    std::string authorization(const std::string& scope);

    // After a 401: asks for what it takes. Declined if there is nothing more to try.
    Result<void> answer(const Response& refusal, const std::string& scope);

private:
    struct Token {
        std::string text;
        Challenge challenge;           // what it answered
        std::optional<Time> renew_at;  // if it was said how long it is good
    };
    Result<Token> fetch_token(const Challenge& challenge, const std::string& scope);
    Result<Request> token_request(const Challenge& challenge, const std::string& scope) const;

    Transport* transport_;
    std::string origin_;
    std::optional<Credential> credential_;
    Patience patience_;
    std::shared_ptr<const TlsFiles> tls_;
    Clock clock_;
    bool basic_ = false;                   // the registry asked for Basic
    std::map<std::string, Token> tokens_;  // by scope
};

}  // namespace boltseal
