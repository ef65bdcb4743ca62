#include "verify/policy_file.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/policy_world.h"
#include "tests/support/test_witness.h"
#include "verify/image_policy.h"

#include <functional>

using namespace boltseal;
using test::PolicyWorld;
using test::replaced;

namespace {

PolicyWorld& world() {
    static PolicyWorld* shared = new PolicyWorld();
    return *shared;
}

// Line 16 and on.
const std::string kPolicy = R"([[policy]]
name = "team"
scopes = ["registry.example/team"]
platforms = "all"
logs = 1
)";
const std::string kSignature = R"([policy.signature]
signers = ["ci"]
)";
const std::string kAttestation = R"([[policy.attestation]]
id = "sbom"
type = "cyclonedx"
signers = ["ci"]
select = "latest"
)";
const std::string kGood = PolicyWorld::text(kPolicy + kSignature);

std::vector<std::string> problems_of(const std::string& text) {
    const auto read = read_policy_file(as_bytes(text), world().loader());
    std::vector<std::string> problems;
    if (const auto* found = std::get_if<std::vector<PolicyProblem>>(&read)) {
        for (const PolicyProblem& problem : *found) problems.push_back(to_string(problem));
    }
    return problems;
}

// What is wrong with the text, in one line.
std::string problem_of(const std::string& text) {
    std::string all;
    for (const std::string& problem : problems_of(text)) {
        all += (all.empty() ? "" : "; ") + problem;
    }
    return all;
}

std::string changed(std::string_view from, std::string_view to) {
    return replaced(kGood, from, to);
}

// The good policy and more in its last [[policy]].
std::string with(const std::string& more) {
    return kGood + more;
}

}  // namespace

TEST_CASE("a policy is read into what it says", "[policy_file]") {
    const auto file = parse_policy_file(as_bytes(with(kAttestation)), world().loader());
    REQUIRE_OK(file);
    REQUIRE(file->name == "example");
    REQUIRE(file->version == 7);
    REQUIRE(file->policies.size() == 1);
    const ImagePolicy& policy = file->policies[0];
    REQUIRE(policy.name == "team");
    REQUIRE(policy.scopes == std::vector<std::string>{"registry.example/team"});
    REQUIRE(policy.platforms == Platforms::All);
    REQUIRE(policy.evidence.log_threshold == 1);
    REQUIRE(policy.evidence.root.logs.size() == 1);
    REQUIRE(policy.evidence.root.timestamp_authorities.size() == 1);
    // Only those that it names may sign anything.
    REQUIRE(policy.evidence.keys.size() == 1);
    REQUIRE(policy.evidence.keys[0].key == world().signer("ci").public_key());
    REQUIRE(policy.signature->signers == std::vector<std::string>{"ci"});
    REQUIRE(policy.signature->threshold == 1);
    REQUIRE(policy.attestations.size() == 1);
    REQUIRE(policy.attestations[0].predicate_type == "https://cyclonedx.org/bom");
    REQUIRE(policy.attestations[0].select == Select::Latest);
    REQUIRE_FALSE(policy.attestations[0].max_age);
}

TEST_CASE("the digest of a policy is that of its canonical JSON with the files it names",
          "[policy_file]") {
    const auto digest_of_text = [](const std::string& text) {
        return parse_policy_file(as_bytes(text), world().loader()).value().digest;
    };
    const PolicyFile file = parse_policy_file(as_bytes(kGood), world().loader()).value();
    REQUIRE(file.digest == digest_of(as_bytes(to_canonical_json(file.json))));
    const Json* key = file.json.find("trust")->find("keys")->find("ci")->find("file");
    REQUIRE(*key->as_string() ==
            to_string(digest_of(as_bytes(to_pem(world().signer("ci").public_key())))));
    // Order, comments, white space and the names of files do not matter; what they say does.
    world().put("renamed.pub", to_buffer(to_pem(world().signer("ci").public_key())));
    REQUIRE(digest_of_text(changed("\"ci.pub\"", "\"renamed.pub\"")) == file.digest);
    REQUIRE(digest_of_text("# more\n" + changed("version = 7", "version   =  7")) == file.digest);
    REQUIRE(digest_of_text(changed("version = 7", "version = 8")) != file.digest);
    REQUIRE(digest_of_text(changed("\"ci.pub\"", "\"stranger.pub\"")) != file.digest);
    // Cases are no part of it.
    REQUIRE(digest_of_text(kGood + "[[test]]\nname = \"a\"\nrepository = \"r\"\ndigest = \"" +
                           to_string(PolicyWorld::image()) +
                           "\"\nbundles = []\nat = 2026-01-01T00:00:00Z\nverdict = "
                           "\"refused\"\nrule = \"scope\"\n") == file.digest);
}

