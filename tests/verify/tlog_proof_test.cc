#include "verify/tlog_proof.h"

#include "core/encoding.h"
#include "core/file.h"
#include "tests/check.h"
#include "tests/support/bundle_maker.h"
#include "tests/support/reference_tree.h"
#include "tests/support/test_witness.h"
#include "tests/support/vectors.h"

using namespace boltseal;
using test::TestWitness;

namespace {

const std::string kHead = "c2sp.org/tlog-proof@v1\n";

// A log of seven entries, and the proof of one of them.
struct World {
    test::SmallLog log;
    TestWitness a{"a.example"}, b{"b.example"};
    TlogProof proof;

    explicit World(std::uint64_t index = 4, std::uint64_t size = 7) {
        for (std::uint64_t i = 0; i < size; ++i) log.append(entry(i));
        const LogEntry place = log.prove(index, size);
        proof = {{}, place.proof, place.checkpoint};
    }
    static Buffer entry(std::uint64_t i) { return to_buffer("entry " + std::to_string(i)); }
    WitnessPolicy policy(std::size_t threshold) const {
        return witness_quorum(threshold, {a.key(), b.key()}).value();
    }
    Result<ProvedEntry> check(const WitnessPolicy& witnesses = {}, std::uint64_t index = 4) const {
        return check_tlog_proof(proof, hash_leaf(entry(index)), log.key(), witnesses);
    }
};

Result<TlogProof> parse(const std::string& text) {
    return parse_tlog_proof(as_bytes(text));
}

}  // namespace

TEST_CASE("proofs print back to the same bytes", "[tlog_proof]") {
    World w;
    if (GENERATE(false, true)) w.proof.extra = to_buffer("more");
    const std::string text = to_string(w.proof);
    const auto parsed = parse(text);
    REQUIRE_OK(parsed);
    REQUIRE(to_string(*parsed) == text);
    REQUIRE(parsed->extra == w.proof.extra);
    REQUIRE(parsed->inclusion.index == 4);
    REQUIRE(parsed->inclusion.path == w.proof.inclusion.path);
    REQUIRE(parsed->checkpoint == w.proof.checkpoint);
}

TEST_CASE("the text form is that of c2sp.org/tlog-proof@v1", "[tlog_proof]") {
    World w(0, 1);
    REQUIRE(to_string(w.proof) == kHead + "index 0\n\n" + w.proof.checkpoint);
    w.proof.extra = {0xFF};
    w.proof.inclusion = {3, {hash_empty()}};
    REQUIRE(to_string(w.proof) ==
            kHead + "extra /w==\nindex 3\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n" +
                w.proof.checkpoint);
}

TEST_CASE("every entry of trees of many sizes is proved", "[tlog_proof]") {
    for (const std::uint64_t size : {1U, 2U, 3U, 7U, 8U, 9U}) {
        for (std::uint64_t index = 0; index < size; ++index) {
            CAPTURE(size, index);
            const World w(index, size);
            const auto parsed = parse(to_string(w.proof));
            REQUIRE_OK(parsed);
            const auto proved =
                check_tlog_proof(*parsed, hash_leaf(World::entry(index)), w.log.key(), {});
            REQUIRE_OK(proved);
            REQUIRE(proved->checkpoint.head() == w.log.head());
            REQUIRE(proved->cosigned.empty());
        }
    }
}

