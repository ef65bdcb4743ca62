#include "verify/witness_policy.h"

#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/bundle_maker.h"
#include "tests/support/test_witness.h"

#include <algorithm>

using namespace boltseal;
using test::TestWitness;

namespace {

constexpr std::uint64_t kTime = 1'750'000'000;  // 2025-06-15T15:06:40Z

// A log and four witnesses, of which each test asks some to cosign.
struct World {
    test::SmallLog log;
    TestWitness a{"a.example"}, b{"b.example"}, c{"c.example"}, d{"d.example"};

    WitnessPolicy policy(const std::string& groups) const {
        const auto parsed = parse_witness_policy(as_bytes(all() + groups));
        REQUIRE_OK(parsed);
        return *parsed;
    }
    std::string all() const { return line("a", a) + line("b", b) + line("c", c) + line("d", d); }
    static std::string line(const std::string& name, const TestWitness& witness) {
        return "witness " + name + " " + to_vkey(witness.key()) + "\n";
    }

    std::string note(std::uint64_t size = 7) const {
        return log.sign({log.key().name, {size, hash_leaf({})}, {}});
    }
    std::string note_by(const std::vector<const TestWitness*>& witnesses) const {
        std::string text = note();
        for (const TestWitness* witness : witnesses) text = witness->cosign(text, kTime);
        return text;
    }
    VerifiedCheckpoint checkpoint(const std::string& text) const {
        auto verified = check_checkpoint(as_bytes(text), log.key());
        REQUIRE_OK(verified);
        return *verified;
    }
    Result<std::vector<Cosigned>> check(const std::string& text, const WitnessPolicy& policy,
                                        std::optional<Timestamp> oldest = std::nullopt) const {
        return check_witnesses(checkpoint(text), policy, oldest);
    }
};

const std::string kWho = "checkpoint of log 'log.example.com' is cosigned by ";

Result<WitnessPolicy> parse(const std::string& text) {
    return parse_witness_policy(as_bytes(text));
}

}  // namespace

TEST_CASE("a policy that says nothing asks for no witness", "[witness_policy]") {
    const World w;
    const WitnessPolicy nothing;
    REQUIRE(nothing.asks_for_none());
    REQUIRE(to_string(nothing) == "quorum none\n");
    REQUIRE(parse("quorum none\n").value() == nothing);
    const auto checked = w.check(w.note(), nothing);
    REQUIRE_OK(checked);
    REQUIRE(checked->empty());
    REQUIRE(to_string(*checked) == "cosigned by nobody");
}

TEST_CASE("a quorum of witnesses is proved with their times", "[witness_policy]") {
    const World w;
    const WitnessPolicy policy = w.policy("group all all a b c d\nquorum all\n");
    REQUIRE_FALSE(policy.asks_for_none());
    std::string text = w.note();
    for (const TestWitness* one : {&w.d, &w.b, &w.a, &w.c}) text = one->cosign(text, kTime);
    const auto checked = w.check(text, policy);
    REQUIRE_OK(checked);
    const Timestamp at{kTime};
    REQUIRE(*checked == std::vector<Cosigned>{{"a", at}, {"b", at}, {"c", at}, {"d", at}});
    REQUIRE(to_string(std::vector<Cosigned>{{"a", at}, {"b", at}}) ==
            "cosigned by 'a' at 2025-06-15T15:06:40Z, 'b' at 2025-06-15T15:06:40Z");
}

TEST_CASE("one witness can be the quorum", "[witness_policy]") {
    const World w;
    const auto policy = parse(w.line("a", w.a) + "quorum a\n");
    REQUIRE_OK(policy);
    REQUIRE_OK(w.check(w.note_by({&w.a}), *policy));
    REQUIRE_REFUSED(w.check(w.note_by({&w.b}), *policy), kWho + "nobody: witness 'a' is missing");
}