TEST_CASE("dates are moments, in whatever zone they are written", "[policy_file]") {
    const auto expires = [](const std::string& date) {
        const auto file = parse_policy_file(
            as_bytes(PolicyWorld::text(kPolicy + "expires = " + date + "\n" + kSignature)),
            world().loader());
        return to_rfc3339(file.value().policies[0].expires.value());
    };
    REQUIRE(expires("2027-01-31T12:00:00Z") == "2027-01-31T12:00:00Z");
    REQUIRE(expires("2027-01-31T12:00:00+02:00") == "2027-01-31T10:00:00Z");
    REQUIRE(expires("2028-02-29 23:59:59.999-00:30") == "2028-03-01T00:29:59Z");
    REQUIRE(expires("1969-12-31T23:59:59Z") == "1969-12-31T23:59:59Z");
}

TEST_CASE("all problems of a policy are told, by line", "[policy_file]") {
    const std::string text =
        replaced(replaced(changed("version = 7", "version = 0"), "\"ci.pub\"", "\"nowhere.pub\""),
                 "platforms = \"all\"", "platform = \"all\"");
    REQUIRE(problems_of(text) == std::vector<std::string>{
                                     "line 3: 'version' is 0, expected 1 to 9007199254740991",
                                     "line 10: 'file': 'nowhere.pub' does not exist",
                                     "line 16: 'platforms' is missing in [[policy]]",
                                     "line 19: 'platform' is unknown in [[policy]]",
                                     "line 22: 'ci' is nobody that [trust] knows",
                                 });
    REQUIRE_REFUSED(parse_policy_file(as_bytes(text), world().loader()),
                    "line 3: 'version' is 0, expected 1 to 9007199254740991");
    REQUIRE_FAULT(parse_policy_file(as_bytes(text), world().loader()), Fault::Config);
}

TEST_CASE("text that is no policy is refused for the right reason", "[policy_file]") {
    struct Row {
        std::string why;
        std::string text;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"larger than 1048576 bytes", kGood + std::string(std::size_t{1} << 20, ' ')},
        {"is not UTF-8", kGood + "# \xFF\n"},
        {"line 24: more than 64 dots outside of strings", with("\na" + std::string(65, '.'))},
        {"line 23: strings of several lines are not read", with("a = '''x'''\n")},
        {"line 23: strings of several lines are not read", with("a = \"\"\"x\"\"\"\n")},
        {"line 2: numbers with a fraction are not read", changed("\"example\"", "1.5")},
        {"line 2: numbers beyond 2^53 - 1 are not read",
         changed("\"example\"", "9007199254740992")},
        {"line 2: a date needs a zone, as in 2027-01-31T00:00:00Z",
         changed("\"example\"", "2027-01-31T00:00:00")},
        {"line 2: a date needs a time and a zone, as in 2027-01-31T00:00:00Z",
         changed("\"example\"", "2027-01-31")},
    }));
    REQUIRE(problem_of(row.text) == row.why);
}

