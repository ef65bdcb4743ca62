// How a registry is convinced: Basic, and the token flow of the distribution project (distribution
// v2.8 docs/spec/auth/token.md, oauth.md).
#pragma once

#include "net/retry.h"
#include "net/transport.h"
#include "registry-client/credentials.h"

#include <map>
#include <optional>
#include <string>

namespace boltseal {

struct Challenge;

// Answers the challenges of one registry, and remembers the token of each scope. Tokens are
// replaced when the registry refuses them, not by the clock: whose clock is right is unknown.
class Authenticator {
public:
    // `origin` is the registry as a URL. `transport` must outlive this.
    Authenticator(Transport& transport, std::string origin, std::optional<Credential> credential,
                  Patience patience);

    // Of the registry's host, where a token service may be as well.
    void set_tls(std::shared_ptr<const TlsFiles> tls) { tls_ = std::move(tls); }

    // The Authorization value to send for a scope; empty for none.
    std::string authorization(const std::string& scope) const;

    // After a 401: asks for what it takes. Declined if there is nothing more to try.
    Result<void> answer(const Response& refusal, const std::string& scope);

private:
    Result<std::string> fetch_token(const Challenge& challenge, const std::string& scope);
    Result<Request> token_request(const Challenge& challenge, const std::string& scope) const;

    Transport* transport_;
    std::string origin_;
    std::optional<Credential> credential_;
    Patience patience_;
    std::shared_ptr<const TlsFiles> tls_;
    bool basic_ = false;                         // the registry asked for Basic
    std::map<std::string, std::string> tokens_;  // by scope
};

}  // namespace boltseal