TEST_CASE("proofs are refused for the right reason", "[tlog_proof]") {
    const World w;
    const std::string note = w.proof.checkpoint;
    const std::string hash = to_base64(hash_empty().bytes()) + "\n";
    std::string many;
    for (int i = 0; i < 64; ++i) many += hash;
    REQUIRE_OK(parse(kHead + "index 0\n" + many + "\n" + note));
    const std::string early = "tlog proof: ends too early";
    const std::string first = "tlog proof: first line is not 'c2sp.org/tlog-proof@v1'";
    const std::string index = "tlog proof: index is not a decimal number";
    const std::string extra = "tlog proof: extra is not the base64 of something";
    const std::string bad_hash = "tlog proof: hash is not the base64 of 32 bytes";
    struct Row {
        std::string why;
        std::string text;
    };
    const std::vector<Row> rows = {
        {early, ""},
        {early, "c2sp.org/tlog-proof@v1"},
        {early, kHead},
        {early, kHead + "index 0"},
        {early, kHead + "extra AAAA\n"},
        {early, kHead + "index 0\n" + hash},
        {first, "c2sp.org/tlog-proof@v2\nindex 0\n\n" + note},
        {first, "\n" + kHead + "index 0\n\n" + note},
        {first, "c2sp.org/tlog-proof@v1\r\nindex 0\n\n" + note},
        {first, note},
        {extra, kHead + "extra \nindex 0\n\n" + note},
        {extra, kHead + "extra AAA\nindex 0\n\n" + note},
        {extra, kHead + "extra  AAAA\nindex 0\n\n" + note},
        {"tlog proof: no index line", kHead + "extra AAAA\nextra AAAA\nindex 0\n\n" + note},
        {"tlog proof: no index line", kHead + "extra\nindex 0\n\n" + note},
        {"tlog proof: no index line", kHead + "\n" + note},
        {"tlog proof: no index line", kHead + "Index 0\n\n" + note},
        {index, kHead + "index \n\n" + note},
        {index, kHead + "index 007\n\n" + note},
        {index, kHead + "index +1\n\n" + note},
        {index, kHead + "index -1\n\n" + note},
        {index, kHead + "index 1 \n\n" + note},
        {index, kHead + "index 1\r\n\n" + note},
        {index, kHead + "index 18446744073709551616\n\n" + note},
        {bad_hash, kHead + "index 0\nextra AAAA\n\n" + note},
        {bad_hash, kHead + "index 0\n" + to_base64(Buffer(31)) + "\n\n" + note},
        {bad_hash, kHead + "index 0\n" + to_base64(Buffer(33)) + "\n\n" + note},
        {bad_hash, kHead + "index 0\n" + to_hex(Buffer(32)) + "\n\n" + note},
        {bad_hash, kHead + "index 0\n" + note},
        {"tlog proof: more than 64 hashes", kHead + "index 0\n" + many + hash + "\n" + note},
        {"note: no empty line before the signatures", kHead + "index 0\n\n"},
        {"note: no empty line before the signatures", kHead + "index 0\n\ntext\n"},
        {"checkpoint: origin is empty", kHead + "index 0\n\n\n" + note},
        {"checkpoint: ends too early", kHead + "index 0\n\n" + w.log.sign_text("hello\n")},
        {"tlog proof: larger than 2 MiB", std::string((2 << 20) + 1, 'x')},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        REQUIRE_REFUSED(parse(row.text), row.why);
        REQUIRE_FAULT(parse(row.text), Fault::Malformed);
    }
}

TEST_CASE("what does not hold of a proof is said in this order", "[tlog_proof]") {
    World w;
    w.proof.inclusion.path.pop_back();  // the last that is looked at
    const test::SmallLog other("other.example");
    const test::SmallLog impostor;
    const TreeHash leaf = hash_leaf(World::entry(4));
    const auto elsewhere = check_tlog_proof(w.proof, leaf, other.key(), w.policy(1));
    REQUIRE_REFUSED(elsewhere, "checkpoint is of log 'log.example.com', expected 'other.example'");
    REQUIRE_FAULT(elsewhere, Fault::Untrusted);
    REQUIRE_REFUSED(check_tlog_proof(w.proof, leaf, impostor.key(), w.policy(1)),
                    "note: not signed by any known key");
    const auto alone = w.check(w.policy(1));
    REQUIRE_REFUSED(alone,
                    "checkpoint of log 'log.example.com' is cosigned by nobody: group '1-of-2' "
                    "lacks 1 of 1");
    REQUIRE_FAULT(alone, Fault::Untrusted);
    w.proof.checkpoint = w.a.cosign(w.proof.checkpoint);
    const auto shortened = w.check(w.policy(1));
    REQUIRE_REFUSED(shortened, "inclusion proof is too short");
    REQUIRE_FAULT(shortened, Fault::Untrusted);
}

TEST_CASE("another entry, index or path is refused", "[tlog_proof]") {
    World w;
    REQUIRE_OK(w.check());
    const std::string why = "inclusion proof does not lead to the root";
    REQUIRE_REFUSED(w.check({}, 5), why);
    // The leaf is a hash with its own prefix: a node of the tree is no entry.
    Writer node;
    node.put(hash_leaf(World::entry(0)).bytes()).put(hash_leaf(World::entry(1)).bytes());
    REQUIRE_REFUSED(
        check_tlog_proof(w.proof, hash_leaf(node.bytes()), w.log.key(), WitnessPolicy{}), why);
    World moved = World();
    moved.proof.inclusion.index = 5;
    REQUIRE_REFUSED(moved.check(), why);
    moved.proof.inclusion.index = 7;
    REQUIRE_REFUSED(moved.check(), "leaf index is beyond the tree");
    World longer = World();
    longer.proof.inclusion.path.push_back(hash_empty());
    REQUIRE_REFUSED(longer.check(), "inclusion proof is too long");
    World text = World();
    text.proof.checkpoint = "no checkpoint";
    REQUIRE_FAULT(text.check(), Fault::Untrusted);
}

