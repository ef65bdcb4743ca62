#include "verify/provenance.h"

#include "tests/check.h"

using namespace boltseal;

namespace {

constexpr std::string_view kV1 = "https://slsa.dev/provenance/v1";
constexpr std::string_view kV02 = "https://slsa.dev/provenance/v0.2";
const std::string kGitHub = "https://actions.github.io/buildtypes/workflow/v1";
const std::string kBuildKit =
    "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md";

Result<Provenance> read(std::string_view type, const std::string& text) {
    const auto json = parse_json(text);
    REQUIRE_OK(json);
    return read_provenance(type, *json);
}

Result<Provenance> v1(const std::string& build_type, const std::string& parameters,
                      const std::string& dependencies = "[]") {
    return read(kV1, R"({"buildDefinition":{"buildType":")" + build_type +
                         R"(","externalParameters":)" + parameters + R"(,"resolvedDependencies":)" +
                         dependencies + R"(},"runDetails":{"builder":{"id":"b"}}})");
}

Result<Provenance> v02(const std::string& members) {
    return read(kV02, R"({"builder":{"id":"b"},"buildType":"t",)" + members + "}");
}

}  // namespace

TEST_CASE("the provenance of a GitHub workflow is read", "[provenance]") {
    const auto provenance = read(kV1, R"({
      "buildDefinition": {
        "buildType": "https://actions.github.io/buildtypes/workflow/v1",
        "externalParameters": {"workflow": {"ref": "refs/heads/main",
          "repository": "https://github.com/o/r", "path": ".github/workflows/release.yml"}},
        "internalParameters": {"github": {"event_name": "push"}},
        "resolvedDependencies": [
          {"uri": "git+https://github.com/x/y@refs/heads/main", "digest": {"gitCommit": "00"}},
          {"uri": "git+https://github.com/o/r@refs/heads/main", "digest": {"gitCommit": "ab12"}}]},
      "runDetails": {
        "builder": {"id": "https://github.com/o/r/.github/workflows/release.yml@refs/heads/main"},
        "metadata": {"invocationId": "https://github.com/o/r/actions/runs/1/attempts/1",
          "startedOn": "2026-11-25T10:00:00Z", "finishedOn": "2026-11-25T10:05:00Z"}}})");
    REQUIRE_OK(provenance);
    REQUIRE(provenance->version == "v1");
    REQUIRE(provenance->build_type == kGitHub);
    REQUIRE(provenance->builder_id ==
            "https://github.com/o/r/.github/workflows/release.yml@refs/heads/main");
    REQUIRE(provenance->source == BuildSource{"https://github.com/o/r",
                                              "refs/heads/main",
                                              {{"gitCommit", "ab12"}},
                                              ".github/workflows/release.yml"});
    REQUIRE(provenance->external_parameters.find("workflow") != nullptr);
    REQUIRE(provenance->materials.size() == 2);
    REQUIRE(provenance->materials[1] ==
            Material{"git+https://github.com/o/r@refs/heads/main", "", {{"gitCommit", "ab12"}}});
    REQUIRE(provenance->invocation_id == "https://github.com/o/r/actions/runs/1/attempts/1");
    REQUIRE(to_rfc3339(provenance->started.value()) == "2026-11-25T10:00:00Z");
    REQUIRE(to_rfc3339(provenance->finished.value()) == "2026-11-25T10:05:00Z");
}

TEST_CASE("a commit of another repository or ref is not that of the source", "[provenance]") {
    const auto provenance = v1(
        kGitHub, R"({"workflow":{"repository":"https://github.com/o/r","ref":"refs/heads/main"}})",
        R"([{"uri":"git+https://github.com/o/r@refs/heads/other","digest":{"gitCommit":"1"}},
               {"uri":"git+https://github.com/o/r2@refs/heads/main","digest":{"gitCommit":"2"}}])");
    REQUIRE_OK(provenance);
    REQUIRE(provenance->source == BuildSource{"https://github.com/o/r", "refs/heads/main", {}, ""});
}

