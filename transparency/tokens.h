// Tokens that let who has one write. The log keeps their SHA-256 only, each token in a file of its
// own, named for it. specs/log-writers.md#tokens
//
// Once there is a token, a write needs one. One that was revoked stays, as one that has expired: so
// revoking the last does not open the log to everybody, and no name stands for two.
#pragma once

#include "core/time.h"
#include "sign/secret.h"

#include <array>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>

namespace boltseal {

inline constexpr std::size_t kMaxTokens = 1024;

struct Token {
    std::array<std::uint8_t, 32> hash{};  // SHA-256 of the token's text
    Timestamp created;
    Timestamp expires;  // the first moment at which it is no good any more
    bool operator==(const Token&) const = default;
};

// The file of one token: JSON in one spelling, which prints back to the same bytes. Malformed
// otherwise, or if it expires before it was created.
Result<Token> parse_token(Bytes file);
std::string to_string(const Token& token);

// By name: lower-case letters, digits and '-' in between, 1 to 64. Malformed, naming the file, if
// one cannot be read; names with a dot in them are passed over. None without a folder.
Result<std::map<std::string, Token>> load_tokens(const std::filesystem::path& folder);

// Makes the folder if need be, and returns the text of the new token, which nothing keeps: shown
// once. Declined if there is one of that name, Config for a bad name or too many tokens.
Result<Secret> create_token(const std::filesystem::path& folder, const std::string& name,
                            Timestamp now, Timestamp expires);
// It has expired from now on. Missing if there is none of that name.
Result<void> revoke_token(const std::filesystem::path& folder, const std::string& name,
                          Timestamp now);

// What a server knows of them. Looks at the folder again when it has changed, at most once a
// second. Not for use from two threads at once.
class TokenFolder {
public:
    using Clock = std::chrono::steady_clock;

    // Malformed and Io as in load_tokens.
    static Result<TokenFolder> open(std::filesystem::path folder);

    // False as long as there has been no token.
    Result<bool> needed(Clock::time_point now);

    // The name of the token in the value of an Authorization field. Untrusted if there is none,
    // none that is known, or it has expired; Malformed and Io if the folder cannot be read: then
    // nobody is let in. REQUIRES: needed was called with this moment
    Result<std::string> check(std::string_view authorization, Timestamp now) const;

private:
    explicit TokenFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}
    Result<void> look();

    std::filesystem::path folder_;
    std::map<std::string, Token> tokens_;
    bool needed_ = false;
    std::optional<Error> failure_;  // of the last look
    std::int64_t changed_ = -1;  // nanoseconds; when the folder had changed last, -1 to look again
    Clock::time_point looked_{};
};

}  // namespace boltseal
