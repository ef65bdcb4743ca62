#include "verify/note.h"

#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/test_keys.h"

#include <algorithm>

using namespace boltseal;

namespace {

// The example of c2sp.org/signed-note.
const std::string kVkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const std::string kExample =
    "This is an example message.\n\n"
    "\u2014 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXm"
    "RKuwHjG1Yu72IneyaQM=\n";

Result<Note> parse(const std::string& text) {
    return parse_note(as_bytes(text));
}

NoteKey key_named(std::string name, KeyType type = KeyType::Ed25519) {
    return {std::move(name),
            type == KeyType::Ed25519 ? NoteSignatureType::Ed25519 : NoteSignatureType::Ecdsa,
            test::signer_of(type).public_key()};
}

NoteSignature signature_of(const NoteKey& key, KeyType type, const std::string& text) {
    return {key.name, key.id(), test::signer_of(type).sign(as_bytes(text)).value()};
}

// c2sp.org/tlog-cosignature: the time in front of what is signed and of the signature.
NoteSignature cosignature_of(const NoteKey& witness, const std::string& text, std::uint64_t time) {
    const std::string message = "cosignature/v1\ntime " + std::to_string(time) + "\n" + text;
    Writer bytes;
    bytes.u64(time).put(test::signer_of(KeyType::Ed25519).sign(as_bytes(message)).value());
    return {witness.name, witness.id(), std::move(bytes).take()};
}

std::string line_of(std::string_view name, Bytes id_and_signature) {
    return "\u2014 " + std::string(name) + " " + to_base64(id_and_signature) + "\n";
}

}  // namespace

TEST_CASE("the example of the signed note specification verifies", "[note]") {
    const auto key = parse_vkey(kVkey);
    REQUIRE_OK(key);
    REQUIRE(key->name == "example.com/foo");
    REQUIRE(to_hex(key->id()) == "530d903a");
    REQUIRE(to_vkey(*key) == kVkey);
    const auto note = parse(kExample);
    REQUIRE_OK(note);
    REQUIRE(note->text == "This is an example message.\n");
    REQUIRE(to_string(*note) == kExample);
    const auto signers = check_note(*note, {*key});
    REQUIRE_OK(signers);
    REQUIRE(*signers == std::vector{NoteSigner{*key, std::nullopt}});
}

TEST_CASE("every single changed byte of a signed note is refused", "[note]") {
    const NoteKey key = parse_vkey(kVkey).value();
    for (std::size_t i = 0; i < kExample.size(); ++i) {
        std::string changed = kExample;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        CAPTURE(i);
        const auto note = parse(changed);
        if (note) REQUIRE_FAULT(check_note(*note, {key}), Fault::Untrusted);
    }
}

TEST_CASE("key ids are what the specification hashes", "[note]") {
    const NoteKey log = key_named("example.com/log");
    const std::uint8_t separator_and_type[] = {'\n', 1};
    const auto hash = sha256({as_bytes(log.name), separator_and_type, log.key.ed25519()});
    REQUIRE(log.log_id() == LogId(hash));
    REQUIRE(equal(log.id(), Bytes(hash).first(4)));
    NoteKey witness = log;
    witness.type = NoteSignatureType::Ed25519Cosignature;
    REQUIRE(witness.id() != log.id());
    // For ECDSA the key alone: the name does not count.
    const NoteKey ecdsa = key_named("a", KeyType::EcdsaP256);
    REQUIRE(ecdsa.log_id() == LogId(sha256({ecdsa.key.spki()})));
    REQUIRE(ecdsa.id() == key_named("b", KeyType::EcdsaP256).id());
}

TEST_CASE("vkeys of every type print back", "[note]") {
    NoteKey key = key_named("example.com/log");
    key.type = GENERATE(NoteSignatureType::Ed25519, NoteSignatureType::Ed25519Cosignature,
                        NoteSignatureType::Ecdsa);
    if (key.type == NoteSignatureType::Ecdsa) {
        const KeyType curve = GENERATE(KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::EcdsaP521);
        key.key = test::signer_of(curve).public_key();
    }
    const auto parsed = parse_vkey(to_vkey(key));
    REQUIRE_OK(parsed);
    REQUIRE(*parsed == key);
    REQUIRE(to_vkey(*parsed) == to_vkey(key));
}