TEST_CASE("what TOML does not allow is refused, whatever the reason is called", "[policy_file]") {
    const std::string text =
        GENERATE(changed("version = 7", "version = 7\nversion = 8"), changed("[trust]", "[trust"),
                 with("[policy.signature]\n"),
                 with("a = [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]\n"), with("a = \"\\x00\"\n"));
    const auto problems = problems_of(text);
    REQUIRE(problems.size() == 1);
    CAPTURE(problems[0]);
    REQUIRE(problems[0].starts_with("line "));
}

TEST_CASE("text that the TOML library does not expect is refused with its line", "[policy_file]") {
    const std::string line = GENERATE("[\xE2\x80\xA8]", "[#]", "[[\"a\".=]]", "a = 2027-01-01T;",
                                      "a = 2027-01-01T\n", "a = [ =", "a.= 1", "= 1", "a = ]");
    CAPTURE(line);
    const auto problems = problems_of(with("\n" + line));
    REQUIRE(problems.size() == 1);
    CAPTURE(problems[0]);
    REQUIRE(problems[0].starts_with("line 24: "));
}

TEST_CASE("policies are refused for the right reason", "[policy_file]") {
    const std::string no_name = " is no name: lower-case letters, digits and '-' make one";
    const std::string duration =
        ", expected a duration such as \"90d\", \"24h\", \"15m\" or \"30s\" of ten years at most";
    const std::string attestation_with = kAttestation + "max_age = ";
    struct Row {
        std::string why;
        std::string text;
    };
    const auto row = GENERATE_COPY(values<Row>({
        // The top.
        {"line 1: 'format' is 'boltseal-policy/v2', expected 'boltseal-policy/v1'",
         changed("policy/v1", "policy/v2")},
        {"line 1: 'format' is missing in the policy", changed("format =", "#")},
        {"line 1: 'name' is missing in the policy", changed("name = \"example\"", "")},
        {"line 2: 'name' is empty", changed("\"example\"", "\"\"")},
        {"line 2: 'name' is a number, expected a string", changed("\"example\"", "1")},
        {"line 2: 'name' is longer than 1024 bytes",
         changed("\"example\"", "\"" + std::string(1025, 'x') + "\"")},
        {"line 2: 'name' has control characters", changed("\"example\"", "\"a\\u0007\"")},
        {"line 3: 'version' is -1, expected 1 to 9007199254740991",
         changed("version = 7", "version = -1")},
        {"line 3: 'version' is a string, expected a number",
         changed("version = 7", "version = \"7\"")},
        {"line 1: 'default' is missing in the policy", changed("default = \"deny\"", "")},
        {"line 4: 'default' is 'allow', expected 'deny'", changed("\"deny\"", "\"allow\"")},
        {"line 5: 'mode' is unknown in the policy",
         changed("\"deny\"\n", "\"deny\"\nmode = \"warn\"")},
        {"line 1: there is no [[policy]]", PolicyWorld::text("")},
        {"line 16: 'policy' is no list of tables", PolicyWorld::text("[policy]\n")},
        // [trust]
        {"line 7: 'trusted_root': 'other.json' does not exist", changed("root.json", "other.json")},
        {"line 7: 'trusted_root': trusted root: not valid JSON: syntax error at byte 2",
         changed("root.json", "ci.pub")},
        {"line 10: 'file': not one PEM block of type PUBLIC KEY; line 22: 'ci' is nobody that "
         "[trust] knows",
         changed("ci.pub", "log.pub")},
        {"line 11: 'scan' is the same key as 'ci'", changed("scan.pub", "ci.pub")},
        {"line 11: 'scan key'" + no_name, changed("scan =", "\"scan key\" =")},
        {"line 10: 'ci' is a string, expected a table; line 22: 'ci' is nobody that [trust] knows",
         changed("ci = { file = \"ci.pub\" }\n", "ci = \"ci.pub\"\n")},
        {"line 11: 'until' is before 'from'",
         changed("\"scan.pub\"",
                 "\"scan.pub\", from = 2027-01-02T00:00:00Z, until = 2027-01-01T00:00:00Z")},
        {"line 11: 'note' is unknown in [trust.keys]",
         changed("\"scan.pub\"", "\"scan.pub\", note = \"x\"")},
        {"line 15: 'file': vkey: not of the form name+hash+key; line 20: asks for "
         "1 log(s), and [trust] has 0 that this policy lets count",
         changed("log.pub", "junk")},
        {"line 16: 'more' has the key of log 'log.example.com', which is trusted already",
         changed("[[policy]]", "more = { file = \"log.pub\" }\n[[policy]]")},
        {"line 15: 'file' is the key of a witness, not of a log",
         changed("log.pub", "witness.pub")},
        // [[policy]]
        {"line 17: 'Team'" + no_name, changed("\"team\"", "\"Team\"")},
        {"line 18: 'scopes' is empty", changed("[\"registry.example/team\"]", "[]")},
        {"line 18: scope 'registry.example/*' has a character that no registry or repository has",
         changed("/team\"", "/*\"")},
        {"line 18: scope 'registry.example/' has an empty component", changed("/team\"", "/\"")},
        {"line 18: scope 'registry.example/a//b' has an empty component",
         changed("/team\"", "/a//b\"")},
        {"line 18: scope 'registry.example/team:1.0' names a tag: a policy holds for all images "
         "of a repository",
         changed("/team\"", "/team:1.0\"")},
        {"line 18: 'scopes' has 'registry.example/team' twice",
         changed("[\"registry.example/team\"]",
                 "[\"registry.example/team\", \"registry.example/team\"]")},
        {"line 19: 'platforms' is 'some', expected 'all', 'requested' or 'index'",
         changed("\"all\"", "\"some\"")},
        {"line 16: 'logs' is missing in [[policy]]", changed("logs = 1", "")},
        {"line 20: 'logs' is 0, expected 1 to 16", changed("logs = 1", "logs = 0")},
        {"line 20: asks for 2 log(s), and [trust] has 1 that this policy lets count",
         changed("logs = 1", "logs = 2")},
        {"line 20: 'logs' and 'insecure_no_log' exclude each other",
         changed("logs = 1", "logs = 1\ninsecure_no_log = true")},
        {"line 20: 'insecure_no_log' is false, expected true or nothing",
         changed("logs = 1", "insecure_no_log = false")},
        {"line 21: asks for 2 time-stamping authorities, and [trust] has 1 that this policy lets "
         "count",
         changed("logs = 1", "logs = 1\ntimestamps = 2")},
        {"line 21: 'witnesses' needs [trust.witnesses]",
         changed("logs = 1", "logs = 1\nwitnesses = true")},
        {"line 21: 'profile' is 'nist', expected 'fips'",
         changed("logs = 1", "logs = 1\nprofile = \"nist\"")},
        {"line 22: 'algorithms' and 'profile' exclude each other",
         changed("logs = 1", "logs = 1\nprofile = \"fips\"\nalgorithms = [\"rsa\"]")},
        {"line 21: 'algorithms': unknown algorithm 'dsa'",
         changed("logs = 1", "logs = 1\nalgorithms = [\"dsa\"]")},
        {"line 21: 'algorithms': no hash is left",
         changed("logs = 1", "logs = 1\nalgorithms = [\"ecdsa-p256\", \"ed25519\"]")},
        {"line 16: signer 'ci': ECDSA P-256 key, expected one of Ed25519, sha256",
         changed("logs = 1", "logs = 1\nalgorithms = [\"ed25519\", \"sha256\"]")},
        {"line 20: asks for 1 log(s), and [trust] has 0 that this policy lets count",
         changed("logs = 1", "logs = 1\nalgorithms = [\"ecdsa-p256\", \"sha256\"]")},
        {"line 16: signer 'ci': ECDSA P-256 key, expected one of Ed25519, sha256; line 22: asks "
         "for 1 time-stamping authorities, and [trust] has 0 that this policy lets count",
         changed("logs = 1", "logs = 1\nalgorithms = [\"ed25519\", \"sha256\"]\ntimestamps = 1")},
        {"line 16: asks for nothing: there is neither [policy.signature] nor "
         "[[policy.attestation]]",
         PolicyWorld::text(kPolicy)},
        {"line 23: two policies are called 'team'",
         with(replaced(kPolicy, "/team", "/more") + kSignature)},
        {"line 23: scope 'registry.example/team' is that of policy 'team' as well",
         with(replaced(kPolicy, "\"team\"", "\"more\"") + kSignature)},
        // Signers.
        {"line 22: 'nobody' is nobody that [trust] knows", changed("[\"ci\"]", "[\"nobody\"]")},
        {"line 22: 'signers' is empty", changed("[\"ci\"]", "[]")},
        {"line 22: 'signers' has 'ci' twice",
         changed("[\"ci\"]", "[\"ci\", \"ci\"]\nthreshold = 1")},
        {"line 21: 'threshold' is missing in [policy.signature]",
         changed("[\"ci\"]", "[\"ci\", \"scan\"]")},
        {"line 23: 'threshold' is 3, expected 1 to 2",
         changed("[\"ci\"]", "[\"ci\", \"scan\"]\nthreshold = 3")},
        {"line 23: 'threshold' is 0, expected 1 to 1",
         changed("[\"ci\"]", "[\"ci\"]\nthreshold = 0")},
        // [[policy.attestation]]
        {"line 23: 'select' is missing in [[policy.attestation]]",
         with(replaced(kAttestation, "select = \"latest\"", ""))},
        {"line 27: 'select' is 'any', expected 'latest' or 'all'",
         with(replaced(kAttestation, "latest", "any"))},
        {"line 25: 'type': unknown predicate type 'sbom'",
         with(replaced(kAttestation, "cyclonedx", "sbom"))},
        {"line 29: two rules are called 'sbom'", with(kAttestation + kAttestation)},
        {"line 28: 'max_age' is a number, expected a duration such as \"90d\"",
         with(attestation_with + "3600\n")},
        {"line 28: 'max_age' is '1w'" + duration, with(attestation_with + "\"1w\"\n")},
        {"line 28: 'max_age' is '01d'" + duration, with(attestation_with + "\"01d\"\n")},
        {"line 28: 'max_age' is '0d'" + duration, with(attestation_with + "\"0d\"\n")},
        {"line 28: 'max_age' is '-1d'" + duration, with(attestation_with + "\"-1d\"\n")},
        {"line 28: 'max_age' is '3661d'" + duration, with(attestation_with + "\"3661d\"\n")},
        {"line 28: 'max_age' is '99999999999d'" + duration,
         with(attestation_with + "\"99999999999d\"\n")},
        {"line 28: 'max_age' is 'd'" + duration, with(attestation_with + "\"d\"\n")},
    }));
    world().put("junk", to_buffer("junk"));
    world().put("witness.pub", to_buffer(to_vkey(test::TestWitness("w1").key())));
    REQUIRE(problem_of(row.text) == row.why);
}

