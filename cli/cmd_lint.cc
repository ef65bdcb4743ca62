#include "cli/command.h"
#include "core/file.h"
#include "core/json.h"
#include "verify/bundle_lint.h"
#include "verify/sigstore_bundle.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

struct LintArguments {
    std::vector<std::string> files;
    bool json = false;
};

// Of all files so far.
struct Counts {
    std::size_t odd = 0;  // with deviations, or malformed
    std::size_t unreadable = 0;
};

std::string version_of(BundleVersion version) {
    switch (version) {
        case BundleVersion::V01:
            return "0.1";
        case BundleVersion::V02:
            return "0.2";
        case BundleVersion::V03:
            break;
    }
    return "0.3";
}

Json to_json(const Deviations& deviations) {
    Json::Array all;
    for (const Deviation& one : deviations) {
        all.push_back(Json::object({{"where", one.where}, {"what", one.what}}));
    }
    return all;
}

// An unknown member's name is in the path, and somebody else's text.
std::string shown(const std::string& path) {
    const std::string quoted = printable(path);
    return quoted.substr(1, quoted.size() - 2);
}

void print(const std::string& file, const Json& verdict, std::ostream& out) {
    if (const Json* error = verdict.find("error")) {
        out << file << ": " << **verdict.string_at("verdict") << ": " << *error->as_string()
            << '\n';
        return;
    }
    const Json::Array& all = **verdict.array_at("deviations");
    for (const Json& one : all) {
        out << file << ": " << shown(**one.string_at("where")) << ' ' << **one.string_at("what")
            << '\n';
    }
    if (all.empty()) out << file << ": clean\n";
}

Json look_at(const std::string& file, Counts& counts) {
    Json verdict = Json::object({{"file", file}});
    const auto bytes = read_file(file, kMaxBundle);
    if (!bytes) {
        ++counts.unreadable;
        return verdict.set("verdict", "unreadable").set("error", bytes.error().message());
    }
    const auto lint = lint_bundle(*bytes);
    if (!lint || !lint->deviations.empty()) ++counts.odd;
    if (!lint) return verdict.set("verdict", "malformed").set("error", lint.error().message());
    return verdict.set("verdict", lint->deviations.empty() ? "clean" : "deviates")
        .set("version", version_of(lint->version))
        .set("deviations", to_json(lint->deviations));
}

Result<void> conclude(const Counts& counts, std::size_t files) {
    const auto of_all = [files](std::size_t n) {
        return std::to_string(n) + " of " + std::to_string(files) + " bundle(s) ";
    };
    if (counts.unreadable != 0) {
        return Error(Fault::Io, of_all(counts.unreadable) + "cannot be read");
    }
    if (counts.odd != 0) return Error(Fault::Untrusted, of_all(counts.odd) + "deviate");
    return {};
}

Result<void> run(const LintArguments& options, Streams streams) {
    Counts counts;
    Json::Array verdicts;
    for (const std::string& file : options.files) {
        Json verdict = look_at(file, counts);
        if (options.json) {
            verdicts.push_back(std::move(verdict));
        } else {
            print(file, verdict, streams.out);
        }
    }
    if (options.json) {
        streams.out << to_pretty_json(
            Json::object({{"schema", "https://boltseal.dev/schema/lint/v1"},
                          {"verified", false},
                          {"bundles", std::move(verdicts)}}));
    }
    return conclude(counts, options.files.size());
}

}  // namespace

Action add_lint(Command app) {
    auto options = std::make_shared<LintArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd = app.add_subcommand("lint", "List what is odd in bundles, without judging them");
    cmd.add_option("file", options->files, "Sigstore bundles").required();
    cmd.add_flag("--json", options->json, "Print JSON");
    cmd.footer(
        "Nothing is verified. Exit status: 0 clean; 1 deviates or malformed; 2 usage; "
        "3 unreadable.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