TEST_CASE("vkeys are refused for the right reason", "[note]") {
    const NoteKey rsa{"example.com/log", NoteSignatureType::Ecdsa,
                      test::signer_of(KeyType::Rsa).public_key()};
    const NoteKey eddsa{"example.com/log", NoteSignatureType::Ecdsa,
                        test::signer_of(KeyType::Ed25519).public_key()};
    const std::string form = "vkey: not of the form name+hash+key";
    const std::string name = "note: name has a space, a '+' or a control character";
    struct Row {
        std::string why;
        std::string vkey;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {form, ""},
        {form, "example.com/foo"},
        {form, "example.com/foo+530d903a"},
        {"note: name is empty", "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"},
        {name, "example.com /foo" + kVkey.substr(15)},
        {"vkey: hash does not fit name and key", "example.com/fop" + kVkey.substr(15)},
        {"vkey: hash does not fit name and key", "f+530d903b" + kVkey.substr(24)},
        {"vkey: hash does not fit name and key", "example.com/foo+530d90" + kVkey.substr(24)},
        {"vkey: hash does not fit name and key", "example.com/foo+" + kVkey.substr(24)},
        {"not lower-case hex", "example.com/foo+530D903A" + kVkey.substr(24)},
        {"hex has an odd number of digits", "example.com/foo+530d903" + kVkey.substr(24)},
        {"base64 is not padded", kVkey + "\n"},
        {"base64 has a character outside its alphabet", kVkey.substr(0, kVkey.size() - 1) + "!"},
        {"vkey: no key", "example.com/foo+530d903a+"},
        {"vkey: unknown signature type", "example.com/foo+530d903a+" + to_base64(Buffer(33, 3))},
        {"vkey: unknown signature type", "example.com/foo+530d903a+" + to_base64(Buffer(33, 6))},
        {"Ed25519 key is not 32 bytes long",
         "example.com/foo+530d903a+" + to_base64(Buffer(32, 1))},
        {"Ed25519 key is no valid point",
         "example.com/foo+530d903a+" +
             to_base64(Buffer{1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                              0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})},
        {"vkey: not an ECDSA key", to_vkey(rsa)},
        {"vkey: not an ECDSA key", to_vkey(eddsa)},
        {"vkey: too long", kVkey + std::string(8192, 'A')},
    }));
    CAPTURE(row.vkey);
    REQUIRE_REFUSED(parse_vkey(row.vkey), row.why);
    REQUIRE_FAULT(parse_vkey(row.vkey), Fault::Malformed);
}

TEST_CASE("names have no spaces of any script, no plus and no control characters", "[note]") {
    REQUIRE_OK(check_note_name("example.com/log"));
    REQUIRE_OK(check_note_name("\u00E9t\u00E9"));
    REQUIRE_OK(check_note_name(std::string(255, 'x')));
    REQUIRE_REFUSED(check_note_name(""), "note: name is empty");
    REQUIRE_REFUSED(check_note_name(std::string(256, 'x')), "note: name is longer than 255 bytes");
    const std::string inside = GENERATE(values<std::string>(
        {" ",      "\t",     "\n",     "\v",      "\f",     "\r",     "\u0085",
         "\u00A0", "\u1680", "\u2000", "\u2001",  "\u2002", "\u2003", "\u2004",
         "\u2005", "\u2006", "\u2007", "\u2008",  "\u2009", "\u200A", "\u2028",
         "\u2029", "\u202F", "\u205F", "\u3000",  "+",      "\x01",   std::string(1, '\0'),
         "\x1F",   "\xFF",   "\xC3",   "\xC0\x80"}));
    CAPTURE(to_hex(as_bytes(inside)));
    REQUIRE_REFUSED(check_note_name("a" + inside + "b"),
                    "note: name has a space, a '+' or a control character");
}

TEST_CASE("notes print back to the same bytes", "[note]") {
    const std::string line = line_of("example.com/log", Buffer(68));
    const std::string text = GENERATE_COPY(
        values<std::string>({"text\n\n" + line, "a\n\nb\n\n\n" + line + line, "\n\n" + line,
                             "\u00E9\x7F\n\n" + line, "text\n\n" + line_of("x", Buffer(5))}));
    CAPTURE(text);
    const auto note = parse(text);
    REQUIRE_OK(note);
    REQUIRE(to_string(*note) == text);
}

TEST_CASE("the signatures stand under the last empty line", "[note]") {
    const std::string line = line_of("example.com/log", Buffer(68));
    const auto note = parse("a\n\n" + line + "\n" + line);
    REQUIRE_OK(note);
    REQUIRE(note->text == "a\n\n" + line);
    REQUIRE(note->signatures.size() == 1);
}