TEST_CASE("limits of a policy hold", "[policy_file]") {
    const auto repeated = [](std::size_t n, const std::function<std::string(std::size_t)>& item) {
        std::string text;
        for (std::size_t i = 0; i < n; ++i) text += item(i);
        return text;
    };
    const auto scopes = [&](std::size_t n) {
        return changed("[\"registry.example/team\"]", "[" + repeated(n, [](std::size_t i) {
                                                          return "\"r" + std::to_string(i) +
                                                                 ".example\", ";
                                                      }) + "]");
    };
    REQUIRE(problem_of(scopes(64)).empty());
    REQUIRE(problem_of(scopes(65)) == "line 18: 'scopes' has more than 64 items");
    const auto asserts = [&](std::size_t n) {
        return with(kAttestation + repeated(n, [](std::size_t i) {
                        return "[[policy.assert]]\nid = \"a" + std::to_string(i) +
                               "\"\non = \"sbom\"\npointer = \"/a\"\nop = \"exists\"\n";
                    }));
    };
    REQUIRE(problem_of(asserts(256)).empty());
    REQUIRE(problem_of(asserts(257)).find("'assert' has more than 256 tables") !=
            std::string::npos);
    const std::string ones = repeated(50'000, [](std::size_t) { return "1,"; });
    REQUIRE(problem_of(with("a = [" + ones + "]\n")) == "line 23: more than 50000 values");
    const auto identities = [&](std::size_t n) {
        return kGood + "[trust.identities]\n" +
               repeated(n, [](std::size_t i) { return "a" + std::to_string(i) + " = 1\n"; });
    };
    REQUIRE(problem_of(identities(257)) == "line 23: 'identities' has more than 256 tables");
    const auto keys = [&](std::size_t n) {  // twice the same: each file is counted
        return kGood + repeated(n, [](std::size_t i) {
                   return "[[test]]\nname = \"a\"\nrepository = \"r\"\ndigest = \"" +
                          to_string(PolicyWorld::image()) + "\"\nbundles = [" +
                          [] {
                              std::string files;
                              for (int k = 0; k < 64; ++k) files += "\"ci.pub\",";
                              return files;
                          }() +
                          "]\nat = 2026-01-01T00:00:00Z\nverdict = \"allowed\"\n# " +
                          std::to_string(i) + "\n";
               });
    };
    REQUIRE(problem_of(keys(15)).empty());
    REQUIRE(problem_of(keys(16)).find("the policy names more than 1024 files") !=
            std::string::npos);
}

TEST_CASE("tables that look into attestations are refused for the right reason", "[policy_file]") {
    const std::string before = with(kAttestation);  // 27 lines
    const std::string sbom = "[policy.sbom]\nattestation = \"sbom\"\n";
    const std::string os = sbom + "[[policy.sbom.forbid_os]]\nos = \"alpine\"\n";
    const std::string package =
        sbom + "[[policy.sbom.forbid_package]]\npurl = \"pkg:deb/debian/openssl\"\n";
    const std::string provenance =
        "[[policy.attestation]]\nid = \"build\"\ntype = \"slsaprovenance1\"\nsigners = "
        "[\"ci\"]\nselect = \"all\"\n[policy.provenance]\nattestation = \"build\"\n";  // 7 lines
    const std::string check =
        "[[policy.assert]]\nid = \"a\"\non = \"sbom\"\npointer = \"/a\"\nop = \"==\"\nvalue = 1\n";
    struct Row {
        std::string why;
        std::string text;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"line 28: [policy.sbom] asks for nothing", sbom},
        {"line 29: 'attestation' is 'other', which is the id of no [[policy.attestation]]",
         replaced(os, "\"sbom\"", "\"other\"")},
        {"line 35: attestation 'build' is no SBOM",
         replaced(provenance, "[policy.provenance]",
                  "[policy.sbom]\nallowed_licences = [\"MIT\"]")},
        {"line 31: 'os' has upper-case letters, which os-release has not",
         replaced(os, "alpine", "Alpine")},
        {"line 32: 'versions': version range '<3.x': '3.x' is no numeric version: not numbers with "
         "'.' between",
         os + "versions = \"<3.x\"\n"},
        {"line 32: two rules are called 'alpine': give one of them another 'id'",
         os + "[[policy.sbom.forbid_os]]\nos = \"alpine\"\n"},
        {"line 31: 'purl' names more than a package: a version goes to 'versions'",
         replaced(package, "openssl", "openssl@3.0")},
        {"line 32: versions of type 'pypi' cannot be ordered: forbid all of them, or none",
         replaced(package, "deb/debian", "pypi") + "versions = \"<1\"\n"},
        {"line 30: 'denied_licences' is empty", sbom + "denied_licences = []\n"},
        {"line 30: 'MIT OR X' is not one licence", sbom + "denied_licences = [\"MIT OR X\"]\n"},
        {"line 33: 'builders' is missing in [policy.provenance]", provenance},
        {"line 35: 'builders' is empty", provenance + "builders = []\n"},
        {"line 34: attestation 'sbom' is no provenance",
         replaced(provenance, "attestation = \"build\"", "attestation = \"sbom\"") +
             "builders = [\"b\"]\n"},
        {"line 36: 'any' is a number, expected true",
         provenance + "builders = [\"b\"]\nparameters = { a = { any = 1 } }\n"},
        {"line 36: 'levels' is unknown in [policy.provenance]",
         provenance + "builders = [\"b\"]\nlevels = 3\n"},
        {"line 32: 'op' is '=', expected '==', '!=', '<', '<=', '>', '>=', 'in', 'matches' or "
         "'exists'",
         replaced(check, "==", "=")},
        {"line 33: 'value' must be a number: nothing else is ordered",
         replaced(replaced(check, "==", "<"), "value = 1", "value = \"1\"")},
        {"line 33: 'value' must be a list that is not empty", replaced(check, "==", "in")},
        {"line 33: 'value' is unknown in [[policy.assert]]", replaced(check, "==", "exists")},
        {"line 28: 'value' is missing in [[policy.assert]]", replaced(check, "value = 1\n", "")},
        {"line 28: 'quantifier' is missing in [[policy.assert]]", replaced(check, "/a", "/*/a")},
        {"line 34: 'quantifier' is unknown in [[policy.assert]]", check + "quantifier = \"all\"\n"},
        {"line 34: two rules are called 'a'", check + check},
        {"line 31: 'rules' has 'assert/a' twice",
         "[policy.exceptions]\nsigners = [\"ci\"]\nmax_lifetime = \"30d\"\nrules = [\"assert/a\", "
         "\"assert/a\"]\n" +
             check},
        {"line 31: 'signature' is no rule of this policy that can be waived",
         "[policy.exceptions]\nsigners = [\"ci\"]\nmax_lifetime = \"30d\"\nrules = "
         "[\"signature\"]\n"},
        {"line 28: 'max_lifetime' is missing in [policy.exceptions]",
         "[policy.exceptions]\nsigners = [\"ci\"]\nrules = [\"attestation/sbom\"]\n"},
    }));
    REQUIRE(problem_of(before + row.text) == row.why);
}

