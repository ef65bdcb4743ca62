#include "transparency/witnessed_publication.h"

#include "tests/support/running_witness.h"
#include "tests/support/witnessed_tree.h"

using namespace boltseal;
using namespace boltseal::test;
using namespace std::chrono_literals;

namespace {

struct World {
    WitnessedTree log;
    RunningWitness witness{"a.example", log.key.note_key};
    MemoryStore next;
    MemoryStore* shown = nullptr;  // the publication's
    std::unique_ptr<WitnessedPublication> publication;

    World() {
        auto client =
            WitnessClient::make(policy_of(1, {&witness}), log.key.note_key, {300ms, 10ms});
        REQUIRE_OK(client);
        auto store = std::make_unique<MemoryStore>();
        shown = store.get();
        publication =
            std::make_unique<WitnessedPublication>(*std::move(client), std::move(store), next);
        publication->proofs_from([this](std::uint64_t size, const TreeHead& head) {
            std::vector<TreeHash> path;
            if (size < head.size) path = log.tree.proof(size, head.size);
            return Result<ConsistencyProof>(ConsistencyProof{path});
        });
    }
};

}  // namespace

TEST_CASE("readers see what the witnesses have cosigned", "[witnessed_publication]") {
    World world;
    REQUIRE_FALSE(world.publication->last().value().has_value());
    const auto shown = world.publication->publish(world.log.head(5));
    REQUIRE_OK(shown);
    REQUIRE(parse_note(as_bytes(shown->note())).value().signatures.size() == 2);
    REQUIRE(world.next.shown == shown->note());
    REQUIRE(world.shown->head == shown->note());
    REQUIRE(world.publication->last().value() == shown->note());
    REQUIRE_OK(world.publication->settle());
}

TEST_CASE("what lacks witnesses is shown to nobody", "[witnessed_publication]") {
    World world;
    const auto before = world.publication->publish(world.log.head(5));
    REQUIRE_OK(before);
    world.witness.stop();
    REQUIRE_FAULT(world.publication->publish(world.log.head(7)), Fault::Declined);
    REQUIRE(world.next.shown == before->note());
    REQUIRE(world.publication->last().value() == before->note());
    world.witness.start();
    REQUIRE_OK(world.publication->publish(world.log.head(9)));
}

TEST_CASE("what was shown is durable before anybody sees it", "[witnessed_publication]") {
    World world;
    world.shown->plan.fail_at = 0;
    REQUIRE_REFUSED(world.publication->publish(world.log.head(5)), "the disk is gone");
    REQUIRE_FALSE(world.next.shown.has_value());
}

TEST_CASE("an error of the disk is not tried again as if witnesses lacked",
          "[witnessed_publication]") {
    World world;
    world.shown->before_change = [&] { world.shown->head = "moved by another"; };
    REQUIRE_FAULT(world.publication->publish(world.log.head(5)), Fault::Io);
}

TEST_CASE("the larger of two published checkpoints is the last", "[witnessed_publication]") {
    World world;
    world.next.shown = world.log.note(7);  // from before there were witnesses
    REQUIRE(world.publication->last().value() == world.log.note(7));
    world.shown->head = world.log.note(5);
    REQUIRE(world.publication->last().value() == world.log.note(7));
    world.shown->head = world.log.note(9);
    REQUIRE(world.publication->last().value() == world.log.note(9));
    world.next.shown = "no note";
    REQUIRE(world.publication->last().value() == world.log.note(9));
}
