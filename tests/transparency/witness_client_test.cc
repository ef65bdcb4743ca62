#include "transparency/witness_client.h"

#include "tests/support/running_witness.h"
#include "tests/support/scripted_server.h"
#include "tests/support/test_witness.h"
#include "tests/support/witnessed_tree.h"

using namespace boltseal;
using namespace boltseal::test;
using namespace std::chrono_literals;

namespace {

constexpr WitnessPatience kPatient{20'000ms, 10ms};
constexpr WitnessPatience kShort{300ms, 10ms};

// A log, its witnesses, and what was said of them.
struct World {
    WitnessedTree log;
    RunningWitness a{"a.example", log.key.note_key};
    RunningWitness b{"b.example", log.key.note_key};
    RunningWitness c{"c.example", log.key.note_key};
    std::vector<std::string> told;

    WitnessPolicy policy(std::size_t threshold) const { return policy_of(threshold, {&a, &b, &c}); }
    WitnessClient client(const WitnessPolicy& policy, const WitnessPatience& patience = kPatient) {
        auto made = WitnessClient::make(policy, log.key.note_key, patience,
                                        [this](const std::string& line) { told.push_back(line); });
        REQUIRE_OK(made);
        return *std::move(made);
    }
    ProveConsistency prove() {
        return [this](std::uint64_t size, const TreeHead& head) -> Result<ConsistencyProof> {
            if (size == head.size) return ConsistencyProof{};
            return ConsistencyProof{log.tree.proof(size, head.size)};
        };
    }
    // With the quorum; fails the test otherwise.
    VerifiedCheckpoint cosign(WitnessClient& client, std::size_t size,
                              const WitnessPolicy& policy) {
        const auto cosigned = client.cosign(log.head(size), prove());
        REQUIRE_OK(cosigned);
        REQUIRE(cosigned->head() == log.tree.head(size));
        REQUIRE_OK(check_witnesses(*cosigned, policy));
        return *cosigned;
    }
};

ApiResponse answer(int status, const std::string& body) {
    return text_response(status, body);
}

std::string text_in(const ApiRequest& request) {
    const auto asked = parse_add_checkpoint(request.body).value();
    return parse_note(as_bytes(asked.note)).value().text;
}

}  // namespace

TEST_CASE("witnesses cosign a log as it grows, one request for each head", "[witness_client]") {
    World world;
    const WitnessPolicy policy = world.policy(3);
    WitnessClient client = world.client(policy);
    for (const std::size_t size : {0u, 1u, 5u, 7u, 40u}) {
        CAPTURE(size);
        const VerifiedCheckpoint cosigned = world.cosign(client, size, policy);
        REQUIRE(parse_note(as_bytes(cosigned.note())).value().signatures.size() == 4);
    }
    for (const RunningWitness* witness : {&world.a, &world.b, &world.c}) {
        REQUIRE(witness->requests == 5);
    }
    REQUIRE(world.told.empty());
}

TEST_CASE("a witness says itself how far it is", "[witness_client]") {
    World world;
    const WitnessPolicy policy = world.policy(3);
    {
        WitnessClient earlier = world.client(policy);
        world.cosign(earlier, 5, policy);
    }
    WitnessClient client = world.client(policy);  // of a process that knows nothing
    world.cosign(client, 7, policy);
    REQUIRE(world.a.requests == 3);
    // The same head again is cosigned again: it is the newest at another time.
    world.a.time = 1'800'000'000;
    WitnessClient again = world.client(policy);
    const VerifiedCheckpoint cosigned = world.cosign(again, 7, policy);
    REQUIRE(check_witnesses(cosigned, policy).value().front().time == Timestamp{1'800'000'000});
    REQUIRE(world.told.empty());
}

TEST_CASE("a witness that does wrong lacks, and the others decide", "[witness_client]") {
    World world;
    const WitnessPolicy policy = world.policy(2);
    const std::string of_c = "witness 'c.example': ";
    struct Row {
        std::string why;
        RunningWitness::Wrong wrong;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"answered 400: 'bad'", [](const auto&) { return answer(400, "bad\nworse\n"); }},
        {"answered 403: 'who\\x1b'", [](const auto&) { return answer(403, "who\x1b"); }},
        {"answered 404: ''", [](const auto&) { return answer(404, ""); }},
        {"answered 422: 'no'", [](const auto&) { return answer(422, "no"); }},
        {"answered 429: 'slow down'", [](const auto&) { return answer(429, "slow down"); }},
        {"answered 500: ''", [](const auto&) { return answer(500, ""); }},
        {"answered 503: ''", [](const auto&) { return answer(503, ""); }},
        {"note: no signatures", [](const auto&) { return answer(200, ""); }},
        {"note: signature line does not start with a dash",
         [](const auto&) { return answer(200, "ok\n"); }},
        {"note: not signed by any known key",
         [stranger = std::make_shared<TestWitness>("c.example")](const ApiRequest& request) {
             return answer(200, to_string(stranger->sign(text_in(request), 1)));
         }},
        {"answered 409 without the size of a tree", [](const auto&) { return answer(409, "5"); }},
        {"answered 409 with a tree of 0 entries, again after a proof from there",
         [](const auto&) { return answer(409, "0\n"); }},
        {"has cosigned a tree of 99 entries, more than the log has",
         [](const auto&) { return answer(409, "99\n"); }},
    }));
    CAPTURE(row.why);
    world.c.do_wrong(row.wrong);
    WitnessClient client = world.client(policy);
    const VerifiedCheckpoint cosigned = world.cosign(client, 5, policy);
    REQUIRE(parse_note(as_bytes(cosigned.note())).value().signatures.size() <= 3);

