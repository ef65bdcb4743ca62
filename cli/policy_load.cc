#include "cli/policy_load.h"

#include "core/file.h"

namespace boltseal {

namespace {

constexpr std::size_t kMaxPolicy = std::size_t{1} << 20;

Result<PolicyOrProblems> read_and_keep(const std::filesystem::path& path, PolicySource& source) {
    BOLTSEAL_TRY(const Buffer text, read_file(path, kMaxPolicy));
    source.text = as_text(text);
    const std::filesystem::path folder = path.parent_path();
    return read_policy_file(text, [&](const std::string& name, std::size_t limit) {
        auto file = read_file(folder / name, limit);
        if (file) source.files[name] = *file;
        return file;
    });
}

}  // namespace

Result<PolicyOrProblems> read_policy(const std::filesystem::path& path) {
    PolicySource source;
    return read_and_keep(path, source);
}

Result<LoadedPolicy> load_policy_file(const std::filesystem::path& path) {
    const std::string doing = "policy '" + path.string() + "'";
    PolicySource source;
    auto read = read_and_keep(path, source);
    if (!read) return std::move(read).error().as(Fault::Config).context(doing);
    if (const auto* problems = std::get_if<std::vector<PolicyProblem>>(&*read)) {
        return Error(Fault::Config, doing + ": " + to_string(problems->front()))
            .with_hint("'boltseal policy check' lists all problems");
    }
    return LoadedPolicy{std::get<PolicyFile>(*std::move(read)), std::move(source)};
}

Result<PolicyFile> parse_policy_source(const PolicySource& source) {
    const auto load = [&](const std::string& name, std::size_t limit) -> Result<Buffer> {
        const auto found = source.files.find(name);
        if (found == source.files.end()) return Error(Fault::Missing, "is not recorded");
        if (found->second.size() > limit) return Error(Fault::Malformed, "is too large");
        return found->second;
    };
    return parse_policy_file(as_bytes(source.text), load);
}

Json describe_policy(const PolicyFile& policy) {
    return Json::object(
        {{"name", policy.name}, {"version", policy.version}, {"digest", to_string(policy.digest)}});
}

}  // namespace boltseal