TEST_CASE("who signed and what each group lacks is said", "[witness_policy]") {
    const World w;
    struct Row {
        std::string groups;
        std::vector<const TestWitness*> by;
        std::string why;  // empty if the quorum is there
    };
    const std::string two = "group two 2 a b c d\nquorum two\n";
    const std::string nested =
        "group eu all a b\ngroup us any c d\ngroup both 2 eu us\nquorum both\n";
    const std::string either =
        "group eu all a b\ngroup or any eu c\ngroup top all or d\nquorum top\n";
    const std::string lone = "group rest any b c d\ngroup top all a rest\nquorum top\n";
    const std::vector<Row> rows = {
        {two, {&w.a, &w.d}, ""},
        {two, {&w.a, &w.b, &w.c, &w.d}, ""},
        {two, {}, "nobody: group 'two' lacks 2 of 2"},
        {two, {&w.c}, "'c': group 'two' lacks 1 of 2"},
        {nested, {&w.a, &w.b, &w.c}, ""},
        {nested,
         {&w.a, &w.c, &w.d},
         "'a', 'c', 'd': group 'eu' lacks 1 of 2, group 'both' lacks 1 of 2"},
        {nested, {&w.a, &w.b}, "'a', 'b': group 'us' lacks 1 of 1, group 'both' lacks 1 of 2"},
        {nested, {&w.c}, "'c': group 'eu' lacks 2 of 2, group 'both' lacks 1 of 2"},
        {either, {&w.c, &w.d}, ""},
        {either, {&w.a, &w.b, &w.d}, ""},
        {either, {&w.a, &w.b, &w.c}, "'a', 'b', 'c': group 'top' lacks 1 of 2"},
        {lone, {&w.b, &w.c, &w.d}, "'b', 'c', 'd': group 'top' lacks 1 of 2"},
        {lone, {&w.a, &w.d}, ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.groups, row.why);
        const auto checked = w.check(w.note_by(row.by), w.policy(row.groups));
        if (row.why.empty()) {
            REQUIRE_OK(checked);
            REQUIRE(checked->size() == row.by.size());
        } else {
            REQUIRE_REFUSED(checked, kWho + row.why);
            REQUIRE_FAULT(checked, Fault::Untrusted);
        }
    }
}

TEST_CASE("a witness that signs twice counts once", "[witness_policy]") {
    const World w;
    const WitnessPolicy policy = w.policy("group two 2 a b c d\nquorum two\n");
    const std::string why = kWho + "'a': group 'two' lacks 1 of 2";
    const std::string once = w.a.cosign(w.note(), kTime);
    const std::string line = to_string(parse_note(as_bytes(once)).value().signatures.back());
    REQUIRE_REFUSED(w.check(once + line + line, policy), why);
    REQUIRE_REFUSED(w.check(w.a.cosign(once, kTime + 1), policy), why);
}

TEST_CASE("lines by others neither help nor hinder", "[witness_policy]") {
    const World w;
    const TestWitness stranger("a.example");  // the name alone is nothing
    const WitnessPolicy policy = w.policy("group two 2 a b c d\nquorum two\n");
    REQUIRE_REFUSED(w.check(w.note_by({&stranger, &w.a}), policy),
                    kWho + "'a': group 'two' lacks 1 of 2");
    REQUIRE_OK(w.check(w.note_by({&stranger, &w.a, &w.b}), policy));
    // Of the post-quantum kind, which is not verified here.
    const std::string ml_dsa =
        to_string(NoteSignature{"b.example", {0x71, 0x18, 0xe8, 0xf9}, Buffer(8 + 2420)});
    REQUIRE_REFUSED(w.check(w.note_by({&w.a}) + ml_dsa, policy),
                    kWho + "'a': group 'two' lacks 1 of 2");
    REQUIRE_OK(w.check(w.note_by({&w.a, &w.b}) + ml_dsa, policy));
}