    // Where it is needed, nothing is cosigned, and the reason is told once.
    world.told.clear();
    WitnessClient needs_all = world.client(world.policy(3), kShort);
    REQUIRE_REFUSED(needs_all.cosign(world.log.head(5), world.prove()),
                    "waiting for witnesses: checkpoint of log 'example.com/log/testdata' is "
                    "cosigned by 'a.example', 'b.example': group 'needed' lacks 1 of 3");
    REQUIRE(world.told == std::vector<std::string>{of_c + row.why});
    REQUIRE(world.c.requests >= 3);  // it was asked again

    world.c.do_wrong({});
    REQUIRE_OK(needs_all.cosign(world.log.head(7), world.prove()));
    REQUIRE(world.told.back() == "witness 'c.example' cosigns again");
}

TEST_CASE("only a cosignature of this very checkpoint counts", "[witness_client]") {
    World world;
    const WitnessPolicy policy = policy_of(1, {&world.a});
    WitnessClient client = world.client(policy, kShort);
    const VerifiedCheckpoint first = world.cosign(client, 5, policy);
    const auto line = parse_note(as_bytes(first.note())).value().signatures.back();
    world.a.do_wrong([line](const ApiRequest&) { return answer(200, to_string(line)); });
    REQUIRE_FAULT(client.cosign(world.log.head(7), world.prove()), Fault::Declined);
    REQUIRE(world.told ==
            std::vector<std::string>{"witness 'a.example': note: signature by 'a.example' does not "
                                     "verify"});
}

TEST_CASE("a cosignature at no time does not spoil those of others", "[witness_client]") {
    World world;
    world.c.do_wrong([&](const ApiRequest& request) {
        return answer(200, to_string(world.c.sign(text_in(request), 0)));
    });
    const WitnessPolicy policy = world.policy(2);
    WitnessClient client = world.client(policy);
    for (const std::size_t size : {3u, 5u, 7u}) world.cosign(client, size, policy);
    WitnessClient needs_all = world.client(world.policy(3), kShort);
    world.told.clear();
    REQUIRE_FAULT(needs_all.cosign(world.log.head(9), world.prove()), Fault::Declined);
    REQUIRE(world.told ==
            std::vector<std::string>{"witness 'c.example': cosignature gives no time"});
}