TEST_CASE("notes are refused for the right reason", "[note]") {
    const std::string line = line_of("example.com/log", Buffer(68));
    std::string hundred;
    for (int i = 0; i < 100; ++i) hundred += line;
    REQUIRE_OK(parse("text\n\n" + hundred));
    REQUIRE_OK(parse("text\n\n" + line_of("x", Buffer(4 + 8192))));
    const std::string plain = "note: not plain UTF-8 text";
    const std::string dash = "note: signature line does not start with a dash";
    struct Row {
        std::string why;
        std::string text;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"note: no empty line before the signatures", ""},
        {"note: no empty line before the signatures", "text\n" + line},
        {"note: no signatures", "text\n\n"},
        {"note: last line has no end", "text\n\n" + line.substr(0, line.size() - 1)},
        {"note: last line has no end", "text\n\n" + line + "\u2014"},
        {"note: more than 100 signatures", "text\n\n" + hundred + line},
        {plain, "text\r\n\n" + line},
        {plain, "te\txt\n\n" + line},
        {plain, std::string("te\0xt\n\n", 7) + line},
        {plain, "te\xFFxt\n\n" + line},
        {dash, "text\n\n- " + line.substr(4)},
        {dash, "text\n\n\u2013 " + line.substr(4)},
        {dash, "text\n\n\u2014" + line.substr(4)},
        {dash, "text\n\n " + line},
        {"note: signature line without signature", "text\n\n\u2014 example.com/log\n"},
        {"note: name is empty", "text\n\n\u2014  AAAAAAA=\n"},
        {"note: name has a space, a '+' or a control character", "text\n\n\u2014 a+b AAAAAAA=\n"},
        {"note: name is longer than 255 bytes",
         "text\n\n" + line_of(std::string(256, 'x'), Buffer(68))},
        {"base64 has a character outside its alphabet", "text\n\n\u2014 x AAAA AAA\n"},
        {"base64 is not padded", "text\n\n\u2014 x AAAAAAA\n"},
        {"base64 has unused bits that are set", "text\n\n\u2014 x AAAAAAB=\n"},
        {"note: signature is too short", "text\n\n" + line_of("x", Buffer(4))},
        {"note: signature is too short", "text\n\n\u2014 x \n"},
        {"note: signature is too long", "text\n\n" + line_of("x", Buffer(4 + 8193))},
        {"note: larger than 1 MiB", std::string(1 << 20, 'x') + "\n\n" + line},
    }));
    CAPTURE(row.why);
    REQUIRE_REFUSED(parse(row.text), row.why);
    REQUIRE_FAULT(parse(row.text), Fault::Malformed);
}

TEST_CASE("keys of every type sign notes", "[note]") {
    const KeyType type =
        GENERATE(KeyType::Ed25519, KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::EcdsaP521);
    CAPTURE(to_string(type));
    const NoteKey key = key_named("example.com/log", type);
    Note note{"text\n", {signature_of(key, type, "text\n")}};
    const auto signers = check_note(note, {key});
    REQUIRE_OK(signers);
    REQUIRE(*signers == std::vector{NoteSigner{key, std::nullopt}});
    note.text = "Text\n";
    const auto changed = check_note(note, {key});
    REQUIRE_REFUSED(changed, "note: signature by 'example.com/log' does not verify");
    REQUIRE_FAULT(changed, Fault::Untrusted);
}

TEST_CASE("lines by others are ignored wherever they stand", "[note]") {
    const NoteKey key = key_named("example.com/log");
    const NoteSignature good = signature_of(key, KeyType::Ed25519, "text\n");
    const NoteSignature other_name{"example.com/other", key.id(), Buffer(64)};
    const NoteSignature other_id{key.name, {1, 2, 3, 4}, Buffer(64)};
    REQUIRE_OK(check_note({"text\n", {other_name, other_id, good, other_id}}, {key}));
    const auto strangers = check_note({"text\n", {other_name, other_id}}, {key});
    REQUIRE_REFUSED(strangers, "note: not signed by any known key");
    REQUIRE_FAULT(strangers, Fault::Untrusted);
    REQUIRE_REFUSED(check_note({"text\n", {good}}, {}), "note: not signed by any known key");
    // The right signature under another name is a line by somebody else.
    REQUIRE_REFUSED(
        check_note({"text\n", {{"example.com/other", key.id(), good.signature}}}, {key}),
        "note: not signed by any known key");
}

