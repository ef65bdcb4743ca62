#include "transparency/tokens.h"

#include "core/digest.h"
#include "core/encoding.h"
#include "core/file.h"
#include "core/json.h"
#include "verify/policy_trust.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxTokenFile = 1024;
constexpr std::size_t kTokenBytes = 32;
constexpr std::string_view kTokenPrefix = "boltseal_";  // so that leaked ones can be searched for
constexpr std::string_view kScheme = "bearer ";
constexpr std::chrono::seconds kLook{1};
constexpr std::int64_t kSettled = 2'000'000'000;  // nanoseconds

Error bad_file(const fs::path& path, const std::string& why) {
    return Error(Fault::Malformed, "token file '" + path.string() + "': " + why);
}

Result<Timestamp> time_at(const Json& json, std::string_view name) {
    BOLTSEAL_TRY(const std::string* const text, json.string_at(name));
    return parse_rfc3339(*text);
}

Error failed_token_file(const char* doing, const fs::path& path) {
    return Error(Fault::Io, std::string("cannot ") + doing + " '" + path.string() +
                                "': " + std::strerror(errno));
}

Error unknown_token(const char* why) {
    return Error(Fault::Untrusted, why);
}

// The token of "Bearer <token>"; empty if it is anything else.
std::string_view bearer_of(std::string_view authorization) {
    if (authorization.size() < kScheme.size()) return {};
    for (std::size_t i = 0; i < kScheme.size(); ++i) {
        const char c = authorization[i];
        const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if (lower != kScheme[i]) return {};
    }
    return authorization.substr(kScheme.size());
}

}  // namespace

Result<Token> parse_token(Bytes file) {
    BOLTSEAL_TRY(const Json json, parse_json(file, JsonLimits{kMaxTokenFile, 1}));
    BOLTSEAL_TRY(const std::string* const hex, json.string_at("sha256"));
    BOLTSEAL_TRY(const Buffer hash, parse_hex(*hex));
    Token token;
    if (hash.size() != token.hash.size()) {
        return Error(Fault::Malformed, "'sha256' is not 32 bytes long");
    }
    std::ranges::copy(hash, token.hash.begin());
    BOLTSEAL_TRY(token.created, time_at(json, "created"));
    BOLTSEAL_TRY(token.expires, time_at(json, "expires"));
    if (token.expires < token.created) {
        return Error(Fault::Malformed, "expires before it was created");
    }
    if (as_text(file) != to_string(token)) {
        return Error(Fault::Malformed, "is not as it was written");
    }
    return token;
}

std::string to_string(const Token& token) {
    return to_pretty_json(Json::object({{"sha256", to_hex(token.hash)},
                                        {"created", to_rfc3339(token.created)},
                                        {"expires", to_rfc3339(token.expires)}}));
}

Result<std::map<std::string, Token>> load_tokens(const fs::path& folder) {
    std::error_code error;
    fs::directory_iterator file(folder, error);
    std::map<std::string, Token> tokens;
    if (error == std::errc::no_such_file_or_directory) return tokens;
    for (; !error && file != fs::directory_iterator(); file.increment(error)) {
        const fs::path& path = file->path();
        const std::string name = path.filename().string();
        if (name.find('.') != std::string::npos) continue;  // on its way into the folder
        if (!is_policy_name(name)) return bad_file(path, "is no name of a token");
        if (tokens.size() == kMaxTokens) return bad_file(path, "more than 1024 tokens");
        const auto bytes = read_file(path, kMaxTokenFile);
        if (!bytes && bytes.error().fault() == Fault::Missing) continue;  // revoked just now
        if (!bytes) return bytes.error();
        auto token = parse_token(*bytes);
        if (!token) return bad_file(path, token.error().message());
        tokens.emplace(name, *token);
    }
    if (!error) return tokens;
    return Error(Fault::Io, "cannot read '" + folder.string() + "': " + error.message());
}

Result<Secret> create_token(const fs::path& folder, const std::string& name, Timestamp now,
                            Timestamp expires) {
    if (!is_policy_name(name)) {
        return Error(Fault::Config,
                     printable(name) + " is no name: lower-case letters, digits and '-' make one");
    }
    BOLTSEAL_TRY(const auto known, load_tokens(folder));
    if (known.size() >= kMaxTokens) return Error(Fault::Config, "there are 1024 tokens already");
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
        return failed_token_file("make", folder);
    }

    const Secret random = random_secret(kTokenBytes);
    std::string text = std::string(kTokenPrefix) + to_base64url(random.bytes());
    Secret shown = Secret::copy_of(as_bytes(text));
    wipe(text);
    const Token token{sha256({shown.bytes()}), now, expires};
    auto made = create_file(folder / name, as_bytes(to_string(token)), FileMode::Private);
    if (made) return shown;
    if (made.error().fault() != Fault::Declined) return std::move(made).error();
    return Error(Fault::Declined, "there is a token '" + name + "' already");
}

Result<void> revoke_token(const fs::path& folder, const std::string& name, Timestamp now) {
    BOLTSEAL_TRY(auto tokens, load_tokens(folder));
    const auto found = tokens.find(name);
    if (found == tokens.end()) {
        return Error(Fault::Missing, "there is no token " + printable(name));
    }
    Token& token = found->second;
    token.expires = std::max(token.created, std::min(token.expires, now));
    return write_file(folder / name, as_bytes(to_string(token)), FileMode::Private);
}

Result<TokenFolder> TokenFolder::open(fs::path folder) {
    TokenFolder tokens(std::move(folder));
    BOLTSEAL_CHECK(tokens.look());
    return tokens;
}

// A folder that changed just before it was read may have changed once more since, within what its
// time can tell: it is looked at again.
Result<void> TokenFolder::look() {
    struct stat status {};
    if (::stat(folder_.c_str(), &status) != 0) {
        if (errno == ENOENT && !needed_) return {};
        return failed_token_file("look at", folder_);
    }
    const auto in_ns = [](const timespec& time) {
        return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
    };
    const std::int64_t changed = in_ns(status.st_mtim);
    if (changed == changed_) return {};
    timespec before{};
    ::clock_gettime(CLOCK_REALTIME, &before);  // the clock of the file system
    BOLTSEAL_TRY(tokens_, load_tokens(folder_));
    needed_ = needed_ || !tokens_.empty();
    changed_ = in_ns(before) - changed > kSettled ? changed : -1;
    return {};
}

Result<bool> TokenFolder::needed(Clock::time_point now) {
    if (now - looked_ >= kLook) {
        looked_ = now;
        failure_.reset();
        if (auto seen = look(); !seen) {
            failure_ = std::move(seen).error();
            changed_ = -1;
        }
    }
    if (failure_) return *failure_;
    return needed_;
}

Result<std::string> TokenFolder::check(std::string_view authorization, Timestamp now) const {
    if (failure_) return *failure_;
    const std::string_view text = bearer_of(authorization);
    if (text.empty()) return unknown_token("a token is needed to write");
    const auto hash = sha256({as_bytes(text)});
    const std::pair<const std::string, Token>* found = nullptr;
    for (const auto& token : tokens_) {  // all of them: the time must not tell which was close
        if (equal_secrets(hash, token.second.hash)) found = &token;
    }
    if (!found) return unknown_token("the token is not known here");
    if (now >= found->second.expires) return unknown_token("the token has expired");
    return found->first;
}

}  // namespace boltseal
