#include "cli/artifact.h"
#include "cli/batch.h"
#include "cli/clock.h"
#include "cli/command.h"
#include "cli/deliver.h"
#include "cli/trust_options.h"

#include <memory>

namespace boltseal {

namespace {

struct BundleArguments {
    TrustOptions trust;
    std::filesystem::path bundle;
    std::string artifact;
    DeliverOptions deliver;
    BatchOptions batch;
};

Error usage(const std::string& what) {
    return Error(Fault::Config, what).with_hint("--help lists the options");
}

// The options are of two kinds of use, which CLI11 does not tell apart.
Result<void> check_use(const BundleArguments& options) {
    if (!options.batch.list.empty()) {
        if (!options.bundle.empty() || !options.artifact.empty()) {
            return usage("--batch excludes --bundle and an artifact");
        }
        if (!options.deliver.transcript.empty()) return usage("--batch excludes --transcript");
        return {};
    }
    if (options.bundle.empty()) return usage("--bundle is required");
    if (options.artifact.empty()) return usage("artifact is required");
    if (options.batch.jobs != 0) return usage("--jobs needs --batch");
    return {};
}

Result<void> run(const BundleArguments& options, Streams streams) {
    BOLTSEAL_CHECK(check_use(options));
    BOLTSEAL_TRY(TrustMaterial trust, read_trust(options.trust));
    BOLTSEAL_TRY(const Policy policy, make_policy(trust, ""));
    if (!options.batch.list.empty()) {
        BatchOptions batch = options.batch;
        batch.json = options.deliver.json;
        return verify_batch(batch, policy, streams);
    }
    Case record{{"file", options.artifact}, now(), std::move(trust)};
    auto loaded = load_artifact(options.artifact);
    if (!loaded) {
        return deliver(without_artifact(std::move(record), policy, std::move(loaded).error()),
                       options.deliver, SayVerified::Yes, streams);
    }
    record.subject.digest = loaded->artifact.digest;
    Search search(loaded->artifact, policy, record.time, options.deliver.keep());
    search.consider(load_candidate(options.bundle));
    auto delivered = deliver(conclude(std::move(record), policy, search, loaded->artifact),
                             options.deliver, SayVerified::Yes, streams);
    if (delivered) return delivered;
    return std::move(delivered).error().context("'" + options.artifact + "'");
}

Action add_as(Command app, const std::string& name) {
    auto options = std::make_shared<BundleArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd = app.add_subcommand(name, "Verify a file, or a digest, with its bundle");
    add_trust_options(cmd, options->trust, AcceptsType::Yes);
    cmd.add_option("--bundle", options->bundle, "Sigstore bundle to verify with").type_name("FILE");
    cmd.add_option("artifact", options->artifact, "File, or sha256:<hex>");
    cmd.add_option("--batch", options->batch.list,
                   "Verify every line of this list, or of '-': artifact, tab, bundle")
        .type_name("LIST");
    cmd.add_option("--jobs", options->batch.jobs, "With --batch: verify so many at once")
        .between(1, 1024)
        .type_name("N");
    add_deliver_options(cmd, options->deliver, "Print the verdict as JSON");
    cmd.footer("Exit status: 0 verified; 1 refused; 2 usage; 3 undetermined; 4 integrity.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace

Action add_bundle(Command app) {
    return add_as(app, "bundle");
}

Action add_bundle_group(Command app) {
    auto group = app.add_subcommand("bundle", "Verify a file with its bundle, or lint bundles");
    group.require_subcommand(1);
    const Action verify = add_as(group, "verify");
    const Action lint = add_lint(group);
    return [=](Streams streams) {
        return group.got_subcommand("verify") ? verify(streams) : lint(streams);
    };
}

}  // namespace boltseal