TEST_CASE("a known witness's line that does not verify refuses the note", "[witness_policy]") {
    const World w;
    const WitnessPolicy policy = w.policy("group one any a b c d\nquorum one\n");
    const std::string why = "note: signature by 'a.example' does not verify";
    const auto text_of = [](const std::string& note) {
        return parse_note(as_bytes(note)).value().text;
    };
    const std::string good = w.note_by({&w.b});
    const NoteSignature real = w.a.sign(text_of(good), kTime);
    const auto with = [&](const Buffer& signature) {
        return good + to_string(NoteSignature{real.name, real.key_id, signature});
    };
    REQUIRE_OK(w.check(with(real.signature), policy));

    SECTION("of another checkpoint") {
        REQUIRE_REFUSED(w.check(with(w.a.sign(text_of(w.note(8)), kTime).signature), policy), why);
    }
    SECTION("with another time") {
        Buffer later = real.signature;
        later[7] ^= 1;
        REQUIRE_REFUSED(w.check(with(later), policy), why);
    }
    SECTION("with the time in little-endian order") {
        Buffer swapped = real.signature;
        std::reverse(swapped.begin(), swapped.begin() + 8);
        REQUIRE_REFUSED(w.check(with(swapped), policy), why);
    }
    SECTION("with a time of 64 bits") {
        const auto negative = w.a.sign(text_of(good), ~std::uint64_t{0});
        REQUIRE_REFUSED(w.check(with(negative.signature), policy), why);
    }
    SECTION("without a time") {
        REQUIRE_REFUSED(
            w.check(with(Buffer(real.signature.begin() + 8, real.signature.end())), policy), why);
    }
    SECTION("with bytes after its end") {
        Buffer longer = real.signature;
        longer.push_back(0);
        REQUIRE_REFUSED(w.check(with(longer), policy), why);
    }
    SECTION("by another witness under its key id") {
        REQUIRE_REFUSED(w.check(with(w.c.sign(text_of(good), kTime).signature), policy), why);
    }
}

TEST_CASE("a cosignature at time zero says nothing of the newest tree", "[witness_policy]") {
    const World w;
    const WitnessPolicy policy = w.policy("group one any a b c d\nquorum one\n");
    const auto zero = w.check(w.a.cosign(w.note_by({&w.b}), 0), policy);
    REQUIRE_REFUSED(zero, "cosignature by 'a' gives no time");
    REQUIRE_FAULT(zero, Fault::Untrusted);
    REQUIRE_OK(w.check(w.a.cosign(w.note(), 1), policy));
}

TEST_CASE("cosignatures that are too old do not count", "[witness_policy]") {
    const World w;
    const WitnessPolicy policy = w.policy("group two 2 a b c d\nquorum two\n");
    const std::string text = w.b.cosign(w.a.cosign(w.note(), kTime), kTime + 60);
    REQUIRE_OK(w.check(text, policy));
    REQUIRE_OK(w.check(text, policy, Timestamp{kTime}));
    REQUIRE_REFUSED(w.check(text, policy, Timestamp{kTime + 1}),
                    kWho + "'b', too long ago by 'a': group 'two' lacks 1 of 2");
    // The latest counts, whichever line comes first.
    REQUIRE_OK(w.check(w.a.cosign(text, kTime + 1), policy, Timestamp{kTime + 1}));
}

TEST_CASE("a log is no witness of its own", "[witness_policy]") {
    const World w;
    NoteKey own = w.log.key();
    own.name = "w.example";
    own.type = NoteSignatureType::Ed25519Cosignature;
    const std::string witness = "witness w " + to_vkey(own) + "\nquorum w\n";
    const std::string log = "log " + to_vkey(w.log.key()) + "\n";
    const std::string why =
        "witness 'w' has the key of log 'log.example.com', which cannot vouch for itself";
    REQUIRE_REFUSED(parse(log + witness), "line 2: " + why);
    REQUIRE_REFUSED(parse(witness + log), "line 3: " + why);
    const auto policy = parse(witness);
    REQUIRE_OK(policy);
    REQUIRE_REFUSED(check_independence(*policy, w.log.key()), why);
    REQUIRE_FAULT(check_independence(*policy, w.log.key()), Fault::Config);
    REQUIRE_OK(check_independence(*policy, test::SmallLog("other.example").key()));
}