TEST_CASE("one bad line by a known key refuses the note, good ones or not", "[note]") {
    const NoteKey key = key_named("example.com/log");
    const NoteSignature good = signature_of(key, KeyType::Ed25519, "text\n");
    NoteSignature bad = good;
    bad.signature[0] ^= 1;
    const std::string why = "note: signature by 'example.com/log' does not verify";
    REQUIRE_REFUSED(check_note({"text\n", {good, bad}}, {key}), why);
    REQUIRE_REFUSED(check_note({"text\n", {bad, good}}, {key}), why);
}

TEST_CASE("each key counts once, however often it signed", "[note]") {
    const NoteKey ed = key_named("example.com/log");
    const NoteKey ec = key_named("example.com/log", KeyType::EcdsaP256);
    const NoteSignature by_ed = signature_of(ed, KeyType::Ed25519, "text\n");
    const NoteSignature by_ec = signature_of(ec, KeyType::EcdsaP256, "text\n");
    const auto signers = check_note({"text\n", {by_ed, by_ec, by_ed}}, {ec, ed, ed});
    REQUIRE_OK(signers);
    REQUIRE(*signers == std::vector{NoteSigner{ed, std::nullopt}, NoteSigner{ec, std::nullopt}});
}

TEST_CASE("the same key under two names counts once", "[note]") {
    const NoteKey one = key_named("one.example.com");
    const NoteKey two = key_named("two.example.com");
    NoteKey cosigner = key_named("one.example.com");
    cosigner.type = NoteSignatureType::Ed25519Cosignature;
    const Note note{
        "text\n",
        {signature_of(one, KeyType::Ed25519, "text\n"),
         signature_of(two, KeyType::Ed25519, "text\n"), cosignature_of(cosigner, "text\n", 5)}};
    const auto signers = check_note(note, {two, one});
    REQUIRE_OK(signers);
    REQUIRE(*signers == std::vector{NoteSigner{one, std::nullopt}});
    // In two ways as well; then the way that has a time.
    const auto both = check_note(note, {two, one, cosigner});
    REQUIRE_OK(both);
    REQUIRE(*both == std::vector{NoteSigner{cosigner, Timestamp{5}}});
}

TEST_CASE("that nobody signed is an error of check_note alone", "[note]") {
    const NoteKey key = key_named("example.com/log");
    const auto none = find_signers({"text\n", {{"example.com/other", {}, Buffer(64)}}}, {key});
    REQUIRE_OK(none);
    REQUIRE(none->empty());
    REQUIRE_REFUSED(find_signers({"text\n", {{key.name, key.id(), Buffer(64)}}}, {key}),
                    "note: signature by 'example.com/log' does not verify");
}

