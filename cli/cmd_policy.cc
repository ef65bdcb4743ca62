#include "cli/command.h"
#include "cli/policy_load.h"

#include <algorithm>
#include <memory>
#include <ostream>

namespace boltseal {

namespace {

constexpr std::string_view kSchemas = "https://boltseal.dev/schema/";

struct PolicyArguments {
    std::string action;
    std::filesystem::path file;
    std::string repository;
    bool json = false;
};

Json start_answer(std::string_view what) {
    return Json::object({{"schema", std::string(kSchemas) + std::string(what) + "/v1"}});
}

std::string count_of(std::size_t count, const std::string& one, const std::string& many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

// What stands in one line above everything else: which policy this is.
std::string title(const PolicyFile& policy) {
    return printable(policy.name) + " version " + std::to_string(policy.version) + "\n" +
           to_string(policy.digest) + "\n";
}

void print_problems(const PolicyArguments& options, const std::vector<PolicyProblem>& problems,
                    Streams streams) {
    for (const PolicyProblem& problem : problems) {
        streams.out << options.file.string();
        if (problem.line > 0) streams.out << ':' << problem.line;
        streams.out << ": " << problem.message << '\n';
    }
}

Json to_json_list(const std::vector<PolicyProblem>& problems) {
    Json::Array list;
    for (const PolicyProblem& problem : problems) {
        list.push_back(
            Json::object({{"line", std::uint64_t{problem.line}}, {"message", problem.message}}));
    }
    return list;
}

Result<void> check(const PolicyArguments& options, Streams streams) {
    auto read = read_policy(options.file);
    if (!read) return std::move(read).error().as(Fault::Config);
    const auto* problems = std::get_if<std::vector<PolicyProblem>>(&*read);
    if (options.json) {
        Json json = start_answer("policy-check");
        if (const auto* policy = std::get_if<PolicyFile>(&*read)) {
            json.set("policy", describe_policy(*policy)).set("form", policy->json);
        }
        json.set("problems", problems ? to_json_list(*problems) : Json::Array());
        streams.out << to_pretty_json(json);
    } else if (problems) {
        print_problems(options, *problems, streams);
    } else {
        const auto& policy = std::get<PolicyFile>(*read);
        streams.out << title(policy) << count_of(policy.policies.size(), "policy", "policies")
                    << ", " << count_of(policy.tests.size(), "test case", "test cases") << '\n';
    }
    if (!problems) return {};
    return Error(Fault::Config, "policy '" + options.file.string() + "' has " +
                                    count_of(problems->size(), "problem", "problems"));
}

// Repositories are compared with scopes as they are written.
Result<void> check_repository_name(const std::string& repository) {
    const std::string registry = repository.substr(0, repository.find('/'));
    const bool is_host = registry == "localhost" || registry.find_first_of(".:") != registry.npos;
    if (is_host && repository.find('@') == repository.npos) return {};
    const std::string what = repository.empty() ? "nothing" : printable(repository);
    return Error(Fault::Config, what + " is no registry and repository to explain it for")
        .with_hint("write both in full, without a tag: docker.io/library/alpine");
}

Json to_json_list(const std::vector<Asked>& rules) {
    Json::Array list;
    for (const Asked& rule : rules) {
        list.push_back(Json::object({{"rule", rule.rule}, {"expected", rule.expected}}));
    }
    return list;
}

Result<void> explain(const PolicyArguments& options, Streams streams) {
    BOLTSEAL_CHECK(check_repository_name(options.repository));
    BOLTSEAL_TRY(const LoadedPolicy loaded, load_policy_file(options.file));
    const PolicyFile& file = loaded.policy;
    const ImagePolicy* policy = find_policy(file, options.repository);
    const auto rules = policy ? explain_policy(*policy) : std::vector<Asked>();
    if (options.json) {
        Json json = start_answer("policy-explain");
        json.set("policy", describe_policy(file)).set("repository", options.repository);
        if (policy) json.set("applies", policy->name);
        streams.out << to_pretty_json(json.set("rules", to_json_list(rules)));
        return {};
    }
    if (!policy) {
        streams.out << "No policy is about " << options.repository << ": its images are refused.\n";
        return {};
    }
    streams.out << "Policy '" << policy->name << "' is about " << options.repository
                << ". An image must have:\n";
    for (const Asked& rule : rules) {
        streams.out << "  " << rule.rule
                    << std::string(rule.rule.size() < 22 ? 22 - rule.rule.size() : 1, ' ')
                    << rule.expected << '\n';
    }
    return {};
}

Result<void> test(const PolicyArguments& options, Streams streams) {
    BOLTSEAL_TRY(const LoadedPolicy loaded, load_policy_file(options.file));
    const PolicyFile& file = loaded.policy;
    if (file.tests.empty()) {
        return Error(Fault::Config, "policy '" + options.file.string() + "' has no [[test]]");
    }
    Json::Array cases;
    std::size_t wrong = 0;
    for (const PolicyTest& one : file.tests) {
        const auto difference = run_policy_test(file, one);
        if (difference) ++wrong;
        Json json = Json::object({{"name", one.name},
                                  {"line", std::uint64_t{one.line}},
                                  {"ok", !difference.has_value()}});
        if (difference) json.set("difference", *difference);
        cases.push_back(std::move(json));
        if (options.json) continue;
        streams.out << (difference ? "differs" : "ok     ") << "  " << printable(one.name);
        if (difference) streams.out << " (line " << one.line << "): " << *difference;
        streams.out << '\n';
    }
    if (options.json) {
        Json json = start_answer("policy-test");
        json.set("policy", describe_policy(file)).set("cases", std::move(cases));
        streams.out << to_pretty_json(json);
    }
    if (wrong == 0) return {};
    return Error(Fault::Untrusted, std::to_string(wrong) + " of " +
                                       count_of(file.tests.size(), "case", "cases") +
                                       " came out differently");
}

Result<void> run(const PolicyArguments& options, Streams streams) {
    if (options.action == "explain") return explain(options, streams);
    if (!options.repository.empty()) {
        return Error(Fault::Config, "a repository is for 'policy explain'");
    }
    return options.action == "check" ? check(options, streams) : test(options, streams);
}

}  // namespace

Action add_policy(Command app) {
    auto options = std::make_shared<PolicyArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd = app.add_subcommand("policy", "Check, explain or test a policy file");
    cmd.add_option("action", options->action,
                   "check: list all problems; explain: say what it asks of an image; test: run "
                   "its own cases")
        .required()
        .one_of({"check", "explain", "test"});
    cmd.add_option("file", options->file, "Policy file (TOML)").required();
    cmd.add_option("repository", options->repository,
                   "For explain: registry and repository, in full");
    cmd.add_flag("--json", options->json, "Print JSON");
    cmd.footer(
        "No image is verified. Exit status: 0 as it should be; 1 a case differs; 2 the policy is "
        "wrong.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
