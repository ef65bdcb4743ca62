#include "verify/statement.h"

#include "tests/check.h"

using namespace boltseal;

namespace {

const BlobDigest kDigest = digest_of(as_bytes("hello world"));
const std::string kDigestSet = R"({"sha256":")" + kDigest.hex() + R"("})";

std::string with_subjects(const std::string& subjects) {
    return R"({"_type":"https://in-toto.io/Statement/v1","subject":)" + subjects +
           R"(,"predicateType":"https://example.com/p","predicate":{}})";
}

std::string with_digests(const std::string& digests) {
    return with_subjects(R"([{"digest":)" + digests + "}]");
}

Result<Statement> parse(const std::string& text) {
    return parse_statement(as_bytes(text));
}

std::string repeated(std::size_t n, const std::string& item) {
    std::string list = "[";
    for (std::size_t i = 0; i < n; ++i) list += (i ? "," : "") + item;
    return list + "]";
}

std::string many_digests(std::size_t n) {
    std::string set = "{";
    for (std::size_t i = 0; i < n; ++i)
        set += (i ? ",\"d" : "\"d") + std::to_string(i) + "\":\"00\"";
    return set + "}";
}

}  // namespace

TEST_CASE("both versions of the statement are read", "[statement]") {
    const auto* const version = GENERATE("v1", "v0.1");
    const auto statement = parse(R"({"_type":"https://in-toto.io/Statement/)" +
                                 std::string(version) + R"(","subject":[{"name":"app","digest":)" +
                                 kDigestSet + R"(}],"predicateType":"https://example.com/p"})");
    REQUIRE_OK(statement);
    REQUIRE(statement->predicate_type == "https://example.com/p");
    REQUIRE(statement->subjects.size() == 1);
    REQUIRE(statement->subjects[0].name == "app");
    REQUIRE(statement->subjects[0].digests == std::vector{kDigest});
    REQUIRE(statement->predicate.is_null());
}

TEST_CASE("members that nobody knows are ignored in a statement", "[statement]") {
    const auto statement = parse(R"({"_type":"https://in-toto.io/Statement/v1","later":1,)"
                                 R"("subject":[{"uri":"x","annotations":{},"digest":)" +
                                 kDigestSet + R"(}],"predicateType":"p","predicate":{"a":[1]}})");
    REQUIRE_OK(statement);
    REQUIRE(to_json(statement->predicate) == R"({"a":[1]})");
}

TEST_CASE("what is written is the canonical v1 text, and reads back", "[statement]") {
    const BlobDigest wide = digest_of(as_bytes("hello world"), HashAlgorithm::Sha512);
    const Statement statement{{{"", {kDigest}}, {"app", {wide, kDigest}}},
                              "https://example.com/p",
                              Json::object({{"b", 1}, {"a", Json()}})};
    const Buffer text = encode_statement(statement);
    REQUIRE(as_text(text) == R"({"_type":"https://in-toto.io/Statement/v1",)"
                             R"("predicate":{"a":null,"b":1},)"
                             R"("predicateType":"https://example.com/p","subject":[{"digest":)" +
                                 kDigestSet + R"(},{"digest":{"sha256":")" + kDigest.hex() +
                                 R"(","sha512":")" + wide.hex() + R"("},"name":"app"}]})");
    const auto back = parse_statement(text);
    REQUIRE_OK(back);
    REQUIRE(encode_statement(*back) == text);
    const Statement bare{{{"", {kDigest}}}, "p", {}};
    REQUIRE(as_text(encode_statement(bare)).find("predicate\"") == std::string_view::npos);
}

TEST_CASE("a subject is found by algorithm and digest alone", "[statement]") {
    const BlobDigest wide = digest_of(as_bytes("hello world"), HashAlgorithm::Sha384);
    const Statement statement{{{to_string(kDigest), {digest_of({})}}, {"second", {wide}}}, "p", {}};
    REQUIRE(find_subject(statement, kDigest) == nullptr);  // a name decides nothing
    REQUIRE(find_subject(statement, digest_of({})) == statement.subjects.data());
    REQUIRE(find_subject(statement, wide) == &statement.subjects[1]);
    REQUIRE(find_subject(statement, digest_of(as_bytes("hello world"), HashAlgorithm::Sha512)) ==
            nullptr);
    REQUIRE(find_subject({}, kDigest) == nullptr);
}

