#include "transparency/monitor.h"

#include "net/http_client.h"
#include "tests/support/keyless_maker.h"
#include "tests/support/running_log.h"
#include "tests/support/submissions.h"
#include "tests/support/test_witness.h"

using namespace boltseal;
using namespace boltseal::test;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp kStart{1'750'000'000};

// Somebody who follows logs, keeps a state, and hears alerts, unless the line is dead.
struct Follower {
    HttpClient http;
    MonitorRules rules;
    MonitorState state;
    std::vector<Alert> heard;
    int saves = 0;
    bool is_line_dead = false;
    std::unique_ptr<LogClient> client;
    std::unique_ptr<HttpTiles> tiles;
    std::unique_ptr<Monitor> monitor;
    Patience patience;

    // As a process that starts from what was saved.
    void start(const RunningLog& log) {
        monitor.reset();
        client = std::make_unique<LogClient>(http, log.url(), log.key.note_key);
        tiles = std::make_unique<HttpTiles>(http, log.url(), patience);
        monitor = std::make_unique<Monitor>(
            *client, *tiles, rules, state,
            [this](const Alert& alert) -> Result<void> {
                if (is_line_dead) return Error(Fault::Io, "the line is dead");
                heard.push_back(alert);
                return {};
            },
            [this](const MonitorState& reached) -> Result<void> {
                state = parse_monitor_state(as_bytes(to_string(reached))).value();
                ++saves;
                return {};
            });
    }
    Result<std::size_t> look(Timestamp now = kStart) { return monitor->look(now); }
    std::vector<std::string> take_heard() {
        std::vector<std::string> lines;
        for (const Alert& alert : heard) {
            lines.push_back(std::string(to_string(alert.kind)) + ": " + alert.message);
        }
        heard.clear();
        return lines;
    }
};

void append(const RunningLog& log, const std::string& entry) {
    REQUIRE_OK(log.append(entry));
}

Buffer entry_by(const HashedRekord& record) {
    return encode_entry(record).value();
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a monitor reads every entry once, and goes on where it was", "[monitor]") {
    const RunningLog log;
    Follower follower;
    follower.start(log);
    REQUIRE(follower.look().value() == 0);  // an empty log
    for (int i = 0; i < 300; ++i) append(log, "entry " + std::to_string(i));
    REQUIRE(follower.look().value() == 0);
    REQUIRE(follower.state.read == 300);
    REQUIRE(follower.state.checkpoint == log.sequencer->published()->note());
    const bool restarts = GENERATE(false, true);
    if (restarts) follower.start(log);
    REQUIRE(follower.look().value() == 0);
    for (int i = 300; i < 600; ++i) append(log, "entry " + std::to_string(i));
    REQUIRE(follower.look().value() == 0);
    REQUIRE(follower.state.read == 600);
    REQUIRE(follower.heard.empty());
}

TEST_CASE("another history of a log is a fork, with both checkpoints as evidence", "[monitor]") {
    const RunningLog log;
    const RunningLog other;  // the same name and key
    for (int i = 0; i < 5; ++i) append(log, "entry " + std::to_string(i));
    const int size = GENERATE(5, 7);
    for (int i = 0; i < size; ++i) append(other, "another entry " + std::to_string(i));
    Follower follower;
    follower.start(log);
    REQUIRE_OK(follower.look());
    const MonitorState before = follower.state;
    follower.start(other);
    REQUIRE(follower.look().value() == 1);
    REQUIRE(follower.heard.size() == 1);
    REQUIRE(follower.heard[0].kind == Alert::Kind::Fork);
    REQUIRE(follower.heard[0].message.starts_with(
        "log 'example.com/log/testdata' shows two histories: size 5 has root "));
    REQUIRE(follower.heard[0].checkpoints ==
            Lines{log.sequencer->published()->note(), other.sequencer->published()->note()});
    // It is told once as long as it lasts, counts each time, and changes nothing.
    REQUIRE(follower.look().value() == 1);
    REQUIRE(follower.heard.size() == 1);
    REQUIRE(follower.state.checkpoint == before.checkpoint);
    REQUIRE(follower.state.read == before.read);
    follower.start(log);
    REQUIRE(follower.look().value() == 0);
}

TEST_CASE("a log that shows less than before was rolled back", "[monitor]") {
    const RunningLog log;
    const RunningLog smaller;
    for (int i = 0; i < 5; ++i) append(log, "entry " + std::to_string(i));
    for (int i = 0; i < 3; ++i) append(smaller, "entry " + std::to_string(i));
    Follower follower;
    follower.start(log);
    REQUIRE_OK(follower.look());
    follower.start(smaller);
    REQUIRE(follower.look().value() == 1);
    REQUIRE(follower.take_heard() ==
            Lines{"rollback: log 'example.com/log/testdata' has shrunk: it shows 3 entries now, "
                  "and has shown 5 before"});
}

TEST_CASE("a checkpoint by somebody else is told of", "[monitor]") {
    const RunningLog log(other_log_key(std::string(kLogOrigin)));
    const RunningLog expected;
    Follower follower;
    follower.start(expected);
    follower.client = std::make_unique<LogClient>(follower.http, log.url(), expected.key.note_key);
    follower.monitor = std::make_unique<Monitor>(
        *follower.client, *follower.tiles, follower.rules, follower.state,
        [&](const Alert& alert) -> Result<void> {
            follower.heard.push_back(alert);
            return {};
        },
        [](const MonitorState&) -> Result<void> { return {}; });
    REQUIRE(follower.look().value() == 1);
    REQUIRE(follower.take_heard() ==
            Lines{"invalid: checkpoint of log 'example.com/log/testdata': note: not signed by any "
                  "known key"});
}

TEST_CASE("what cannot be told is no alert", "[monitor]") {
    RunningLog log;
    append(log, "entry");
    bool broken = false;
    Follower follower;
    log.tamper = [&](ApiResponse& response) {
        if (broken && response.content_type == "application/octet-stream") response.body[0] ^= 1;
    };
    broken = true;
    follower.start(log);
    REQUIRE_FAULT(follower.look(), Fault::Integrity);
    REQUIRE(follower.heard.empty());
    REQUIRE(follower.state.read == 0);
    log.server.reset();
    REQUIRE_FAULT(follower.look(), Fault::Io);
}

TEST_CASE("entries by watched signers are told of, and by strangers", "[monitor]") {
    const RunningLog log;
    const HashedRekord by_key = signed_entry("a", KeyType::EcdsaP256);
    const HashedRekord by_other = signed_entry("b", KeyType::EcdsaP384);
    const HashedRekord by_name = TestSigstore({.entry = EntryKind::HashedRekordV2}).record();
    for (const HashedRekord& record : {by_key, by_other, by_name}) {
        append(log, std::string(as_text(entry_by(record))));
    }
    append(log, "no entry of ours");
    const std::string key = "key '" + key_hint(by_key.key) + "'";
    const std::string other = "key '" + key_hint(by_other.key) + "'";
    const std::string unreadable = "unreadable: entry 3 cannot be read: ";

    Follower follower;
    SECTION("nobody asked") {
        follower.start(log);
        REQUIRE(follower.look().value() == 0);
    }
    SECTION("keys and identities") {
        follower.rules.watch.watched = {{key_hint(by_key.key)}, {kSignerName}};
        follower.start(log);
        REQUIRE(follower.look().value() == 3);
        REQUIRE(follower.heard[0].entry == entry_by(by_key));
        REQUIRE(follower.heard[2].index == 3);
        const Lines lines = follower.take_heard();
        REQUIRE(lines[0] == "watched: entry 0 is by " + key + ", which is watched");
        REQUIRE(lines[1] ==
                "watched: entry 2 is by identity '" + kSignerName + "', which is watched");
        REQUIRE(lines[2].starts_with(unreadable));
    }
    SECTION("strangers") {
        follower.rules.watch.known = Signers{{key_hint(by_key.key)}, {kSignerName}};
        follower.start(log);
        REQUIRE(follower.look().value() == 2);
        const Lines lines = follower.take_heard();
        REQUIRE(lines[0] == "unknown: entry 1 is by " + other + ", which is not known");
        REQUIRE(lines[1].starts_with(unreadable));
    }
    SECTION("nobody is known") {
        follower.rules.watch.known = Signers{};
        follower.start(log);
        REQUIRE(follower.look().value() == 4);
    }
    REQUIRE(follower.look().value() == 0);  // they have been told of
    REQUIRE(follower.state.read == 4);
}

TEST_CASE("the state moves on when an alert was delivered, and not before", "[monitor]") {
    const RunningLog log;
    const HashedRekord watched = signed_entry("a", KeyType::EcdsaP256);
    for (int i = 0; i < 3; ++i) append(log, "entry " + std::to_string(i));
    append(log, std::string(as_text(entry_by(watched))));
    append(log, "the last");
    Follower follower;
    follower.rules.watch.watched.keys = {key_hint(watched.key)};
    follower.is_line_dead = true;
    follower.start(log);
    // Entries that cannot be read are told of as well, where somebody asks for signers.
    REQUIRE_REFUSED(follower.look(), "the line is dead");
    REQUIRE(follower.state.read == 0);
    follower.is_line_dead = false;
    follower.start(log);
    REQUIRE(follower.look().value() == 5);
    REQUIRE(follower.heard.size() == 5);
    REQUIRE(follower.state.read == 5);
}

TEST_CASE("a log that does not grow is stale in the end", "[monitor]") {
    const RunningLog log;
    append(log, "entry");
    Follower follower;
    follower.rules.max_age = 100s;
    follower.start(log);
    REQUIRE(follower.look(kStart).value() == 0);
    REQUIRE(follower.look({kStart.seconds + 100}).value() == 0);
    REQUIRE(follower.look({kStart.seconds + 101}).value() == 1);
    REQUIRE(follower.take_heard() == Lines{"stale: log 'example.com/log/testdata' has not grown "
                                           "since 2025-06-15T15:06:40Z"});
    append(log, "another");
    REQUIRE(follower.look({kStart.seconds + 200}).value() == 0);
    REQUIRE(follower.look({kStart.seconds + 301}).value() == 1);
    REQUIRE(follower.heard.size() == 1);  // that was another time
}

TEST_CASE("where witnesses are asked for, their time counts", "[monitor]") {
    RunningLog log;
    append(log, "entry");
    const TestWitness witness("witness.example");
    std::atomic<std::uint64_t> cosigned_at{0};
    log.tamper = [&](ApiResponse& response) {
        if (cosigned_at != 0 && response.cache_control == "no-cache") {
            response.body = witness.cosign(response.body, cosigned_at);
        }
    };
    Follower follower;
    follower.rules.witnesses = witness_quorum(1, {witness.key()}).value();
    follower.rules.max_age = 100s;
    follower.start(log);
    REQUIRE(follower.look().value() == 1);
    REQUIRE(follower.take_heard() ==
            Lines{"unwitnessed: checkpoint of log 'example.com/log/testdata' is cosigned by "
                  "nobody: group '1-of-1' lacks 1 of 1"});
    REQUIRE(follower.state.read == 1);  // it is followed all the same
    cosigned_at = static_cast<std::uint64_t>(kStart.seconds);
    REQUIRE(follower.look({kStart.seconds + 100}).value() == 0);
    append(log, "another");  // growth is no substitute
    REQUIRE(follower.look({kStart.seconds + 101}).value() == 1);
    REQUIRE(follower.take_heard() == Lines{"stale: log 'example.com/log/testdata' was cosigned "
                                           "last at 2025-06-15T15:06:40Z"});
}

TEST_CASE("signers that are known are written down one a line", "[monitor]") {
    const std::string hint = key_hint(signed_entry("a").key);
    const auto parse = [](const std::string& text) { return parse_signers(as_bytes(text)); };
    const auto signers = parse("# ours\n\nkey " + hint + "\nidentity a b@example.com\n");
    REQUIRE_OK(signers);
    REQUIRE(signers->keys == std::set<std::string>{hint});
    REQUIRE(signers->identities == std::set<std::string>{"a b@example.com"});
    REQUIRE_REFUSED(parse("\nkey x\n"), "line 2: key is not the base64 of a SHA-256");
    REQUIRE_REFUSED(parse("key " + hint + " \n"), "line 1: key is not the base64 of a SHA-256");
    REQUIRE_REFUSED(parse("identity \n"), "line 1: no identity");
    REQUIRE_REFUSED(parse("identity a \n"), "line 1: no identity");
    REQUIRE_REFUSED(parse("nobody\n"),
                    "line 1: not of the form 'key <base64>' or 'identity <name>'");
}

TEST_CASE("a monitor's state is read as it was written, or not at all", "[monitor]") {
    const MonitorState state{"a note", 7, kStart};
    const std::string text = to_string(state);
    const MonitorState read = parse_monitor_state(as_bytes(text)).value();
    REQUIRE(to_string(read) == text);
    REQUIRE_FAULT(parse_monitor_state(as_bytes("{}")), Fault::Malformed);
    std::string other = text;
    other.replace(other.find("/v1"), 3, "/v2");
    REQUIRE_REFUSED(parse_monitor_state(as_bytes(other)), "not the state of a monitor");
}