TEST_CASE("policies are read as c2sp.org/tlog-policy writes them", "[witness_policy]") {
    const World w;
    const std::string canonical = "log " + to_vkey(w.log.key()) + "\n" + w.line("a", w.a) +
                                  "witness b " + to_vkey(w.b.key()) + " https://b.example/w\n" +
                                  "group x 1 a b\nquorum x\n";
    const auto policy = parse(canonical);
    REQUIRE_OK(policy);
    REQUIRE(to_string(*policy) == canonical);
    REQUIRE(policy->logs() == std::vector{w.log.key()});
    REQUIRE(policy->witnesses() ==
            std::vector<Witness>{{"a", w.a.key(), ""}, {"b", w.b.key(), "https://b.example/w"}});
    REQUIRE(policy->groups() == std::vector<WitnessGroup>{{"x", 1, {"a", "b"}}});
    REQUIRE(policy->quorum() == "x");

    const auto free =
        parse("# who vouches for whom\n\n \t\n\t# indented\nlog\t" + to_vkey(w.log.key()) +
              "  https://log.example \n  " + w.line("a", w.a) + "witness b " + to_vkey(w.b.key()) +
              " \t https://b.example/w\ngroup x any a\tb\nquorum x");
    REQUIRE_OK(free);
    REQUIRE(*free == *policy);
    REQUIRE_OK(parse("witness \u00E9# " + to_vkey(w.a.key()) + "\nquorum \u00E9#\n"));
}