TEST_CASE("digests of kinds we do not match by are no match", "[statement]") {
    const auto statement = parse(
        with_digests(R"({"sha1":"00","gitCommit":"zz","SHA256":")" + kDigest.hex() + R"("})"));
    REQUIRE_OK(statement);
    REQUIRE(statement->subjects[0].digests.empty());
    REQUIRE(find_subject(*statement, kDigest) == nullptr);
}

TEST_CASE("limits of a statement hold on both sides", "[statement]") {
    const std::string subject = R"({"digest":{"sha1":"00"}})";
    REQUIRE_OK(parse(with_subjects(repeated(1024, subject))));
    REQUIRE_REFUSED(parse(with_subjects(repeated(1025, subject))),
                    "statement: more than 1024 subjects");
    REQUIRE_OK(parse(with_digests(many_digests(32))));
    REQUIRE_REFUSED(parse(with_digests(many_digests(33))),
                    "statement: subject: 'digest' has too many members");
    const std::string good = with_digests(kDigestSet);
    const std::size_t limit = std::size_t{16} << 20;
    REQUIRE_OK(parse(good + std::string(std::size_t{5} << 20, ' ')));
    REQUIRE_REFUSED(parse(good + std::string(limit - good.size() + 1, ' ')),
                    "statement: not valid JSON: larger than 16777216 bytes");
}

TEST_CASE("predicates may nest as deeply as SBOMs do, and no deeper", "[statement]") {
    const auto nested = [](std::size_t depth) {
        return R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":)" + kDigestSet +
               R"(}],"predicateType":"p","predicate":)" + std::string(depth, '[') +
               std::string(depth, ']') + "}";
    };
    REQUIRE_OK(parse(nested(127)));
    const auto deeper = parse(nested(128));
    REQUIRE_FAULT(deeper, Fault::Malformed);
    REQUIRE(deeper.error().message().starts_with("statement: not valid JSON: "));
}

TEST_CASE("statements are refused for the right reason", "[statement]") {
    const std::string good = with_digests(kDigestSet);
    const auto changed = [&](std::string_view from, const std::string& to) {
        std::string text = good;
        return text.replace(text.find(from), from.size(), to);
    };
    struct Row {
        std::string why;
        std::string text;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"'_type' is missing", "{}"},
        {"'_type' is missing", "[]"},
        {"'_type' is not a string", changed(R"("https://in-toto.io/Statement/v1")", "null")},
        {"statement: unknown type 'https://in-toto.io/Statement/v2'", changed("v1", "v2")},
        {"'predicateType' is missing", changed("predicateType", "PredicateType")},
        {"'predicateType' is not a string", changed(R"("https://example.com/p")", "null")},
        {"'subject' is missing", changed("subject", "Subject")},
        {"'subject' is not an array", with_subjects("null")},
        {"'subject' is not an array", with_subjects("{}")},
        {"statement: no subject", with_subjects("[]")},
        {"statement: subject: not an object", with_subjects("[null]")},
        {"statement: subject: 'digest' is missing", with_subjects("[{}]")},
        {"statement: subject: 'digest' is not an object", with_digests("null")},
        {"statement: subject: 'digest' is empty", with_digests("{}")},
        {"statement: subject: a digest is not a string", with_digests(R"({"sha256":null})")},
        {"statement: subject: a digest is not a string", with_digests(R"({"other":1})")},
        {"statement: subject: 'name' is not a string",
         with_subjects(R"([{"name":null,"digest":)" + kDigestSet + "}]")},
    }));
    CAPTURE(row.text);
    REQUIRE_REFUSED(parse(row.text), row.why);
    REQUIRE_FAULT(parse(row.text), Fault::Malformed);
}

TEST_CASE("a digest of ours that is not its one spelling is refused", "[statement]") {
    std::string upper = kDigest.hex();
    for (char& c : upper) c = static_cast<char>(std::toupper(c));
    const std::string hex = GENERATE_COPY(values<std::string>(
        {upper, kDigest.hex().substr(2), kDigest.hex() + "00", "", std::string(64, 'g')}));
    CAPTURE(hex);
    const auto statement = parse(with_digests(R"({"sha256":")" + hex + R"("})"));
    REQUIRE_FAULT(statement, Fault::Malformed);
    REQUIRE(statement.error().message().starts_with("statement: subject: "));
}

TEST_CASE("a key that stands twice is refused, in the digest set too", "[statement]") {
    const auto twice = parse(with_digests(R"({"sha256":")" + kDigest.hex() + R"(","sha256":")" +
                                          digest_of({}).hex() + R"("})"));
    REQUIRE_FAULT(twice, Fault::Malformed);
    REQUIRE(twice.error().message().find("key appears twice") != std::string::npos);
}