TEST_CASE("each build type has its source somewhere else", "[provenance]") {
    struct Row {
        std::string build_type;
        std::string parameters;
        std::optional<BuildSource> source;
    };
    const std::string workflow = R"({"repository":"https://h/r","ref":"main","path":"p"})";
    const BuildSource repository{"https://h/r", "main", {}, "p"};
    const auto row = GENERATE_COPY(values<Row>({
        {kGitHub, R"({"workflow":)" + workflow + "}", repository},
        {"https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1",
         R"({"workflow":)" + workflow + "}", repository},
        {"https://cloud.google.com/build/gcb-buildtypes/google-worker/v1",
         R"({"buildConfigSource":)" + workflow + "}", repository},
        {kBuildKit,
         R"({"configSource":{"uri":"https://h/r.git#refs/heads/main:sub","digest":{"sha1":"1"},
             "path":"Dockerfile"}})",
         BuildSource{"https://h/r.git", "refs/heads/main", {{"sha1", "1"}}, "Dockerfile"}},
        {kBuildKit, R"({"configSource":{"path":"Dockerfile"}})", std::nullopt},
        {kBuildKit, "{}", std::nullopt},
        {"other", R"({"source":"git+https://h/r@refs/tags/v1"})",
         BuildSource{"https://h/r", "refs/tags/v1", {}, ""}},
        {"other", R"({"source":{"uri":"git+https://h/r@v1","digest":{"sha1":"1"}}})",
         BuildSource{"https://h/r", "v1", {{"sha1", "1"}}, ""}},
        {"other", R"({"workflow":)" + workflow + "}", std::nullopt},
        {"other", R"({"configSource":{"uri":"https://h/r"}})", std::nullopt},
    }));
    CAPTURE(row.build_type, row.parameters);
    const auto provenance = v1(row.build_type, row.parameters);
    REQUIRE_OK(provenance);
    REQUIRE(provenance->source == row.source);
}

TEST_CASE("uris are taken apart where they say repository and ref", "[provenance]") {
    struct Row {
        std::string uri;
        std::string repository;
        std::string ref;
    };
    const auto row = GENERATE(values<Row>({
        {"git+https://h/o/r@refs/heads/a@b", "https://h/o/r", "refs/heads/a@b"},
        {"git+https://h/o/r", "https://h/o/r", ""},
        {"git+ssh://git@h/o/r@main", "ssh://git@h/o/r", "main"},
        {"git+ssh://git@h/o/r", "ssh://git@h/o/r", ""},
        {"git+https://h/o/r#main", "https://h/o/r", "main"},
        {"https://h/o/r.git#main:sub", "https://h/o/r.git", "main"},
        {"https://h/o/r.git", "https://h/o/r.git", ""},
        {"https://h/o/r@main", "https://h/o/r@main", ""},
        {"https://h/x.tar#frag", "https://h/x.tar#frag", ""},
        {"git+x", "x", ""},
        {"", "", ""},
    }));
    CAPTURE(row.uri);
    const auto provenance = v1("other", R"({"source":")" + row.uri + R"("})");
    REQUIRE_OK(provenance);
    REQUIRE(provenance->source == BuildSource{row.repository, row.ref, {}, ""});
}

TEST_CASE("without a source, the one git dependency is it", "[provenance]") {
    const std::string one = R"({"uri":"git+https://h/r@main","digest":{"sha1":"1"}})";
    const std::string other = R"({"uri":"pkg:docker/a@1"},{"name":"b"},{"uri":"https://h/x.git"})";
    const BuildSource source{"https://h/r", "main", {{"sha1", "1"}}, ""};
    REQUIRE(v1("t", "{}", "[" + other + "," + one + "]").value().source == source);
    REQUIRE(v1("t", "{}", "[" + other + "]").value().source == std::nullopt);
    REQUIRE(v1("t", "{}", "[" + one + "," + one + "]").value().source == std::nullopt);
    REQUIRE(v02(R"("materials":[)" + other + "," + one + "]").value().source == source);
    REQUIRE(v02(R"("materials":[)" + one + "," + one + "]").value().source == std::nullopt);
}

