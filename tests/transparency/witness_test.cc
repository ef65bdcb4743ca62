#include "transparency/witness.h"

#include "core/encoding.h"
#include "sign/cosign.h"
#include "sign/ed25519_key.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_witness.h"
#include "tests/support/witnessed_tree.h"
#include "transparency/head_file.h"
#include "transparency/witness_setup.h"

#include <atomic>
#include <thread>

using namespace boltseal;
using namespace boltseal::test;

namespace {

constexpr std::int64_t kNow = 1'767'139'200;

// The witness's, who outlives it as a disk does.
class Kept : public HeadStore {
public:
    Kept(MemoryStore& store, std::atomic<int>& loads) : store_(store), loads_(loads) {}
    Result<std::optional<std::string>> load() override {
        ++loads_;
        return store_.load();
    }
    Result<void> advance(const std::optional<std::string>& expected,
                         const std::string& next) override {
        return store_.advance(expected, next);
    }

private:
    MemoryStore& store_;
    std::atomic<int>& loads_;
};

struct TestedWitness {
    std::unique_ptr<PrivateKey> signer = generate_ed25519_key().value();
    NoteKey key = witness_note_key("witness.example", signer->public_key()).value();
    MemoryStore store;
    std::atomic<std::int64_t> time{kNow};
    std::atomic<int> loads{0};  // of the store
    std::unique_ptr<WitnessService> witness;

    explicit TestedWitness(const std::vector<NoteKey>& keys) { restart(keys); }
    void restart(const std::vector<NoteKey>& keys) {
        witness =
            std::make_unique<WitnessService>(*signer, key, [this] { return Timestamp{time}; });
        REQUIRE_OK(witness->watch(keys.front().name, keys, std::make_unique<Kept>(store, loads)));
    }
    ApiResponse send(const std::string& body) const {
        return witness->handle({"POST", "/add-checkpoint", to_buffer(body)});
    }
    ApiResponse send(const AddCheckpoint& request) const { return send(to_string(request)); }
    ApiResponse get(const std::string& path) const { return witness->handle({"GET", path, {}}); }
};

// The time that the witness has signed; fails the test if it has not signed exactly this.
std::int64_t check_cosigned(const ApiResponse& response, const std::string& note,
                            const NoteKey& key) {
    INFO(response.body);
    REQUIRE(response.status == 200);
    REQUIRE(response.content_type == "text/plain; charset=utf-8");
    const std::string text = parse_note(as_bytes(note)).value().text;
    const auto lines = parse_note(as_bytes(text + "\n" + response.body));
    REQUIRE_OK(lines);
    REQUIRE(lines->signatures.size() == 1);
    const auto signers = check_note(*lines, {key});
    REQUIRE_OK(signers);
    return signers->front().time->seconds;
}

void check_refused(const ApiResponse& response, int status, const std::string& why) {
    REQUIRE(response.body == why + "\n");
    REQUIRE(response.status == status);
    REQUIRE(response.content_type == "text/plain; charset=utf-8");
}

void check_conflict(const ApiResponse& response, const std::string& size) {
    REQUIRE(response.status == 409);
    REQUIRE(response.body == size + "\n");
    REQUIRE(response.content_type == "text/x.tlog.size");
}

}  // namespace

TEST_CASE("a witness follows a log as it grows", "[witness]") {
    WitnessedTree log;
    TestedWitness witness({log.key.note_key});
    check_cosigned(witness.send(log.request(0, 1)), log.note(1), witness.key);
    check_cosigned(witness.send(log.request(1, 3)), log.note(3), witness.key);
    check_cosigned(witness.send(log.request(3, 4)), log.note(4), witness.key);
    check_conflict(witness.send(log.request(3, 7)), "4");
    check_cosigned(witness.send(log.request(4, 40)), log.note(40), witness.key);
    witness.restart({log.key.note_key});  // what was cosigned is not forgotten
    check_conflict(witness.send(log.request(0, 40)), "40");
}

TEST_CASE("the empty tree can be cosigned, and grown from", "[witness]") {
    WitnessedTree log;
    TestedWitness witness({log.key.note_key});
    check_cosigned(witness.send(log.request(0, 0)), log.note(0), witness.key);
    check_cosigned(witness.send(log.request(0, 0)), log.note(0), witness.key);
    check_cosigned(witness.send(log.request(0, 5)), log.note(5), witness.key);
}

