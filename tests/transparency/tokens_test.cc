#include "transparency/tokens.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <thread>

using namespace boltseal;
using namespace boltseal::test;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp kNow{1'795'000'000};
constexpr Timestamp kLater{kNow.seconds + 1000};
const TokenFolder::Clock::time_point kStart{1000h};

std::string bearer(const Secret& token) {
    return "Bearer " + std::string(as_text(token.bytes()));
}

Secret create(const std::filesystem::path& folder, const std::string& name,
              Timestamp expires = kLater) {
    auto token = create_token(folder, name, kNow, expires);
    REQUIRE_OK(token);
    return *std::move(token);
}

// A folder's time tells changes apart that are further apart than this.
void change_time(const std::filesystem::path& folder, std::int64_t seconds) {
    const timespec times[2] = {{seconds, 0}, {seconds, 0}};
    REQUIRE(::utimensat(AT_FDCWD, folder.c_str(), times, 0) == 0);
}

}  // namespace

TEST_CASE("a token lets in whoever has it until it expires, and nobody else", "[tokens]") {
    const TempFolder temp;
    const auto folder = temp / "tokens";
    const Secret ci = create(folder, "ci");
    const Secret desk = create(folder, "desk", {kNow.seconds + 10});
    REQUIRE(as_text(ci.bytes()).starts_with("boltseal_"));
    REQUIRE(ci.size() == 9 + 43);
    auto tokens = TokenFolder::open(folder);
    REQUIRE_OK(tokens);
    REQUIRE(tokens->needed(kStart).value());
    REQUIRE(tokens->check(bearer(ci), kNow).value() == "ci");
    REQUIRE(tokens->check(bearer(desk), kNow).value() == "desk");
    const std::string lower = "bEARER " + std::string(as_text(ci.bytes()));
    REQUIRE(tokens->check(lower, kNow).value() == "ci");

    REQUIRE_REFUSED(tokens->check(bearer(desk), {kNow.seconds + 10}), "the token has expired");
    REQUIRE_OK(tokens->check(bearer(desk), {kNow.seconds + 9}));
    for (const char* none : {"", "Bearer", "Bearer ", "Basic dXNlcjpzZWNyZXQ="}) {
        REQUIRE_REFUSED(tokens->check(none, kNow), "a token is needed to write");
    }
    std::string other = bearer(ci);
    other.back() = other.back() == 'A' ? 'E' : 'A';
    REQUIRE_REFUSED(tokens->check(other, kNow), "the token is not known here");
    REQUIRE_REFUSED(tokens->check(bearer(ci) + " ", kNow), "the token is not known here");
}

TEST_CASE("what is kept of a token does not let anybody in", "[tokens]") {
    const TempFolder temp;
    const auto folder = temp / "tokens";
    const Secret token = create(folder, "ci");
    struct stat status {};
    REQUIRE(::stat((folder / "ci").c_str(), &status) == 0);
    REQUIRE((status.st_mode & 0777) == 0600);
    REQUIRE(::stat(folder.c_str(), &status) == 0);
    REQUIRE((status.st_mode & 0777) == 0700);
    const std::string file(as_text(read_file(folder / "ci", 1000).value()));
    REQUIRE(file.find(as_text(token.bytes()).substr(9)) == std::string::npos);
    REQUIRE(to_string(load_tokens(folder)->at("ci")) == file);
}