TEST_CASE("provenance v0.2 is read", "[provenance]") {
    const auto provenance = read(kV02, R"({
      "builder": {"id": "https://github.com/slsa-framework/g/.github/workflows/x.yml@refs/tags/v1"},
      "buildType": "https://github.com/slsa-framework/slsa-github-generator/generic@v1",
      "invocation": {
        "configSource": {"uri": "git+https://github.com/o/r@refs/tags/v1.0",
          "digest": {"sha1": "ab12"}, "entryPoint": ".github/workflows/release.yml"},
        "parameters": {"a": 1}, "environment": {}},
      "metadata": {"buildInvocationID": "1-1", "buildStartedOn": "2026-11-25T10:00:00Z",
        "buildFinishedOn": "2026-11-25T10:05:00Z", "reproducible": false},
      "materials": [{"uri": "git+https://github.com/o/r@refs/tags/v1.0",
        "digest": {"sha1": "ab12"}}]})");
    REQUIRE_OK(provenance);
    REQUIRE(provenance->version == "v0.2");
    REQUIRE(provenance->builder_id ==
            "https://github.com/slsa-framework/g/.github/workflows/x.yml@refs/tags/v1");
    REQUIRE(provenance->build_type ==
            "https://github.com/slsa-framework/slsa-github-generator/generic@v1");
    REQUIRE(provenance->source == BuildSource{"https://github.com/o/r",
                                              "refs/tags/v1.0",
                                              {{"sha1", "ab12"}},
                                              ".github/workflows/release.yml"});
    REQUIRE(provenance->external_parameters == Json::object({{"a", 1}}));
    REQUIRE(provenance->materials.size() == 1);
    REQUIRE(provenance->invocation_id == "1-1");
    REQUIRE(to_rfc3339(provenance->started.value()) == "2026-11-25T10:00:00Z");
    REQUIRE(to_rfc3339(provenance->finished.value()) == "2026-11-25T10:05:00Z");
}

TEST_CASE("what provenance may leave out is absent", "[provenance]") {
    const auto one = v1("t", "{}");
    REQUIRE_OK(one);
    REQUIRE(one->external_parameters == Json::object({}));
    REQUIRE_FALSE(one->started);
    REQUIRE_FALSE(one->finished);
    REQUIRE(one->invocation_id.empty());
    const auto two = v02(R"("metadata":{"buildInvocationId":"7"},"invocation":{})");
    REQUIRE_OK(two);
    REQUIRE(two->external_parameters.is_null());
    REQUIRE(two->invocation_id == "7");
    REQUIRE_FALSE(two->started);
    REQUIRE_FALSE(two->source);
}

TEST_CASE("provenance v1 is refused with the place", "[provenance]") {
    struct Row {
        std::string text;
        std::string why;
    };
    const std::string run = R"("runDetails":{"builder":{"id":"b"}})";
    const auto with = [&](const std::string& definition) {
        return R"({"buildDefinition":)" + definition + "," + run + "}";
    };
    const auto details = [](const std::string& text) {
        return R"({"buildDefinition":{"buildType":"t","externalParameters":{}},"runDetails":)" +
               text + "}";
    };
    const auto of_type = [&](const std::string& type, const std::string& parameters) {
        return with(R"({"buildType":")" + type + R"(","externalParameters":)" + parameters + "}");
    };
    const std::string parameters = "/buildDefinition/externalParameters: ";
    const auto row = GENERATE_COPY(values<Row>({
        {"[]", "not an object"},
        {"{}", "'buildDefinition' is missing"},
        {with("{}"), "/buildDefinition: 'buildType' is missing"},
        {with(R"({"buildType":"t"})"), "/buildDefinition: 'externalParameters' is missing"},
        {with(R"({"buildType":"t","externalParameters":{},"resolvedDependencies":1})"),
         "'resolvedDependencies' is not an array"},
        {with(R"({"buildType":"t","externalParameters":{},"resolvedDependencies":[{},1]})"),
         "/buildDefinition/resolvedDependencies/1: not an object"},
        {with(R"({"buildType":"t","externalParameters":{},"resolvedDependencies":[{"uri":1}]})"),
         "/buildDefinition/resolvedDependencies/0: 'uri' is not a string"},
        {with(R"({"buildType":"t","externalParameters":{},"resolvedDependencies":[{"digest":1}]})"),
         "/buildDefinition/resolvedDependencies/0: 'digest' is not an object"},
        {with(
             R"({"buildType":"t","externalParameters":{},"resolvedDependencies":[{"digest":{"a":1}}]})"),
         "/buildDefinition/resolvedDependencies/0: a digest is not a string"},
        {of_type(kGitHub, "{}"), parameters + "'workflow' is missing"},
        {of_type(kGitHub, R"({"workflow":{}})"), parameters + "workflow: 'repository' is missing"},
        {of_type(kGitHub, R"({"workflow":{"repository":"r","ref":1}})"),
         parameters + "workflow: 'ref' is not a string"},
        {of_type("https://cloud.google.com/build/gcb-buildtypes/google-worker/v1", "{}"),
         parameters + "'buildConfigSource' is missing"},
        {of_type(kBuildKit, R"({"configSource":1})"),
         parameters + "'configSource' is not an object"},
        {of_type(kBuildKit, R"({"configSource":{"uri":1}})"),
         parameters + "configSource: 'uri' is not a string"},
        {of_type("t", R"({"source":1})"), parameters + "source: not an object"},
        {of_type("t", R"({"source":{}})"), parameters + "source: 'uri' is missing"},
        {details("1"), "'runDetails' is not an object"},
        {details("{}"), "/runDetails: 'builder' is missing"},
        {details(R"({"builder":{}})"), "/runDetails/builder: 'id' is missing"},
        {details(R"({"builder":{"id":"b"},"metadata":1})"),
         "/runDetails: 'metadata' is not an object"},
        {details(R"({"builder":{"id":"b"},"metadata":{"invocationId":1}})"),
         "/runDetails/metadata: 'invocationId' is not a string"},
        {details(R"({"builder":{"id":"b"},"metadata":{"startedOn":1}})"),
         "/runDetails/metadata: 'startedOn' is not a string"},
    }));
    CAPTURE(row.text);
    REQUIRE_REFUSED(read(kV1, row.text), "provenance: " + row.why);
    REQUIRE_FAULT(read(kV1, row.text), Fault::Malformed);
    REQUIRE_FAULT(read(kV1, details(R"({"builder":{"id":"b"},"metadata":{"finishedOn":"today"}})")),
                  Fault::Malformed);
}

