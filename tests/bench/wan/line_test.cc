#include "tests/bench/wan/line.h"

#include "tests/check.h"

#include <vector>

using namespace boltseal;
using namespace boltseal::wan;
using namespace std::chrono_literals;

namespace {

LineProfile profile(const std::vector<std::string>& words) {
    const auto out = parse_line_profile(words);
    REQUIRE_OK(out);
    return *out;
}

// The fate of `count` packets of 1250 bytes that come `gap` apart.
std::vector<std::optional<Nanos>> fates(Line& line, int count, Nanos gap) {
    std::vector<std::optional<Nanos>> out;
    for (int i = 0; i < count; ++i) out.push_back(line.send(i * gap, 1250));
    return out;
}

}  // namespace

TEST_CASE("a line is described in words", "[wan]") {
    const LineProfile full = profile({"rate=100mbit", "delay=100ms", "jitter=2.5ms", "loss=0.5%",
                                      "burst=3", "queue=1mb", "outage=5s/20s/2s", "seed=7"});
    REQUIRE(full.rate == 100'000'000);
    REQUIRE(full.delay == 100ms);
    REQUIRE(full.jitter == 2500us);
    REQUIRE(full.loss == 0.005);
    REQUIRE(full.burst == 3);
    REQUIRE(full.queue == 1'000'000);
    REQUIRE(full.outage == 5s);
    REQUIRE(full.outage_every == 20s);
    REQUIRE(full.outage_first == 2s);
    REQUIRE(full.seed == 7);
}

TEST_CASE("words about a line that make no sense are refused", "[wan]") {
    const std::string word =
        GENERATE("rate", "rate=", "rate=fast", "rate=100", "rate=0mbit", "rate=-1mbit",
                 "rate=1mbit ", "rate=1e9mbit", "delay=100", "loss=1", "loss=100%", "burst=0.5",
                 "queue=0kb", "outage=5s", "outage=5s/20s", "outage=20s/20s/0s", "outage=5s/20s/",
                 "outage=5s/20s/2s/", "seed=", "seed=1x", "speed=1", "loss=nan%");
    const std::vector<std::string> words = {word};
    REQUIRE_REFUSED(parse_line_profile(words), "makes no sense: '" + word + "'");
    const std::vector<std::string> twice = {"seed=1", "seed=1"};
    REQUIRE_REFUSED(parse_line_profile(twice), "makes no sense: 'seed=1'");
}

TEST_CASE("packets leave at the rate of the line and arrive after its delay", "[wan]") {
    Line line(profile({"rate=10mbit", "delay=50ms"}));
    const auto out = fates(line, 100, 0ns);
    for (int i = 0; i < 100; ++i) {
        REQUIRE(out[static_cast<std::size_t>(i)] == 50ms + (i + 1) * 1ms);
    }
    REQUIRE(line.send(1s, 1250) == 1s + 1ms + 50ms);  // an idle line has no debts
}

TEST_CASE("a queue that is full drops what comes, and drains at the rate of the line", "[wan]") {
    Line line(profile({"rate=10mbit", "queue=12.5kb"}));  // ten packets
    const auto out = fates(line, 15, 0ns);
    for (std::size_t i = 0; i < 15; ++i) REQUIRE(out[i].has_value() == (i < 10));
    REQUIRE(line.counts().overflowed == 5);
    REQUIRE(line.send(1ms, 1250) == 11ms);  // one has left
    REQUIRE(line.send(1ms, 1250) == std::nullopt);
}

TEST_CASE("a line loses the share of packets it is told to lose", "[wan]") {
    const bool bursty = GENERATE(false, true);
    std::vector<std::string> words = {"loss=2%"};
    if (bursty) words.emplace_back("burst=3");
    Line line(profile(words));
    constexpr int kPackets = 400'000;
    int runs = 0;
    bool before = true;
    for (const auto& fate : fates(line, kPackets, 1us)) {
        if (before && !fate) ++runs;
        before = fate.has_value();
    }
    const auto lost = static_cast<double>(line.counts().lost);
    REQUIRE(lost / kPackets > 0.019);
    REQUIRE(lost / kPackets < 0.021);
    const double burst = lost / runs;
    REQUIRE(burst > (bursty ? 2.85 : 0.97));
    REQUIRE(burst < (bursty ? 3.15 : 1.07));
}

TEST_CASE("a packet that is lost has used the line", "[wan]") {
    Line line(profile({"rate=10mbit", "loss=50%"}));
    const auto out = fates(line, 100, 0ns);
    for (int i = 0; i < 100; ++i) {
        const auto& fate = out[static_cast<std::size_t>(i)];
        if (fate) REQUIRE(*fate == (i + 1) * 1ms);
    }
    REQUIRE(line.counts().lost > 0);
}

TEST_CASE("jitter delays packets and keeps them in order", "[wan]") {
    Line line(profile({"delay=50ms", "jitter=5ms"}));
    Nanos last{0};
    double late = 0;
    const auto out = fates(line, 10'000, 20ms);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const Nanos sent = static_cast<int>(i) * 20ms;
        REQUIRE(*out[i] >= last);
        REQUIRE(*out[i] >= sent + 50ms);
        last = *out[i];
        late += std::chrono::duration<double, std::milli>(last - sent - 50ms).count();
    }
    REQUIRE(late / 10'000 > 3.8);  // the mean of |N(0, 1)| is 0.798
    REQUIRE(late / 10'000 < 4.2);
}

TEST_CASE("nothing gets through in an outage", "[wan]") {
    Line line(profile({"outage=5s/20s/2s"}));
    const auto out = fates(line, 60, 1s);
    for (std::size_t second = 0; second < 60; ++second) {
        const bool out_now = second >= 2 && (second - 2) % 20 < 5;
        REQUIRE(out[second].has_value() != out_now);
    }
    REQUIRE(line.counts().cut == 15);
    REQUIRE(line.counts().packets == 60);
}

TEST_CASE("the same seed is the same line", "[wan]") {
    const auto run = [](const std::string& seed) {
        Line line(profile({"loss=10%", "jitter=1ms", seed}));
        return fates(line, 1000, 1ms);
    };
    REQUIRE(run("seed=1") == run("seed=1"));
    REQUIRE(run("seed=1") != run("seed=2"));
}
