// What a log does while its witnesses lack, and when they are back.
#include "tests/check.h"
#include "tests/support/ask.h"
#include "tests/support/test_log.h"

#include <atomic>
#include <future>
#include <thread>

using namespace boltseal;
using namespace boltseal::test;

namespace {

using Answer = std::future<Result<Sequenced>>;

// The future outlives the call, and the promise is the answer's.
Result<Answer> try_submit(const TestLog& log, const std::string& entry) {
    const auto promise = std::make_shared<std::promise<Result<Sequenced>>>();
    Answer answer = promise->get_future();
    std::vector<Buffer> entries;
    entries.push_back(to_buffer(entry));
    BOLTSEAL_CHECK(log.sequencer->submit(std::move(entries), [promise](Result<Sequenced> result) {
        promise->set_value(std::move(result));
    }));
    return answer;
}

Answer submit(const TestLog& log, const std::string& entry) {
    auto answer = try_submit(log, entry);
    REQUIRE_OK(answer);
    return *std::move(answer);
}

void wait_until(const std::function<bool()>& condition) {
    while (!condition()) std::this_thread::yield();
}

}  // namespace

TEST_CASE("while nothing can be published submitters are told, and readers see what was",
          "[delayed_publication]") {
    TestLog log;
    log.restart();
    REQUIRE_OK(log.append("a"));
    const std::string before = *log.store->shown;
    log.store->puts_off = true;
    REQUIRE_REFUSED(log.append("b"), "witnesses lack");
    // Now nobody waits any more.
    REQUIRE_REFUSED(log.append("c"), "witnesses lack");
    REQUIRE_REFUSED(log.sequencer->check_taking(), "witnesses lack");
    REQUIRE_OK(log.sequencer->check_ready());
    REQUIRE(log.sequencer->published()->note() == before);
    REQUIRE(log.store->shown == before);
    const int attempts = log.store->attempts;
    wait_until([&] { return log.store->attempts >= attempts + 2; });  // it keeps trying

    log.store->puts_off = false;
    wait_until([&] { return log.sequencer->check_taking().has_value(); });
    REQUIRE(log.size() == 2);  // what was durable is shown, without a new entry
    const auto again = log.append("b");
    REQUIRE_OK(again);
    REQUIRE(again->places[0].index == 1);
    REQUIRE_FALSE(again->places[0].is_new);
    REQUIRE(log.append("c")->places[0].index == 2);
    REQUIRE(check_whole_log(log.sequencer->log(), *log.store->shown, log.key.note_key).size() == 3);
}

TEST_CASE("what is signed and not published is signed once", "[delayed_publication]") {
    TestLog log;
    log.restart();
    log.store->puts_off = true;
    REQUIRE_REFUSED(log.append("a"), "witnesses lack");
    const int attempts = log.store->attempts;
    wait_until([&] { return log.store->attempts >= attempts + 2; });
    REQUIRE(log.store->heads.size() == 2);  // of the empty tree, and this one
    log.store->puts_off = false;
    wait_until([&] { return log.sequencer->check_taking().has_value(); });
    REQUIRE(log.store->heads.size() == 2);
}

TEST_CASE("a log starts without its witnesses, with what it has shown", "[delayed_publication]") {
    TestLog log;
    log.restart();
    REQUIRE_OK(log.append("a"));
    const bool grew = GENERATE(true, false);
    if (grew) {
        log.store->puts_off = true;
        REQUIRE_REFUSED(log.append("b"), "witnesses lack");
    }
    log.stop();
    log.store->puts_off = true;
    log.restart();
    REQUIRE(log.size() == 1);
    REQUIRE_REFUSED(log.append("c"), "witnesses lack");
    log.store->puts_off = false;
    wait_until([&] { return log.sequencer->check_taking().has_value(); });
    REQUIRE(log.size() == (grew ? 2 : 1));
    REQUIRE_OK(log.append("c"));
}

TEST_CASE("a log that has shown nothing cannot start without its witnesses",
          "[delayed_publication]") {
    TestLog log;
    log.store->puts_off = true;
    REQUIRE_REFUSED(log.start(), "witnesses lack");
}

TEST_CASE("a log stops in order while nothing can be published", "[delayed_publication]") {
    TestLog log;
    log.restart();
    log.store->puts_off = true;
    std::vector<Answer> answers;
    for (int i = 0; i < 20; ++i) {
        if (!log.sequencer->check_taking()) break;
        answers.push_back(submit(log, "entry " + std::to_string(i)));
    }
    log.sequencer->stop();
    REQUIRE_FALSE(answers.empty());
    for (Answer& answer : answers) REQUIRE_REFUSED(answer.get(), "witnesses lack");
    log.store->puts_off = false;
    log.restart();
    REQUIRE(log.size() >= 1);  // durable then, and so shown now
}

