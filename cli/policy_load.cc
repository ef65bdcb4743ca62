#include "cli/policy_load.h"

#include "core/file.h"

namespace boltseal {

namespace {

constexpr std::size_t kMaxPolicy = std::size_t{1} << 20;

}  // namespace

Result<PolicyOrProblems> read_policy(const std::filesystem::path& path) {
    BOLTSEAL_TRY(const Buffer text, read_file(path, kMaxPolicy));
    const std::filesystem::path folder = path.parent_path();
    return read_policy_file(text, [&](const std::string& name, std::size_t limit) {
        return read_file(folder / name, limit);
    });
}

Result<PolicyFile> load_policy_file(const std::filesystem::path& path) {
    const std::string doing = "policy '" + path.string() + "'";
    auto read = read_policy(path);
    if (!read) return std::move(read).error().as(Fault::Config).context(doing);
    if (const auto* problems = std::get_if<std::vector<PolicyProblem>>(&*read)) {
        return Error(Fault::Config, doing + ": " + to_string(problems->front()))
            .with_hint("'boltseal policy check' lists all problems");
    }
    return std::get<PolicyFile>(*std::move(read));
}

Json describe_policy(const PolicyFile& policy) {
    return Json::object(
        {{"name", policy.name}, {"version", policy.version}, {"digest", to_string(policy.digest)}});
}

}  // namespace boltseal