TEST_CASE("the same checkpoint is cosigned again, with the time of now", "[witness]") {
    WitnessedTree log;
    TestedWitness witness({log.key.note_key});
    REQUIRE(check_cosigned(witness.send(log.request(0, 5)), log.note(5), witness.key) == kNow);
    witness.time = kNow + 60;
    REQUIRE(check_cosigned(witness.send(log.request(5, 5)), log.note(5), witness.key) == kNow + 60);
}

TEST_CASE("a witness refuses with the status of each case, and keeps what it has", "[witness]") {
    WitnessedTree log;
    WitnessedTree fork(test_log_key(), "another entry");
    WitnessedTree stranger(other_log_key("log.example/unknown"));
    WitnessedTree namesake(other_log_key(std::string(kLogOrigin)));
    TestedWitness witness({log.key.note_key});
    REQUIRE(witness.send(log.request(0, 5)).status == 200);
    const std::string before = *witness.store.head;

    check_refused(witness.send("old x\n\n" + log.note(7)), 400, "size is not a decimal number");
    check_refused(witness.send("old 5\n\nlog.example\n"), 400,
                  "note: no empty line before the signatures");
    const std::string not_a_checkpoint = "one\n\n\u2014 log.example AAAAAAE=\n";
    check_refused(witness.send("old 5\n\n" + not_a_checkpoint), 400, "checkpoint: ends too early");
    check_refused(witness.send(stranger.request(0, 5)), 404,
                  "log 'log.example/unknown' is not watched");
    check_refused(witness.send(namesake.request(5, 7)), 403, "note: not signed by any known key");
    AddCheckpoint forged = log.request(5, 7);
    forged.note[forged.note.size() - 10] ^= 1;
    check_refused(witness.send(forged), 403,
                  "note: signature by 'example.com/log/testdata' does not verify");
    check_refused(witness.send(log.request(5, 4)), 400, "old size is larger than the checkpoint's");
    check_conflict(witness.send(log.request(0, 7)), "5");
    check_conflict(witness.send(log.request(4, 4)), "5");
    check_conflict(witness.send(log.request(6, 7)), "5");

    AddCheckpoint request = log.request(5, 7);
    request.proof.path.pop_back();
    check_refused(witness.send(request), 422, "consistency proof is too short");
    request = log.request(5, 7);
    request.proof.path.push_back(request.proof.path.back());
    check_refused(witness.send(request), 422, "consistency proof is too long");
    request = fork.request(5, 7);
    check_refused(witness.send(request), 422, "proof does not lead to the older root");
    request = log.request(5, 7);
    request.note = fork.note(7);
    check_refused(witness.send(request), 422, "proof does not lead to the newer root");
    check_refused(witness.send(fork.request(5, 5)), 422, "same size, different root");
    REQUIRE(*witness.store.head == before);
    check_cosigned(witness.send(log.request(5, 7)), log.note(7), witness.key);
}

TEST_CASE("a log that is new to a witness starts from nothing", "[witness]") {
    WitnessedTree log;
    TestedWitness witness({log.key.note_key});
    check_conflict(witness.send(log.request(5, 7)), "0");
    AddCheckpoint request = log.request(0, 7);
    request.proof = {log.tree.proof(3, 7)};
    check_refused(witness.send(request), 422, "consistency proof is too long");
    const TreeHead not_empty{0, log.tree.head(1).root};
    check_refused(witness.send({0, {}, log.key.sign(not_empty)}), 422, "same size, different root");
    REQUIRE_FALSE(witness.store.head.has_value());
}

TEST_CASE("each case comes before the next one", "[witness]") {
    WitnessedTree log;
    WitnessedTree stranger(other_log_key("log.example/unknown"));
    WitnessedTree namesake(other_log_key(std::string(kLogOrigin)));
    TestedWitness witness({log.key.note_key});
    REQUIRE(witness.send(log.request(0, 5)).status == 200);
    // Malformed, and unknown: 400. Unknown, and not signed: 404. Not signed, and old > size: 403.
    // Old > size, and old is not the last: 400. Old is not the last, and no proof: 409.
    REQUIRE(witness.send("old 01\n\n" + stranger.note(3)).status == 400);
    REQUIRE(witness.send(stranger.request(9, 3)).status == 404);
    REQUIRE(witness.send(namesake.request(9, 3)).status == 403);
    REQUIRE(witness.send(log.request(9, 3)).status == 400);
    REQUIRE(witness.send({4, {}, log.note(7)}).status == 409);
}