TEST_CASE("identities that anybody could have are refused", "[policy_file]") {
    const test::TestCa ca;
    const test::TestCtLog ct_log;
    world().put("fulcio.json",
                to_buffer(test::trusted_root_json({}, {ca.authority()}, {ct_log.log()})));
    world().put("no-ct.json", to_buffer(test::trusted_root_json({}, {ca.authority()})));
    const std::string good = changed("root.json", "fulcio.json") +
                             "[trust.identities]\ndev = { name = \"dev@example.com\", issuer = "
                             "\"https://i.example\" }\n";
    REQUIRE(problems_of(good).empty());
    REQUIRE(problem_of(replaced(good, "\"dev@example.com\"", "{ glob = \"**\" }")) ==
            "line 24: 'name': pattern '**': matches whatever there is, and so names nobody");
    REQUIRE(problem_of(replaced(good, "\"https://i.example\"", "{ regex = \".*\" }")) ==
            "line 24: 'issuer': pattern '.*': matches whatever there is, and so names nobody");
    REQUIRE(problem_of(replaced(good, ", issuer = \"https://i.example\"", "")) ==
            "line 24: 'issuer' is missing in [trust.identities]");
    REQUIRE(problems_of(replaced(good, "\"dev@example.com\"", "{ glop = \"x\" }")) ==
            std::vector<std::string>{
                "line 24: 'name' has neither 'glob' nor 'regex'",
                "line 24: 'glop' is unknown in 'name'",
            });
    REQUIRE(problem_of(replaced(good, "i.example\" }",
                                "i.example\", extensions = { source-repository = \"x\" } }")) ==
            "line 24: 'source-repository' is unknown in 'extensions'");
    REQUIRE(problem_of(replaced(good, "dev =", "ci =")) ==
            "line 24: 'ci' is a key and an identity");
    REQUIRE(problem_of(replaced(good, "fulcio.json", "no-ct.json")) ==
            "line 24: 'dev' signs with certificates, and no 'trusted_root' names a certificate "
            "transparency log for them");
    REQUIRE(problems_of(replaced(good, "fulcio.json", "root.json")).front() ==
            "line 24: 'dev' signs with certificates, and no 'trusted_root' names an authority "
            "for them");
}