TEST_CASE("the quorum is of this checkpoint", "[tlog_proof]") {
    World w;
    w.proof.checkpoint = w.a.cosign(w.proof.checkpoint, 1'750'000'000);
    const auto one = w.check(w.policy(1));
    REQUIRE_OK(one);
    REQUIRE(one->cosigned == std::vector<Cosigned>{{"a.example", {1'750'000'000}}});
    const std::string lacks =
        "checkpoint of log 'log.example.com' is cosigned by 'a.example': group '2-of-2' lacks 1 of "
        "2";
    REQUIRE_REFUSED(w.check(w.policy(2)), lacks);
    // A line of the same witness, of another tree of the log.
    const std::string elsewhere = w.b.cosign(w.log.prove(0, 6).checkpoint);
    const NoteSignature line = parse_note(as_bytes(elsewhere)).value().signatures.back();
    World with = std::move(w);
    with.proof.checkpoint += to_string(line);
    REQUIRE_REFUSED(with.check(with.policy(2)), "note: signature by 'b.example' does not verify");
}

TEST_CASE("a log that is its own witness is a mistake in the policy", "[tlog_proof]") {
    const World w;
    NoteKey own = w.log.key();
    own.type = NoteSignatureType::Ed25519Cosignature;
    const auto checked = w.check(witness_quorum(1, {own}).value());
    REQUIRE_REFUSED(checked,
                    "witness 'log.example.com' has the key of log 'log.example.com', which cannot "
                    "vouch for itself");
    REQUIRE_FAULT(checked, Fault::Config);
}

TEST_CASE("no changed byte of a proof verifies, but in a line by nobody", "[tlog_proof]") {
    World w;
    w.proof.checkpoint = w.a.cosign(w.proof.checkpoint);
    const std::string good = to_string(w.proof);
    const WitnessPolicy policy = w.policy(1);
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const int bit : {0, 5}) {
            std::string changed = good;
            changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
            CAPTURE(i, bit);
            const auto parsed = parse(changed);
            if (!parsed) continue;
            REQUIRE_FALSE(check_tlog_proof(*parsed, hash_leaf(World::entry(4)), w.log.key(), policy)
                              .has_value());
        }
    }
}

// transparency-dev/tessera, testdata/log: a log made by another implementation, and its leaves.
TEST_CASE("entries of tessera's log are proved at every size", "[tlog_proof][vectors]") {
    constexpr std::string_view kLeaves[] = {"one",    "two",   "three",    "four",    "five",
                                            "six",    "seven", "eit",      "nain",    "ten",
                                            "ileven", "twelf", "threeten", "fourten", "fivten"};
    const auto folder = test::require_vectors("tlog-tiles/tessera-log");
    const NoteKey log =
        parse_vkey("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx")
            .value();
    std::vector<TreeHash> leaves;
    for (const std::string_view leaf : kLeaves) leaves.push_back(hash_leaf(as_bytes(leaf)));
    test::ReferenceTree tree(leaves);
    for (std::size_t size = 1; size <= leaves.size(); ++size) {
        const auto note = read_file(folder / ("checkpoint." + std::to_string(size)), 1 << 20);
        REQUIRE_OK(note);
        for (std::size_t index = 0; index < size; ++index) {
            CAPTURE(size, index);
            const TlogProof proof{{}, {index, tree.path(index, size)}, std::string(as_text(*note))};
            const auto parsed = parse(to_string(proof));
            REQUIRE_OK(parsed);
            REQUIRE_OK(check_tlog_proof(*parsed, leaves[index], log, {}));
            REQUIRE_FALSE(check_tlog_proof(*parsed, leaves[(index + 1) % 15], log, {}).has_value());
        }
    }
}

// A Rekor v2 log of Sigstore's staging, as three witnesses of other people have cosigned it. Two of
// them have published their keys; the third is asked for nothing, and its line is ignored.
TEST_CASE("a public log is proved with the cosignatures of public witnesses",
          "[tlog_proof][vectors]") {
    const auto folder = test::require_vectors("sigstore-bundles/rekor2-dsse-happy-path");
    const Json bundle = test::load_vector(folder / "bundle.sigstore.json");
    const auto entry =
        parse_log_entry(test::member_at(to_json(bundle), "verificationMaterial.tlogEntries.0"));
    REQUIRE_OK(entry);
    const auto policy = parse_witness_policy(
        as_bytes("log log2025-alpha3.rekor.sigstage.dev+d3d3a70c+"
                 "AZQ93VXPMmj9uZj7U/7CefQ9yy8RgYFv6mKzOseipjqp\n"
                 "witness stagemole witness.stagemole.eu+67f7aea0+"
                 "BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv\n"
                 "witness navigli witness.navigli.sunlight.geomys.org+a3e00fe2+"
                 "BNy/co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G\n"
                 "group both all stagemole navigli\nquorum both\n"));
    REQUIRE_OK(policy);
    const TlogProof proof{{}, entry->proof, entry->checkpoint};
    const auto proved = check_tlog_proof(parse(to_string(proof)).value(), hash_leaf(entry->body),
                                         policy->logs().front(), *policy);
    REQUIRE_OK(proved);
    REQUIRE(proved->checkpoint.head().size == 4'026'479);
    REQUIRE(to_string(proved->cosigned) ==
            "cosigned by 'stagemole' at 2026-05-13T19:23:34Z, 'navigli' at 2026-05-13T19:23:34Z");
}