TEST_CASE("a witness that is away is asked until it is back", "[witness_client]") {
    World world;
    const WitnessPolicy policy = world.policy(3);
    WitnessClient client = world.client(policy, kShort);
    world.cosign(client, 3, policy);
    world.b.stop();
    const auto lacking = client.cosign(world.log.head(5), world.prove());
    REQUIRE_FAULT(lacking, Fault::Declined);
    REQUIRE(world.told.size() == 1);
    REQUIRE(world.told.front().starts_with("witness 'b.example': "));
    world.b.start();
    world.cosign(client, 7, policy);  // those that have 5 have gone on from there
    REQUIRE(world.told.size() == 2);
}

TEST_CASE("nobody waits for a slow witness that is not needed", "[witness_client]") {
    World world;
    std::atomic<bool> asked = false;
    std::atomic<bool> open = false;
    ScriptedServer slow([&](Peer& peer) {
        (void)peer.read_request();
        asked = true;
        while (!open) peer.pause(1);
        peer.answer("503 Service Unavailable", "", "later");
    });
    std::string text = to_string(policy_of(2, {&world.a, &world.b, &world.c}));
    const std::string at_c = world.c.in_policy().url;
    text.replace(text.find(at_c), at_c.size(), slow.url(""));
    const WitnessPolicy policy = parse_witness_policy(as_bytes(text)).value();
    WitnessClient client = world.client(policy);
    for (const std::size_t size : {3u, 5u, 7u, 9u}) world.cosign(client, size, policy);
    while (!asked) client.poll();
    REQUIRE(slow.connections() == 1);  // it has one question at a time
    open = true;
    while (world.told.empty()) client.poll();
    REQUIRE(world.told.front() == "witness 'c.example': answered 503: 'later'");
    world.cosign(client, 11, policy);
}

TEST_CASE("a proof that cannot be made is one witness's trouble", "[witness_client]") {
    World world;
    world.c.do_wrong([](const ApiRequest& request) -> std::optional<ApiResponse> {
        if (parse_add_checkpoint(request.body).value().old_size == 2) return answer(500, "");
        return answer(409, "2\n");
    });
    WitnessClient client = world.client(world.policy(3), kShort);
    const auto prove = [&](std::uint64_t size, const TreeHead& head) -> Result<ConsistencyProof> {
        if (size == 2) return Error(Fault::Io, "the tile is gone");
        return world.prove()(size, head);
    };
    REQUIRE_FAULT(client.cosign(world.log.head(5), prove), Fault::Declined);
    REQUIRE(world.told ==
            std::vector<std::string>{"witness 'c.example': no proof for it: the tile is gone"});
}

TEST_CASE("a policy that a log cannot be cosigned by is refused", "[witness_client]") {
    World world;
    const auto refused = [&](const std::string& text, const std::string& why) {
        const auto policy = parse_witness_policy(as_bytes(text));
        REQUIRE_OK(policy);
        const auto made = WitnessClient::make(*policy, world.log.key.note_key);
        REQUIRE_FALSE(made.has_value());
        REQUIRE(made.error().fault() == Fault::Config);
        REQUIRE(made.error().message() == why);
    };
    refused("witness w " + to_vkey(world.a.key()) + "\nquorum w\n",
            "witness 'w' has no URL in the policy: it cannot be asked");
    NoteKey own = world.log.key.note_key;
    own.type = NoteSignatureType::Ed25519Cosignature;
    refused("witness w " + to_vkey(own) + " http://w\nquorum w\n",
            "witness 'w' has the key of log 'example.com/log/testdata', which cannot vouch for "
            "itself");
    refused("log " + to_vkey(other_log_key("log.example").note_key) + "\nwitness w " +
                to_vkey(world.a.key()) + " http://w\nquorum w\n",
            "the policy is not for log 'example.com/log/testdata' and its key");
}