TEST_CASE("as many logs, witnesses and groups as the specification asks for", "[witness_policy]") {
    std::string text;
    std::string members;
    std::string logs;
    std::vector<NoteKey> keys;
    for (int i = 0; i <= 64; ++i) {
        const TestWitness one("w.example/" + std::to_string(i));
        keys.push_back(one.key());
        NoteKey log = keys.back();
        log.type = NoteSignatureType::Ed25519;
        logs += "log " + to_vkey(log) + "\n";
        if (i == 64) {
            REQUIRE_REFUSED(parse(logs), "line 65: more than 64 logs");
            REQUIRE_REFUSED(parse(text + World::line("w64", one)),
                            "line 65: more than 64 witnesses");
            break;
        }
        text += World::line("w" + std::to_string(i), one);
        members += " w" + std::to_string(i);
    }
    REQUIRE_OK(parse(text + "group all all" + members + "\nquorum all\n"));
    // Each group around the one before it.
    std::string nest = World::line("w", TestWitness("w.example"));
    for (int i = 0; i <= 64; ++i) {
        nest += "group g" + std::to_string(i) + " all " +
                (i == 0 ? "w" : "g" + std::to_string(i - 1)) + "\n";
        if (i == 63) REQUIRE_OK(parse(nest + "quorum g63\n"));
    }
    REQUIRE_REFUSED(parse(nest + "quorum g64\n"), "line 66: more than 64 groups");
    REQUIRE_REFUSED(parse(std::string(65'537, '#')), "larger than 64 KiB");
}

TEST_CASE("policies are refused for the right reason", "[witness_policy]") {
    const World w;
    const std::string a = w.line("a", w.a);
    const std::string b = w.line("b", w.b);
    const std::string vkey = to_vkey(w.c.key());
    const std::string log = to_vkey(w.log.key());
    struct Row {
        std::string why;
        std::string text;
    };
    const std::vector<Row> rows = {
        {"no quorum is named", ""},
        {"no quorum is named", "# quorum none\n"},
        {"line 1: 'Quorum' is no keyword", "Quorum none\n"},
        {"line 2: 'threshold' is no keyword", a + "threshold 2\n"},
        {"not UTF-8", "quorum none\n# \xFF\n"},
        {"line 1: a control character", "quorum none\r\n"},
        {"line 2: a control character", a + "quorum a\x7F\n"},
        {"line 1: a control character", std::string("quorum none\0", 12)},
        {"line 1: 'quorum' needs more words", "quorum\n"},
        {"line 1: too many words", "quorum none none\n"},
        {"line 2: a second quorum", "quorum none\nquorum none\n"},
        {"line 3: a second quorum", a + "quorum a\nquorum a\n"},
        {"line 1: 'b' is not defined before its use", "quorum b\n" + b},
        {"line 1: 'log' needs more words", "log\n"},
        {"line 1: too many words", "log " + log + " https://a https://b\n"},
        {"line 1: '#comment' is no URL", "log " + log + " #comment\n" + "quorum none\n"},
        {"line 1: 'ftp://x' is no URL", "log " + log + " ftp://x\n"},
        {"line 1: log 'c.example' has the key of a witness (type 04)", "log " + vkey + "\n"},
        {"line 2: log 'log.example.com' has the key of another log",
         "log " + log + "\nlog " + log + "\n"},
        {"line 1: vkey: not of the form name+hash+key", "log log.example\n"},
        {"line 1: 'witness' needs more words", "witness a\n"},
        {"line 1: too many words", "witness a " + vkey + " https://a more\n"},
        {"line 1: 'more' is no URL", "witness a " + vkey + " more\n"},
        {"line 1: vkey: hash does not fit name and key", "witness a x" + vkey + "\n"},
        {"line 1: key of witness 'a' is not for cosignatures", "witness a " + log + "\n"},
        {"line 1: ML-DSA-44 keys (type 06) are not supported",
         "witness a w.example+7118e8f9+" + to_base64(Buffer(1313, 6)) + "\n"},
        {"line 1: 'none' cannot be a name", "witness none " + vkey + "\n"},
        {"line 2: 'a' is defined twice", a + "witness a " + vkey + "\n"},
        {"line 2: witnesses 'a' and 'x' have the same key", a + w.line("x", w.a)},
        {"line 2: witnesses 'a' and 'x' have the same key",
         a + "witness x " + to_vkey({"x.example", w.a.key().type, w.a.key().key}) + "\n"},
        {"line 2: 'group' needs more words", a + "group g any\n"},
        {"line 2: group 'g' asks for 0 of 1 member(s)", a + "group g 0 a\n"},
        {"line 2: group 'g' asks for 2 of 1 member(s)", a + "group g 2 a\n"},
        {"line 2: '01' is not 'all', 'any' or a number", a + "group g 01 a\n"},
        {"line 2: '-1' is not 'all', 'any' or a number", a + "group g -1 a\n"},
        {"line 2: 'All' is not 'all', 'any' or a number", a + "group g All a\n"},
        {"line 2: '18446744073709551616' is not 'all', 'any' or a number",
         a + "group g 18446744073709551616 a\n"},
        {"line 2: 'none' cannot be a name", a + "group none any a\n"},
        {"line 2: 'a' is defined twice", a + "group a any a\n"},
        {"line 2: 'g' is not defined before its use", a + "group g any a g\n"},
        {"line 2: 'h' is not defined before its use", a + "group g any h\ngroup h any g\n"},
        {"line 2: 'a' is used twice: it is in group 'g'", a + "group g 2 a a\n"},
        {"line 4: 'a' is used twice: it is in group 'g'",
         a + b + "group g any a\ngroup h any a b\n"},
        {"line 3: 'a' is used twice: it is in group 'g'", a + "group g any a\nquorum a\n"},
        {"line 1: 'a' is neither the quorum nor in a group that counts", a + "quorum none\n"},
        {"line 2: 'b' is neither the quorum nor in a group that counts", a + b + "quorum a\n"},
        {"line 3: 'g' is neither the quorum nor in a group that counts",
         a + b + "group g any b\nquorum a\n"},
        {"line 3: 'b' is neither the quorum nor in a group that counts", a + "quorum a\n" + b},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        REQUIRE_REFUSED(parse(row.text), row.why);
        REQUIRE_FAULT(parse(row.text), Fault::Config);
    }
}

TEST_CASE("a number of keys makes a policy without a file", "[witness_policy]") {
    const World w;
    const auto policy = witness_quorum(2, {w.a.key(), w.b.key(), w.c.key()});
    REQUIRE_OK(policy);
    REQUIRE(parse(to_string(*policy)).value() == *policy);
    REQUIRE_OK(w.check(w.note_by({&w.a, &w.c}), *policy));
    REQUIRE_REFUSED(w.check(w.note_by({&w.a, &w.d}), *policy),
                    kWho + "'a.example': group '2-of-3' lacks 1 of 2");
    REQUIRE_REFUSED(witness_quorum(4, {w.a.key(), w.b.key(), w.c.key()}),
                    "group '4-of-3' asks for 4 of 3 member(s)");
    REQUIRE_REFUSED(witness_quorum(0, {w.a.key()}), "group '0-of-1' asks for 0 of 1 member(s)");
    REQUIRE_REFUSED(witness_quorum(0, {}), "group '0-of-0' asks for 0 of 0 member(s)");
    REQUIRE_REFUSED(witness_quorum(1, {w.a.key(), w.a.key()}), "'a.example' is defined twice");
    REQUIRE_REFUSED(witness_quorum(1, {w.log.key()}),
                    "key of witness 'log.example.com' is not for cosignatures");
}