TEST_CASE("nobody waits for room that only a published head would make", "[delayed_publication]") {
    TestLog log;
    SequencerLimits limits;
    limits.queue.batch_entries = 1;
    limits.tiles.max_unstored = 70'000;
    REQUIRE_OK(log.start(limits));
    log.store->puts_off = true;
    std::vector<Answer> answers;
    for (int i = 0; i < 10; ++i) {  // until it has found out that witnesses lack, and says so
        auto answer = try_submit(log, std::to_string(i) + std::string(30'000, 'x'));
        if (!answer) {
            REQUIRE_REFUSED(answer, "witnesses lack");
            break;
        }
        answers.push_back(*std::move(answer));
    }
    for (Answer& answer : answers) REQUIRE_REFUSED(answer.get(), "witnesses lack");
    log.store->puts_off = false;
    wait_until([&] { return log.sequencer->check_taking().has_value(); });
    REQUIRE(log.size() <= 10);
}

TEST_CASE("an entry that got no place is never answered with one", "[delayed_publication]") {
    std::atomic<int> publishing{0};
    std::atomic<int> may_publish{0};
    std::atomic<bool> hold_writer{false};
    std::atomic<bool> is_writer_held{false};
    TestLog log;  // ends first
    log.restart();
    log.store->before_publish = [&] {
        const int mine = ++publishing;
        wait_until([&] { return may_publish >= mine; });
    };
    log.store->before_change = [&] {
        if (!hold_writer) return;
        is_writer_held = true;
        wait_until([&] { return !hold_writer; });
    };
    log.store->puts_off = true;
    Answer first = submit(log, "first");
    wait_until([&] { return publishing == 1; });
    hold_writer = true;
    Answer written = submit(log, "written before anybody knew");
    wait_until([&] { return is_writer_held.load(); });
    Answer waiting = submit(log, "still waiting then");
    may_publish = 1;
    REQUIRE_REFUSED(first.get(), "witnesses lack");
    wait_until([&] { return publishing == 2; });
    hold_writer = false;  // what waits is refused from here on
    wait_until([&] { return log.sequencer->log().head().size == 2; });
    log.store->puts_off = false;
    may_publish = 1'000'000;
    wait_until([&] { return log.sequencer->check_taking().has_value(); });
    for (Answer* answer : {&written, &waiting}) {
        const auto told = answer->get();  // refused, or written after all: no third way
        if (told) REQUIRE(told->places.size() == 1);
        if (!told) REQUIRE(told.error().message() == "witnesses lack");
    }
}

TEST_CASE("any other error of a publication is the end", "[delayed_publication]") {
    TestLog log;
    log.restart();
    log.store->puts_off = true;
    REQUIRE_REFUSED(log.append("a"), "witnesses lack");
    log.store->plan.fail_at = 0;
    log.store->puts_off = false;
    wait_until([&] { return !log.sequencer->check_ready(); });
    REQUIRE_REFUSED(log.append("b"), "the log has stopped until it is restarted: the disk is gone");
}

TEST_CASE("a submitter hears of it as of a log that is busy", "[delayed_publication]") {
    TestLog log;
    log.restart();
    Workers workers{2};
    LogApi api(*log.sequencer, log.key.note_key, workers, RawEntries::Taken);
    log.store->puts_off = true;
    const ApiResponse response = ask(api, {"POST", "/add", to_buffer("a")});
    REQUIRE(response.status == 503);
    REQUIRE(response.retry_after == 1);
    REQUIRE(response.body == R"({"code":14,"message":"witnesses lack","details":[]})");
    const ApiResponse ready = ask(api, {"GET", "/readyz", {}});
    REQUIRE(ready.status == 503);
    REQUIRE(ready.body == "witnesses lack\n");
    REQUIRE(ask(api, {"GET", "/checkpoint", {}}).status == 200);
    log.store->puts_off = false;
    wait_until([&] { return log.sequencer->check_taking().has_value(); });
    REQUIRE(ask(api, {"GET", "/readyz", {}}).status == 200);
    REQUIRE(ask(api, {"POST", "/add", to_buffer("a")}).status == 200);
    log.sequencer->stop();
    workers.stop();
}