TEST_CASE("a log changes its key while both are known", "[witness]") {
    WitnessedTree old_key(other_log_key("log.example"));
    WitnessedTree new_key(other_log_key("log.example"));
    TestedWitness witness({old_key.key.note_key, new_key.key.note_key});
    REQUIRE(witness.send(old_key.request(0, 5)).status == 200);
    REQUIRE(witness.send(new_key.request(5, 7)).status == 200);
    AddCheckpoint both = new_key.request(7, 9);
    const Note by_old = parse_note(as_bytes(old_key.note(9))).value();
    both.note += to_string(by_old.signatures.front());
    REQUIRE(witness.send(both).status == 200);
    // The newest carries both, and us; lines of others are gone.
    const Note kept = parse_note(as_bytes(*witness.store.head)).value();
    REQUIRE(kept.signatures.size() == 3);
    both = new_key.request(9, 11);
    both.note = TestWitness("somebody.else").cosign(both.note);
    REQUIRE(witness.send(both).status == 200);
    REQUIRE(parse_note(as_bytes(*witness.store.head)).value().signatures.size() == 2);
    // One known line that does not verify spoils the other.
    both = new_key.request(11, 12);
    both.note += to_string(by_old.signatures.front());
    check_refused(witness.send(both), 403, "note: signature by 'log.example' does not verify");
}

TEST_CASE("anybody can read what a witness has cosigned last", "[witness]") {
    WitnessedTree log;
    TestedWitness witness({log.key.note_key});
    const std::string path = "/" + to_hex(sha256({as_bytes(kLogOrigin)})) + "/checkpoint";
    check_refused(witness.get(path), 404, "nothing was cosigned yet");
    REQUIRE(witness.send(log.request(0, 5)).status == 200);
    const ApiResponse response = witness.get(path);
    REQUIRE(response.status == 200);
    REQUIRE(response.content_type == "text/plain; charset=utf-8");
    REQUIRE(response.cache_control == "no-cache");
    const Note note = parse_note(as_bytes(response.body)).value();
    REQUIRE(check_note(note, {log.key.note_key, witness.key}).value().size() == 2);
    REQUIRE(witness.witness->handle({"HEAD", path, {}}).status == 200);
    REQUIRE(witness.witness->handle({"POST", path, {}}).status == 405);
    REQUIRE(witness.get("/add-checkpoint").status == 405);
    REQUIRE(witness.get("/" + std::string(64, '0') + "/checkpoint").status == 404);
    REQUIRE(witness.get("/").status == 404);
    REQUIRE(witness.get("/healthz").status == 200);
}

TEST_CASE("of two requests for one log at the same time one wins", "[witness]") {
    WitnessedTree log;
    WitnessedTree fork(test_log_key(), "another entry");
    for (int round = 0; round < 20; ++round) {
        TestedWitness witness({log.key.note_key});
        std::atomic<int> waiting{2};
        std::vector<ApiResponse> answers(2);
        const auto race = [&](std::size_t i, const std::string& body) {
            return std::thread([&, i, body] {
                --waiting;
                while (waiting != 0) std::this_thread::yield();
                answers[i] = witness.send(body);
            });
        };
        std::thread one = race(0, to_string(log.request(0, 5)));
        std::thread two = race(1, to_string(fork.request(0, 5)));
        one.join();
        two.join();
        REQUIRE(std::min(answers[0].status, answers[1].status) == 200);
        check_conflict(answers[0].status == 200 ? answers[1] : answers[0], "5");
        REQUIRE(witness.store.heads.size() == 1);
    }
}