TEST_CASE("tokens are noticed while the log runs, and once needed stay so", "[tokens]") {
    const TempFolder temp;
    const auto folder = temp / "tokens";
    auto tokens = TokenFolder::open(folder);
    REQUIRE_OK(tokens);
    auto when = kStart;
    REQUIRE_FALSE(tokens->needed(when).value());
    const Secret ci = create(folder, "ci");
    REQUIRE_FALSE(tokens->needed(when + 999ms).value());  // looked a moment ago
    REQUIRE(tokens->needed(when += 1s).value());
    REQUIRE_OK(tokens->check(bearer(ci), kNow));

    // Of old, so that nothing but its time says that the folder has changed.
    change_time(folder, 1'000'000'000);
    REQUIRE(tokens->needed(when += 1s).value());
    REQUIRE_OK(revoke_token(folder, "ci", {kNow.seconds + 5}));
    change_time(folder, 1'000'000'000);
    REQUIRE(tokens->needed(when += 1s).value());
    REQUIRE_OK(tokens->check(bearer(ci), {kNow.seconds + 5}));  // not read again
    change_time(folder, 1'000'000'001);
    REQUIRE(tokens->needed(when += 1s).value());
    REQUIRE_REFUSED(tokens->check(bearer(ci), {kNow.seconds + 5}), "the token has expired");

    std::filesystem::remove(folder / "ci");
    REQUIRE(tokens->needed(when += 1s).value());
    REQUIRE_REFUSED(tokens->check(bearer(ci), kNow), "the token is not known here");
    std::filesystem::remove(folder);
    REQUIRE_FAULT(tokens->needed(when += 1s), Fault::Io);
}

TEST_CASE("tokens that cannot be read let nobody in until they can", "[tokens]") {
    const TempFolder temp;
    const auto folder = temp / "tokens";
    const Secret ci = create(folder, "ci");
    auto tokens = TokenFolder::open(folder);
    REQUIRE_OK(tokens);
    auto when = kStart;
    REQUIRE(tokens->needed(when).value());
    REQUIRE_OK(write_file(folder / "odd", as_bytes("{}")));
    const std::string why = "token file '" + (folder / "odd").string() + "': 'sha256' is missing";
    REQUIRE_REFUSED(tokens->needed(when += 1s), why);
    REQUIRE_REFUSED(tokens->check(bearer(ci), kNow), why);
    REQUIRE_REFUSED(TokenFolder::open(folder), why);
    std::filesystem::remove(folder / "odd");
    REQUIRE(tokens->needed(when += 1s).value());
    REQUIRE_OK(tokens->check(bearer(ci), kNow));
    REQUIRE_OK(write_file(folder / "ci.tmp.1.0", as_bytes("on its way")));
    REQUIRE(load_tokens(folder)->size() == 1);
}

TEST_CASE("a name stands for one token for ever", "[tokens]") {
    const TempFolder temp;
    const auto folder = temp / "tokens";
    create(folder, "ci");
    REQUIRE_REFUSED(create_token(folder, "ci", kNow, kLater), "there is a token 'ci' already");
    REQUIRE_OK(revoke_token(folder, "ci", {0}));  // by a clock that is wrong
    REQUIRE(load_tokens(folder)->at("ci").expires == kNow);
    REQUIRE_REFUSED(create_token(folder, "ci", kNow, kLater), "there is a token 'ci' already");
    REQUIRE_REFUSED(revoke_token(folder, "no", kNow), "there is no token 'no'");
    REQUIRE_REFUSED(revoke_token(folder, "../ci", kNow), "there is no token '../ci'");
    for (const char* name : {"", "../ci", "CI", "a.b", "-a"}) {
        REQUIRE_FAULT(create_token(folder, name, kNow, kLater), Fault::Config);
    }
}

TEST_CASE("a token's file has one spelling", "[tokens]") {
    const Token token{{1, 2, 3}, kNow, kLater};
    const std::string good = to_string(token);
    REQUIRE(parse_token(as_bytes(good)).value() == token);
    REQUIRE_REFUSED(parse_token(as_bytes(good + "\n")), "is not as it was written");
    REQUIRE_REFUSED(parse_token(as_bytes(to_string(Token{{}, kLater, kNow}))),
                    "expires before it was created");
    std::string short_hash = good;
    short_hash.erase(short_hash.find("010203"), 2);
    REQUIRE_REFUSED(parse_token(as_bytes(short_hash)), "'sha256' is not 32 bytes long");
    std::string more = good;
    more.insert(more.find("\"created\""), "\"x\": 1,\n  ");
    REQUIRE_REFUSED(parse_token(as_bytes(more)), "is not as it was written");
}