TEST_CASE("provenance v0.2 is refused with the place", "[provenance]") {
    REQUIRE_REFUSED(read(kV02, "{}"), "provenance: 'builder' is missing");
    REQUIRE_REFUSED(read(kV02, R"({"builder":{}})"), "provenance: /builder: 'id' is missing");
    REQUIRE_REFUSED(read(kV02, R"({"builder":{"id":"b"}})"), "provenance: 'buildType' is missing");
    REQUIRE_REFUSED(v02(R"("materials":[1])"), "provenance: /materials/0: not an object");
    REQUIRE_REFUSED(v02(R"("invocation":1)"), "provenance: 'invocation' is not an object");
    REQUIRE_REFUSED(v02(R"("invocation":{"configSource":{"uri":1}})"),
                    "provenance: /invocation: configSource: 'uri' is not a string");
    REQUIRE_REFUSED(v02(R"("invocation":{"configSource":{"entryPoint":1}})"),
                    "provenance: /invocation: configSource: 'entryPoint' is not a string");
    REQUIRE_REFUSED(v02(R"("metadata":{"buildStartedOn":1})"),
                    "provenance: /metadata: 'buildStartedOn' is not a string");
    REQUIRE_REFUSED(v02(R"("metadata":{"buildInvocationId":"1","buildInvocationID":"2"})"),
                    "provenance: /metadata: two invocation ids");
    REQUIRE_OK(v02(R"("metadata":{"buildInvocationId":"1","buildInvocationID":"1"})"));
}

TEST_CASE("other predicates are not taken for provenance", "[provenance]") {
    REQUIRE(is_provenance(kV1));
    REQUIRE(is_provenance(kV02));
    REQUIRE_FALSE(is_provenance("https://slsa.dev/provenance/v0.1"));
    REQUIRE_FALSE(is_provenance("https://slsa.dev/provenance/v1.0"));
    REQUIRE_FALSE(is_provenance(""));
    REQUIRE_REFUSED(
        read("https://slsa.dev/provenance/v0.1", "{}"),
        "provenance: predicate type 'https://slsa.dev/provenance/v0.1' is no provenance");
}

TEST_CASE("provenance has at most 10,000 materials of 32 digests", "[provenance]") {
    const auto predicate = [](const Json& material, std::size_t count) {
        return Json::object({{"builder", Json::object({{"id", "b"}})},
                             {"buildType", "t"},
                             {"materials", Json::Array(count, material)}});
    };
    REQUIRE_OK(read_provenance(kV02, predicate(Json::object({}), 10'000)));
    REQUIRE_REFUSED(read_provenance(kV02, predicate(Json::object({}), 10'001)),
                    "provenance: /materials: more than 10000 materials");
    Json digests = Json::object({});
    for (int i = 0; i < 32; ++i) digests.set("a" + std::to_string(i), "x");
    REQUIRE_OK(read_provenance(kV02, predicate(Json::object({{"digest", digests}}), 1)));
    digests.set("more", "x");
    REQUIRE_REFUSED(read_provenance(kV02, predicate(Json::object({{"digest", digests}}), 1)),
                    "provenance: /materials/0: more than 32 digests");
}