TEST_CASE("nobody reads the state while it is being replaced", "[witness]") {
    WitnessedTree log;
    WitnessedTree fork(test_log_key(), "another entry");
    TestedWitness witness({log.key.note_key});
    std::thread other;
    ApiResponse answer;
    std::atomic<bool> is_first{true};
    witness.store.before_change = [&] {
        if (!is_first.exchange(false)) return;
        const int before = witness.loads;
        other = std::thread([&] { answer = witness.send(fork.request(0, 5)); });
        // Time enough for the other request to get here, if it could.
        for (int i = 0; i < 100 && witness.loads == before; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
    };
    check_cosigned(witness.send(log.request(0, 5)), log.note(5), witness.key);
    other.join();
    check_conflict(answer, "5");
}

TEST_CASE("nobody has the word of a witness that could not keep it", "[witness]") {
    WitnessedTree log;
    TestedWitness witness({log.key.note_key});
    REQUIRE(witness.send(log.request(0, 5)).status == 200);
    witness.store.plan = {0, GENERATE(Failure::NotPersisted, Failure::PersistedAnyway)};
    const ApiResponse response = witness.send(log.request(5, 7));
    check_refused(response, 500, "the witness cannot keep what it signs");
}

TEST_CASE("a witness goes on only from its own state", "[witness]") {
    WitnessedTree log;
    TestedWitness witness({log.key.note_key});
    const std::string why =
        "what was cosigned last for 'example.com/log/testdata' is not by this witness";
    const auto refused = [&](const std::string& state) {
        witness.store.head = state;
        WitnessService next(*witness.signer, witness.key, [] { return Timestamp{kNow}; });
        REQUIRE_REFUSED(next.watch(std::string(kLogOrigin), {log.key.note_key},
                                   std::make_unique<Kept>(witness.store, witness.loads)),
                        why);
    };
    refused("nothing");
    refused(log.note(5));
    refused(TestWitness("witness.example").cosign(log.note(5)));
    WitnessedTree stranger(other_log_key("log.example/unknown"));
    const std::string text = parse_note(as_bytes(stranger.note(5))).value().text;
    refused(stranger.note(5) +
            to_string(cosign(*witness.signer, witness.key, text, {kNow}).value()));
}

TEST_CASE("a checkpoint must fit into what a witness keeps", "[witness]") {
    TestLogKey key = other_log_key(std::string(255, 'o'));
    TestedWitness witness({key.note_key});
    const auto sign = [&](std::size_t extension) {
        const std::string text = to_string(
            Checkpoint{key.note_key.name, {0, hash_empty()}, {std::string(extension, 'x')}});
        const Buffer signature = key.signer->sign(as_bytes(text)).value();
        return to_string(Note{text, {{key.note_key.name, key.note_key.id(), signature}}});
    };
    const std::size_t room = 1280 - (255 + 1 + 2 + 45 + 1);
    check_cosigned(witness.send({0, {}, sign(room)}), sign(room), witness.key);
    REQUIRE(witness.store.head->size() < kMaxHeadNote - 3 * 450);  // three more keys of the log
    check_refused(witness.send({0, {}, sign(room + 1)}), 400,
                  "checkpoint is larger than 1280 bytes");
}

TEST_CASE("a witness's folder is made once, and its state is on disk", "[witness]") {
    const TempFolder folder;
    const auto directory = folder.path() / "w";
    const Secret password = Secret::copy_of(as_bytes("secret"));
    const auto made = create_witness(directory, "witness.example", password);
    REQUIRE_OK(made);
    REQUIRE_REFUSED(create_witness(directory, "witness.example", password),
                    "there is a witness in '" + directory.string() + "' already");
    const auto key = load_witness_key(directory, password);
    REQUIRE_OK(key);
    REQUIRE(key->note_key == *made);

    WitnessedTree log;
    const std::string origin(kLogOrigin);
    const auto serve = [&](const AddCheckpoint& request) {
        WitnessService witness(*key->signer, key->note_key, [] { return Timestamp{kNow}; });
        auto state = open_witness_state(directory, origin);
        REQUIRE_OK(state);
        REQUIRE_REFUSED(open_witness_state(directory, origin),
                        "another process has '" +
                            (directory / "state" / to_hex(sha256({as_bytes(origin)}))).string() +
                            "' open");
        REQUIRE_OK(witness.watch(origin, {log.key.note_key}, *std::move(state)));
        return witness.handle({"POST", "/add-checkpoint", to_buffer(to_string(request))});
    };
    check_cosigned(serve(log.request(0, 5)), log.note(5), key->note_key);
    check_conflict(serve(log.request(0, 7)), "5");
    check_cosigned(serve(log.request(5, 7)), log.note(7), key->note_key);
    std::filesystem::remove_all(directory / "state");
    REQUIRE_FAULT(open_witness_state(directory, origin), Fault::Io);
}
