#include "transparency/watched_logs.h"

#include "tests/check.h"
#include "tests/support/test_log.h"
#include "tests/support/test_witness.h"

using namespace boltseal;
using namespace boltseal::test;

namespace {

std::string line_of(const NoteKey& key) {
    return "log " + to_vkey(key) + '\n';
}

Result<WatchedLogs> parse(const std::string& text) {
    return parse_watched_logs(as_bytes(text));
}

}  // namespace

TEST_CASE("a witness is told which keys speak for which log", "[watched_logs]") {
    const NoteKey a = other_log_key("log.example/a").note_key;
    const NoteKey next = other_log_key("log.example/a").note_key;
    const NoteKey b = other_log_key("log.example/b").note_key;
    const auto logs = parse("# ours\n\n" + line_of(a) + line_of(b) + line_of(next));
    REQUIRE_OK(logs);
    REQUIRE(*logs == WatchedLogs{{"log.example/a", {a, next}}, {"log.example/b", {b}}});
    REQUIRE(parse("").value().empty());
    const std::string without_end = "log " + to_vkey(a);
    REQUIRE(parse(without_end).value().size() == 1);
}

TEST_CASE("a list of logs is refused with the line and the reason", "[watched_logs]") {
    const NoteKey a = other_log_key("log.example/a").note_key;
    REQUIRE_REFUSED(parse("#\n" + line_of(a) + line_of(a)), "line 3: the key is there twice");
    NoteKey renamed = a;
    renamed.name = "log.example/b";
    REQUIRE_REFUSED(parse(line_of(a) + line_of(renamed)), "line 2: the key is there twice");
    REQUIRE_REFUSED(parse("witness x\n"), "line 1: not of the form 'log <vkey>'");
    REQUIRE_REFUSED(parse(" " + line_of(a)), "line 1: not of the form 'log <vkey>'");
    REQUIRE_REFUSED(parse("log log.example\n"), "line 1: vkey: not of the form name+hash+key");
    REQUIRE_FAULT(parse("log " + to_vkey(a) + " \n"), Fault::Config);
    REQUIRE_REFUSED(parse(line_of(TestWitness("w.example").key())),
                    "line 1: log 'w.example' has the key of a witness (type 04)");
    std::string keys;
    for (int i = 0; i < 5; ++i) keys += line_of(other_log_key("log.example").note_key);
    REQUIRE_REFUSED(parse(keys), "line 5: log 'log.example' has more than 4 keys");
    REQUIRE_REFUSED(parse(std::string((1 << 20) + 1, '#')), "larger than 1 MiB");
}

TEST_CASE("a witness watches a bounded number of logs", "[watched_logs]") {
    std::string text;
    for (int i = 0; i < 1025; ++i) {
        text += line_of(other_log_key("log.example/" + std::to_string(i)).note_key);
    }
    REQUIRE_REFUSED(parse(text), "line 1025: more than 1024 logs");
}
