#include "cli/artifact.h"
#include "cli/clock.h"
#include "cli/command.h"
#include "cli/deliver.h"
#include "cli/trust_options.h"

#include <CLI/CLI.hpp>

#include <memory>

namespace boltseal {

namespace {

struct Options {
    TrustOptions trust;
    std::filesystem::path bundle;
    std::string artifact;
    DeliverOptions deliver;
};

Candidate read_bundle(const std::filesystem::path& file) {
    auto bundle = load_bundle(file);
    if (bundle) return {*std::move(bundle)};
    return {std::move(bundle).error()};
}

Result<void> run(const Options& options, Streams streams) {
    BOLTSEAL_TRY(TrustMaterial trust, read_trust(options.trust));
    BOLTSEAL_TRY(const Policy policy, make_policy(trust, ""));
    Case record{{"file", options.artifact}, now(), std::move(trust)};
    auto loaded = load_artifact(options.artifact);
    if (!loaded) {
        return deliver(without_artifact(std::move(record), policy, std::move(loaded).error()),
                       options.deliver, SayVerified::Yes, streams);
    }
    record.subject.digest = loaded->artifact.digest;
    Search search(loaded->artifact, policy, record.time, options.deliver.keep());
    search.consider(read_bundle(options.bundle));
    auto delivered = deliver(conclude(std::move(record), policy, search, loaded->artifact.bytes),
                             options.deliver, SayVerified::Yes, streams);
    if (delivered) return delivered;
    return std::move(delivered).error().context("'" + options.artifact + "'");
}

Action add_as(CLI::App& app, const std::string& name) {
    auto options = std::make_shared<Options>();  // CLI11 keeps pointers into it until parse
    auto* cmd = app.add_subcommand(name, "Verify a file, or a digest, with its bundle");
    add_trust_options(*cmd, options->trust, AcceptsType::Yes);
    cmd->add_option("--bundle", options->bundle, "Sigstore bundle to verify with")
        ->required()
        ->type_name("FILE");
    cmd->add_option("artifact", options->artifact, "File, or sha256:<hex>")->required();
    add_deliver_options(*cmd, options->deliver, "Print the verdict as JSON");
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
