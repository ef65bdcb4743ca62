#include "cli/artifact.h"
#include "cli/clock.h"
#include "cli/command.h"
#include "cli/decision.h"
#include "cli/evidence.h"
#include "cli/log_options.h"
#include "cli/target.h"
#include "cli/trust_options.h"
#include "cli/verdict.h"
#include "core/file.h"
#include "net/http_client.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

struct Options {
    TrustOptions trust;
    LogOptions log;
    PolicyOptions policy;
    std::string platform;
    RegistryFlags registry;
    std::string target;
    std::filesystem::path bundle;
    bool json = false;
};

Result<Verified> verify_file(const std::filesystem::path& file, const Options& options,
                             const Artifact& artifact, const Policy& policy) {
    const std::filesystem::path path = bundle_path_for(file, options.bundle);
    auto verified = verify_with_bundle_file(path, artifact, policy);
    if (!verified && verified.error().fault() == Fault::Missing && options.bundle.empty()) {
        return std::move(verified).error().with_hint("name the bundle with --bundle");
    }
    return verified;
}

// Tells programs as well what stands against it; people hear it from run_program.
Error refuse(const Options& options, const VerdictSubject& subject, Error error, Streams streams) {
    if (options.json) streams.out << to_pretty_json(to_json(subject, error));
    return error;
}

Result<void> conclude(const Options& options, const VerdictSubject& subject,
                      Result<Verified> verified, const Policy& policy, Transport& transport,
                      Streams streams) {
    Result<void> held = verified ? observe_logs(verified->checkpoints, policy.root, options.log,
                                                transport, streams.err)
                                 : Result<void>(verified.error());
    if (!held) {
        return refuse(options, subject, std::move(held).error(), streams).context(subject.name);
    }
    streams.out << (options.json ? to_pretty_json(to_json(subject, *verified))
                                 : to_text(subject, *verified));
    return {};
}

Result<void> run_image(ImageTarget image, const Options& options, HttpClient& http,
                       Streams streams) {
    BOLTSEAL_TRY(const Policy policy, load_image_policy(options.trust));
    auto manifest = image.store->resolve(image.selector);
    if (!manifest) {
        return refuse(options, {"image", options.target}, std::move(manifest).error(), streams);
    }
    const BlobDigest& digest = manifest->descriptor.digest;
    return conclude(options, {"image", pinned_name(image, digest), digest},
                    verify_image(*image.store, digest, policy, now()), policy, http, streams);
}

// All that the image has to show, judged by a policy file.
Result<void> run_policy(ImageTarget image, const Options& options, HttpClient& http,
                        Streams streams) {
    BOLTSEAL_CHECK(check_policy_alone(options.trust));
    auto manifest = image.store->resolve(image.selector);
    if (!manifest) {
        return refuse(options, {"image", options.target}, std::move(manifest).error(), streams);
    }
    const BlobDigest& digest = manifest->descriptor.digest;
    const std::string name = pinned_name(image, digest);
    const auto decided = decide_image(image, *manifest, options.policy, options.platform,
                                      options.log, http, streams.err);
    if (!decided) return refuse(options, {"image", name, digest}, decided.error(), streams);
    streams.out << (options.json ? to_pretty_json(to_json(*decided, name, digest))
                                 : to_text(*decided, name));
    auto held = conclude(decided->decision);
    if (held) return {};
    return std::move(held).error().context(name);
}

Result<void> run_file(const FileTarget& file, const Options& options, HttpClient& http,
                      Streams streams) {
    BOLTSEAL_TRY(const Policy policy, load_file_policy(options.trust));
    auto loaded = load_artifact(file.path.string());
    if (!loaded) {
        return refuse(options, {"file", file.path.string()}, std::move(loaded).error(), streams);
    }
    return conclude(options, {"file", file.path.string(), loaded->artifact.digest},
                    verify_file(file.path, options, loaded->artifact, policy), policy, http,
                    streams);
}

Result<void> run(const Options& options, Streams streams) {
    HttpClient http;
    BOLTSEAL_TRY(Target target, open_target(options.target, options.registry, http));
    const bool by_policy = !options.policy.file.empty();
    if (!by_policy && !(options.policy.repository + options.platform).empty()) {
        return Error(Fault::Config, "--repository and --platform are for --policy");
    }
    if (const auto* file = std::get_if<FileTarget>(&target)) {
        if (by_policy) return Error(Fault::Config, "--policy is for images, and this is a file");
        return run_file(*file, options, http, streams);
    }
    if (!options.bundle.empty()) {
        return Error(Fault::Config, "--bundle is for files: an image's signature is beside it");
    }
    if (by_policy) {
        return run_policy(std::get<ImageTarget>(std::move(target)), options, http, streams);
    }
    return run_image(std::get<ImageTarget>(std::move(target)), options, http, streams);
}

}  // namespace

Action add_verify(CLI::App& app) {
    auto options = std::make_shared<Options>();  // CLI11 keeps pointers into it until parse
    auto* cmd = app.add_subcommand("verify", "Verify the signature of an image or a file");
    add_trust_options(*cmd, options->trust, AcceptsType::Yes);
    add_log_options(*cmd, options->log, LogUse::Follow);
    add_policy_options(*cmd, options->policy);
    cmd->add_option("--platform", options->platform,
                    "With --policy: the platform of an index that will run")
        ->type_name("OS/ARCH");
    add_registry_flags(*cmd, options->registry);
    cmd->add_option("--bundle", options->bundle,
                    "For a file: its bundle (default: FILE.sigstore.json)")
        ->type_name("FILE");
    cmd->add_flag("--json", options->json, "Print the verdict as JSON");
    cmd->add_option("target", options->target, "Image reference, OCI layout or file")->required();
    cmd->footer("Exit status: 0 verified; 1 refused; 2 usage; 3 undetermined; 4 integrity.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