TEST_CASE("cosignatures are over the text with their time", "[note]") {
    NoteKey witness = key_named("witness.example.com");
    witness.type = NoteSignatureType::Ed25519Cosignature;
    const std::string text = "example.com/log\n0\n" + to_base64(sha256({})) + "\n";
    const NoteSignature good = cosignature_of(witness, text, 1'750'000'000);
    const auto signers = check_note({text, {good}}, {witness});
    REQUIRE_OK(signers);
    REQUIRE(*signers == std::vector{NoteSigner{witness, Timestamp{1'750'000'000}}});

    const std::string why = "note: signature by 'witness.example.com' does not verify";
    NoteSignature later = good;
    later.signature[7] ^= 1;
    REQUIRE_REFUSED(check_note({text, {later}}, {witness}), why);
    NoteSignature bare = good;
    bare.signature.erase(bare.signature.begin(), bare.signature.begin() + 8);
    REQUIRE_REFUSED(check_note({text, {bare}}, {witness}), why);
    REQUIRE_REFUSED(check_note({text, {{witness.name, witness.id(), Buffer(7)}}}, {witness}), why);
    REQUIRE_REFUSED(check_note({text + "x\n", {good}}, {witness}), why);
    // A witness that signs the bare text has not cosigned.
    const NoteSignature log_style{witness.name, witness.id(),
                                  test::signer_of(KeyType::Ed25519).sign(as_bytes(text)).value()};
    REQUIRE_REFUSED(check_note({text, {log_style}}, {witness}), why);
}

TEST_CASE("of several cosignatures by one key the latest counts", "[note]") {
    NoteKey witness = key_named("witness.example.com");
    witness.type = NoteSignatureType::Ed25519Cosignature;
    const NoteSignature old = cosignature_of(witness, "text\n", 100);
    const NoteSignature late = cosignature_of(witness, "text\n", 200);
    for (const auto& lines : {std::vector{old, late, late}, std::vector{late, old}}) {
        const auto signers = check_note({"text\n", lines}, {witness});
        REQUIRE_OK(signers);
        REQUIRE(*signers == std::vector{NoteSigner{witness, Timestamp{200}}});
    }
}

TEST_CASE("the time of a cosignature has 63 bits", "[note]") {
    NoteKey witness = key_named("witness.example.com");
    witness.type = NoteSignatureType::Ed25519Cosignature;
    constexpr std::uint64_t kLast = 0x7FFF'FFFF'FFFF'FFFF;
    const auto last = check_note({"text\n", {cosignature_of(witness, "text\n", kLast)}}, {witness});
    REQUIRE_OK(last);
    REQUIRE(last->front().time == Timestamp{0x7FFF'FFFF'FFFF'FFFF});
    // However the witness writes such a time in what it signs.
    const std::string text = "cosignature/v1\ntime -1\ntext\n";
    Writer negative;
    negative.u64(~std::uint64_t{0})
        .put(test::signer_of(KeyType::Ed25519).sign(as_bytes(text)).value());
    REQUIRE_REFUSED(
        check_note({"text\n", {{witness.name, witness.id(), std::move(negative).take()}}},
                   {witness}),
        "note: signature by 'witness.example.com' does not verify");
    for (const std::uint64_t time : {kLast + 1, ~std::uint64_t{0}}) {
        REQUIRE_REFUSED(
            check_note({"text\n", {cosignature_of(witness, "text\n", time)}}, {witness}),
            "note: signature by 'witness.example.com' does not verify");
    }
}

TEST_CASE("ML-DSA-44 cosignatures are lines by somebody unknown", "[note]") {
    const NoteKey log = key_named("example.com/log");
    const NoteSignature by_log = signature_of(log, KeyType::Ed25519, "text\n");
    const NoteSignature ml_dsa{"witness.example/w1", {0x71, 0x18, 0xe8, 0xf9}, Buffer(8 + 2420)};
    const Note note{"text\n", {ml_dsa, by_log, ml_dsa}};
    REQUIRE(to_string(parse(to_string(note)).value()) == to_string(note));
    const auto signers = check_note(note, {log});
    REQUIRE_OK(signers);
    REQUIRE(signers->size() == 1);
    REQUIRE_REFUSED(parse_vkey("witness.example/w1+7118e8f9+" + to_base64(Buffer(1313, 6))),
                    "vkey: unknown signature type");
}

TEST_CASE("a line is shown with a time if it has the form of a cosignature", "[note]") {
    const auto time_of = [](Buffer signature, std::uint64_t seconds) {
        Writer bytes;
        bytes.u64(seconds);
        std::ranges::copy(bytes.bytes(), signature.begin());
        return claimed_time({"witness.example.com", {}, std::move(signature)});
    };
    REQUIRE(time_of(Buffer(72), 1'750'000'000) == Timestamp{1'750'000'000});
    REQUIRE(time_of(Buffer(2428), 1'750'000'000) == Timestamp{1'750'000'000});
    REQUIRE(time_of(Buffer(2428), 0) == std::nullopt);
    REQUIRE(time_of(Buffer(71), 1) == std::nullopt);
    REQUIRE(time_of(Buffer(64), 1) == std::nullopt);
    REQUIRE(time_of(Buffer(72), 0x3046'0000'0000'0000) == std::nullopt);  // ECDSA, in DER
}

// sunlight, cmd/skylight/testdata: a witness of another implementation.
TEST_CASE("a published cosignature verifies", "[note]") {
    const auto seed = sha256({as_bytes("skylight test witness key")});
    const auto* const line =
        "\u2014 witness.example.org "
        "uKLPIAAAAABpVGeAhm2bOvKc3LaB9PFN1ruG19Y5yqslmcAAbhftnn1Zznmo0LXFZq4LGvqKqLX8jWlwLKasxEGTLI"
        "qA"
        "VusneCBmBw==\n";
    const std::string text =
        "rome2026h1.example.org\n300\nlCkHUpkmVBEms2r2T1K6Og69+wUuuN3MIEW1/ezu2v0=\n";
    const NoteKey witness{"witness.example.org", NoteSignatureType::Ed25519Cosignature,
                          test::ed25519_signer(seed)->public_key()};
    REQUIRE(to_hex(witness.id()) == "b8a2cf20");
    const auto note = parse(text + "\n" + line);
    REQUIRE_OK(note);
    const auto signers = check_note(*note, {witness});
    REQUIRE_OK(signers);
    REQUIRE(*signers == std::vector{NoteSigner{witness, Timestamp{1'767'139'200}}});
    REQUIRE(claimed_time(note->signatures.front()) == Timestamp{1'767'139'200});
}