TEST_CASE("witnesses are refused for the right reason", "[policy_file]") {
    const test::TestWitness one("w1");
    const test::TestWitness two("w2");
    world().put("w1.pub", to_buffer(to_vkey(one.key())));
    world().put("w2.pub", to_buffer(to_vkey(two.key())));
    world().put("none.policy", to_buffer("quorum none\n"));
    const std::string text =
        changed("logs = 1", "logs = 1\nwitnesses = true") + "[trust.witnesses]\n";
    REQUIRE(problems_of(text + "keys = [\"w1.pub\", \"w2.pub\"]\nthreshold = 2\n").empty());
    REQUIRE(problem_of(text + "keys = [\"w1.pub\"]\nthreshold = 2\n") ==
            "line 26: 'threshold' is 2, expected 1 to 1");
    REQUIRE(problems_of(text + "file = \"none.policy\"\n").front() ==
            "line 21: 'witnesses' needs [trust.witnesses]");
    REQUIRE(problems_of(text + "file = \"none.policy\"\n").back() ==
            "line 25: 'file' asks for no witness");
    REQUIRE(problem_of(replaced(text, "logs = 1", "insecure_no_log = true") +
                       "keys = [\"w1.pub\"]\nthreshold = 1\n") ==
            "line 21: 'witnesses' needs 'logs': they cosign what a log shows");
    REQUIRE(problems_of(
                replaced(text, "logs = 1", "logs = 1\nalgorithms = [\"ecdsa-p256\", \"sha256\"]") +
                "keys = [\"w1.pub\"]\nthreshold = 1\n")
                .back() ==
            "line 22: witness 'w1': Ed25519 key, expected one of ECDSA P-256, sha256");
}

