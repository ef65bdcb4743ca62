#include "cli/artifact.h"
#include "cli/command.h"
#include "cli/trust_options.h"
#include "cli/verdict.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

struct Options {
    TrustOptions trust;
    std::filesystem::path bundle;
    std::string artifact;
    bool json = false;
};

Result<void> run(const Options& options, Streams streams) {
    BOLTSEAL_TRY(const Policy policy, load_file_policy(options.trust));
    BOLTSEAL_TRY(const LoadedArtifact loaded, load_artifact(options.artifact));
    const VerdictSubject subject{"file", options.artifact, loaded.artifact.digest};
    auto verified = verify_with_bundle_file(options.bundle, loaded.artifact, policy);
    if (!verified) {
        if (options.json) streams.out << to_pretty_json(to_json(subject, verified.error()));
        return std::move(verified).error().context("'" + options.artifact + "'");
    }
    streams.out << (options.json ? to_pretty_json(to_json(subject, *verified))
                                 : to_text(subject, *verified));
    return {};
}

Action add_as(CLI::App& app, const std::string& name) {
    auto options = std::make_shared<Options>();  // CLI11 keeps pointers into it until parse
    auto* cmd = app.add_subcommand(name, "Verify a file, or a digest, with its bundle");
    add_trust_options(*cmd, options->trust, AcceptsType::Yes);
    cmd->add_option("--bundle", options->bundle, "Sigstore bundle to verify with")
        ->required()
        ->type_name("FILE");
    cmd->add_option("artifact", options->artifact, "File, or sha256:<hex>")->required();
    cmd->add_flag("--json", options->json, "Print the verdict as JSON");
    cmd->footer("Exit status: 0 verified; 1 refused; 2 usage; 3 undetermined; 4 integrity.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace

Action add_bundle(CLI::App& app) {
    return add_as(app, "bundle");
}

Action add_bundle_group(CLI::App& app) {
    auto* group = app.add_subcommand("bundle", "Verify a file with its bundle, or lint bundles");
    group->require_subcommand(1);
    const Action verify = add_as(*group, "verify");
    const Action lint = add_lint(*group);
    return [=](Streams streams) {
        return group->got_subcommand("verify") ? verify(streams) : lint(streams);
    };
}

}  // namespace boltseal
