#include "cli/chunk_evidence.h"
#include "cli/clock.h"
#include "cli/command.h"
#include "cli/evidence.h"
#include "cli/sign_options.h"
#include "cli/target.h"
#include "cli/trust_options.h"
#include "core/file.h"
#include "net/http_client.h"
#include "verify/predicate_types.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

struct AttestArguments {
    SignOptions sign;
    RegistryFlags registry;
    std::string target;
    std::filesystem::path predicate;
    std::string type;
    std::filesystem::path bundle;
    bool json = false;
};

Result<Json> load_predicate(const std::filesystem::path& path) {
    auto bytes = read_file(path, kPredicateLimits.max_bytes);
    if (!bytes) return std::move(bytes).error().as(Fault::Config);
    auto predicate = parse_json(*bytes, kPredicateLimits);
    if (!predicate) {
        return std::move(predicate)
            .error()
            .context("predicate '" + path.string() + "'")
            .as(Fault::Config);
    }
    return predicate;
}

void report(const AttestArguments& options, const std::string& what, const Statement& statement,
            Streams streams) {
    if (!options.json) {
        streams.out << what << '\n';
        return;
    }
    streams.out << to_pretty_json(Json::object({{"schema", "https://boltseal.dev/schema/attest/v1"},
                                                {"attested", what},
                                                {"predicateType", statement.predicate_type}}));
}

// What is stated about the chunks is made from the layers, not given.
bool is_chunk_list(const AttestArguments& options) {
    return options.predicate.empty();
}

Result<Json> make_chunks(ImageTarget& image, const ResolvedManifest& manifest) {
    if (is_index(manifest.descriptor.media_type)) {
        return Error(Fault::Config, "an image index has no layers to list the chunks of")
            .with_hint("name one of the images in it by its digest");
    }
    BOLTSEAL_TRY(const auto statement, chunk_statement(*image.store, manifest, 0));
    if (statement) return statement->predicate;
    return Error(Fault::Config, "the image has no layers to list the chunks of");
}

Result<void> check_predicate(const AttestArguments& options, const std::string& predicate_type) {
    const bool made = predicate_type == kChunkListType;
    if (made && !options.predicate.empty()) {
        return Error(Fault::Config, "a chunk list is made from the image: leave out --predicate");
    }
    if (made || !options.predicate.empty()) return {};
    return Error(Fault::Config, "--predicate is required")
        .with_hint("name the JSON file with what is stated; only a chunk list needs none");
}

Result<void> attest_image(ImageTarget image, Statement statement, const AttestArguments& options,
                          SigningSession& session, Streams streams) {
    BOLTSEAL_CHECK(check_attachable(image));
    BOLTSEAL_TRY(const ResolvedManifest manifest, image.store->resolve(image.selector));
    const BlobDigest& digest = manifest.descriptor.digest;
    if (is_chunk_list(options)) {
        BOLTSEAL_TRY(statement.predicate, make_chunks(image, manifest));
    }
    statement.subjects = {{image.where, {digest}}};
    BOLTSEAL_TRY(std::string bundle, session.sign(statement, digest));
    BOLTSEAL_CHECK(attach(*image.store, manifest.descriptor,
                          bundle_attachment(std::move(bundle), statement.predicate_type, now())));
    BOLTSEAL_CHECK(image.store->commit());
    report(options, pinned_name(image, digest), statement, streams);
    return {};
}

Result<void> attest_file(const FileTarget& file, Statement statement,
                         const AttestArguments& options, SigningSession& session, Streams streams) {
    if (options.bundle.empty()) {
        return Error(Fault::Config, "no place for the attestation of a file")
            .with_hint("name a file to write with --bundle");
    }
    BOLTSEAL_TRY(const HashedFile hashed, hash_file(file.path));
    statement.subjects = {{file.path.filename().string(), {hashed.digest}}};
    BOLTSEAL_TRY(const std::string bundle, session.sign(statement, hashed.digest));
    BOLTSEAL_CHECK(write_file(options.bundle, as_bytes(bundle)));
    report(options, options.bundle.string(), statement, streams);
    return {};
}

Result<void> run(const AttestArguments& options, Streams streams) {
    HttpClient http(http_options(options.registry));
    Statement statement;
    BOLTSEAL_TRY(statement.predicate_type, parse_predicate_type(options.type));
    BOLTSEAL_CHECK(check_predicate(options, statement.predicate_type));
    if (!is_chunk_list(options)) {
        BOLTSEAL_TRY(statement.predicate, load_predicate(options.predicate));
    }
    BOLTSEAL_TRY(Target target, open_target(options.target, options.registry, http));
    BOLTSEAL_TRY(SigningSession session, SigningSession::open(options.sign, http, streams.err));
    if (const auto* file = std::get_if<FileTarget>(&target)) {
        if (is_chunk_list(options)) return Error(Fault::Config, "a chunk list is of an image");
        return attest_file(*file, std::move(statement), options, session, streams);
    }
    if (!options.bundle.empty()) {
        return Error(Fault::Config, "--bundle is for files: an image's attestation goes beside it");
    }
    return attest_image(std::get<ImageTarget>(std::move(target)), std::move(statement), options,
                        session, streams);
}

}  // namespace

Action add_attest(Command app) {
    auto options = std::make_shared<AttestArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd = app.add_subcommand("attest", "Sign a statement, such as an SBOM, about an image");
    add_sign_options(cmd, options->sign);
    add_registry_flags(cmd, options->registry, RegistryUse::Write);
    cmd.add_option("--predicate", options->predicate, "JSON file with what is stated")
        .type_name("FILE");
    cmd.add_option("--type", options->type,
                   "What kind of statement: cyclonedx, spdxjson, slsaprovenance, slsaprovenance1, "
                   "openvex, vuln, custom, chunks, or a URI")
        .required()
        .type_name("TYPE");
    cmd.add_option("--bundle", options->bundle, "For a file: write the bundle here")
        .type_name("FILE");
    cmd.add_flag("--json", options->json, "Print JSON");
    cmd.add_option("target", options->target, "Image reference, OCI layout, archive or file")
        .required();
    cmd.footer("Exit status: 0 attested; 1 refused; 2 usage; 3 undetermined; 4 integrity.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