TEST_CASE("the example is a policy, and its cases come out as they were recorded",
          "[policy_file]") {
    const std::filesystem::path folder = BOLTSEAL_EXAMPLES;
    const auto load = [](const std::filesystem::path& path) {
        return read_file(path, std::size_t{32} << 20);
    };
    const auto file = parse_policy_file(
        load(folder / "policy.toml").value(),
        [&](const std::string& name, std::size_t) { return load(folder / name); });
    REQUIRE_OK(file);
    REQUIRE(file->tests.size() == 6);
    for (const PolicyTest& test : file->tests) {
        CAPTURE(test.name);
        REQUIRE(run_policy_test(*file, test) == std::nullopt);
    }
}

TEST_CASE("test cases are refused for the right reason", "[policy_file]") {
    const std::string good = kGood + "[[test]]\nname = \"a\"\nrepository = \"r\"\ndigest = \"" +
                             to_string(PolicyWorld::image()) +
                             "\"\nbundles = []\nat = 2026-01-01T00:00:00Z\nverdict = "
                             "\"refused\"\nrule = \"scope\"\n";
    REQUIRE(problems_of(good).empty());
    REQUIRE(problem_of(replaced(good, "sha256:", "sha1:")).starts_with("line 26: 'digest': "));
    REQUIRE(problem_of(replaced(good, "rule = \"scope\"\n", "")) ==
            "line 23: 'rule' is missing in [[test]]");
    REQUIRE(problem_of(replaced(good, "\"refused\"", "\"allowed\"")) ==
            "line 30: 'rule' is unknown in [[test]]");
    REQUIRE(problem_of(replaced(good, "bundles = []", "bundles = [\"none\"]")) ==
            "line 27: 'bundles': 'none' does not exist");
    REQUIRE(problem_of(replaced(good, "\"refused\"", "\"denied\"")).starts_with("line 29: "));
}
