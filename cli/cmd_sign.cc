#include "cli/artifact.h"
#include "cli/chunk_evidence.h"
#include "cli/clock.h"
#include "cli/command.h"
#include "cli/evidence.h"
#include "cli/sign_options.h"
#include "cli/target.h"
#include "core/file.h"
#include "net/http_client.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

constexpr std::size_t kMaxFile = std::size_t{1} << 30;
constexpr std::uint64_t kLargeLayer = std::uint64_t{4} << 20;  // worth a chunk list

struct SignArguments {
    SignOptions sign;
    RegistryFlags registry;
    std::string target;
    std::filesystem::path bundle;
    std::string chunks = "large";
    bool only_index = false;
    bool statement = false;
    bool json = false;
};

// What is signed in one run: the manifest, and for an index every manifest in it.
Result<std::vector<Descriptor>> manifests_to_sign(ImageTarget& image, bool only_index) {
    BOLTSEAL_TRY(const ResolvedManifest root, image.store->resolve(image.selector));
    std::vector<Descriptor> found = {root.descriptor};
    if (!is_index(root.descriptor.media_type) || only_index) return found;
    BOLTSEAL_TRY(const Manifest index, parse_manifest(root.bytes, root.descriptor.media_type));
    for (const Descriptor& child : index.manifests) {
        // Read, so that nothing is signed that is not there or not what the index says.
        BOLTSEAL_TRY(const ResolvedManifest manifest, image.store->get_manifest(child.digest));
        found.push_back(manifest.descriptor);
    }
    return found;
}

Statement sign_statement_about(const BlobDigest& digest) {
    return {{{"", {digest}}}, std::string(kSignPredicateType), Json::object({})};
}

void report_image(const SignArguments& options, const ImageTarget& image,
                  const std::vector<Descriptor>& signed_manifests, Streams streams) {
    if (!options.json) {
        for (const Descriptor& manifest : signed_manifests) {
            streams.out << pinned_name(image, manifest.digest) << '\n';
        }
        return;
    }
    Json::Array names;
    for (const Descriptor& manifest : signed_manifests) {
        names.emplace_back(pinned_name(image, manifest.digest));
    }
    streams.out << to_pretty_json(Json::object(
        {{"schema", "https://boltseal.dev/schema/sign/v1"}, {"signed", std::move(names)}}));
}

struct ToAttach {
    Descriptor manifest;
    std::string bundle;
    std::string predicate_type;
};

// The chunk list of one manifest, if it is to have one.
Result<void> sign_chunks(ImageTarget& image, const Descriptor& manifest,
                         const SignArguments& options, SigningSession& session,
                         std::vector<ToAttach>& out) {
    if (options.chunks == "none" || is_index(manifest.media_type)) return {};
    BOLTSEAL_TRY(const ResolvedManifest resolved, image.store->get_manifest(manifest.digest));
    BOLTSEAL_TRY(const auto statement, chunk_statement(*image.store, resolved,
                                                       options.chunks == "all" ? 0 : kLargeLayer));
    if (!statement) return {};
    BOLTSEAL_TRY(std::string bundle, session.sign(*statement, manifest.digest));
    out.push_back({manifest, std::move(bundle), statement->predicate_type});
    return {};
}

// Everything is signed and verified before the first signature is stored.
Result<void> sign_image(ImageTarget image, const SignArguments& options, SigningSession& session,
                        Streams streams) {
    BOLTSEAL_CHECK(check_attachable(image));
    BOLTSEAL_TRY(const auto manifests, manifests_to_sign(image, options.only_index));
    streams.err << "signing " << pinned_name(image, manifests.front().digest) << '\n';
    std::vector<ToAttach> bundles;
    for (const Descriptor& manifest : manifests) {
        BOLTSEAL_TRY(std::string bundle,
                     session.sign(sign_statement_about(manifest.digest), manifest.digest));
        bundles.push_back({manifest, std::move(bundle), std::string(kSignPredicateType)});
        BOLTSEAL_CHECK(sign_chunks(image, manifest, options, session, bundles));
    }
    for (const ToAttach& one : bundles) {
        BOLTSEAL_CHECK(attach(*image.store, one.manifest,
                              bundle_attachment(one.bundle, one.predicate_type, now())));
    }
    BOLTSEAL_CHECK(image.store->commit());
    report_image(options, image, manifests, streams);
    return {};
}

// What a statement says is signed, whatever it is about: a verifier names one of its subjects.
Result<std::string> sign_statement_in(Bytes bytes, SigningSession& session) {
    auto statement = parse_statement(bytes);
    if (!statement) return std::move(statement).error().as(Fault::Config);
    for (const Subject& subject : statement->subjects) {
        if (!subject.digests.empty()) return session.sign(*statement, subject.digests.front());
    }
    return Error(Fault::Config, "statement: no subject has a digest of SHA-2");
}

Result<void> sign_file(const FileTarget& file, const SignArguments& options,
                       SigningSession& session, Streams streams) {
    const std::filesystem::path bundle_path = bundle_path_for(file.path, options.bundle);
    BOLTSEAL_TRY(const Buffer bytes, read_file(file.path, kMaxFile));
    BOLTSEAL_TRY(const std::string bundle,
                 options.statement ? sign_statement_in(bytes, session) : session.sign(bytes));
    BOLTSEAL_CHECK(write_file(bundle_path, as_bytes(bundle)));
    if (options.json) {
        streams.out << to_pretty_json(
            Json::object({{"schema", "https://boltseal.dev/schema/sign/v1"},
                          {"signed", Json::array({to_string(digest_of(bytes))})},
                          {"bundle", bundle_path.string()}}));
    } else {
        streams.out << bundle_path.string() << '\n';
    }
    return {};
}

Result<void> run(const SignArguments& options, Streams streams) {
    HttpClient http(http_options(options.registry));
    BOLTSEAL_TRY(Target target, open_target(options.target, options.registry, http));
    BOLTSEAL_TRY(SigningSession session, SigningSession::open(options.sign, http, streams.err));
    if (const auto* file = std::get_if<FileTarget>(&target)) {
        return sign_file(*file, options, session, streams);
    }
    if (!options.bundle.empty()) {
        return Error(Fault::Config, "--bundle is for files: an image's signature goes beside it");
    }
    if (options.statement) {
        return Error(Fault::Config, "--statement is for files: 'boltseal attest' states of images");
    }
    return sign_image(std::get<ImageTarget>(std::move(target)), options, session, streams);
}

}  // namespace

Action add_sign(Command app) {
    auto options = std::make_shared<SignArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd = app.add_subcommand("sign", "Sign an image, with all its platforms, or a file");
    add_sign_options(cmd, options->sign);
    add_registry_flags(cmd, options->registry, RegistryUse::Write);
    cmd.add_option("--bundle", options->bundle,
                   "For a file: write the bundle here (default: FILE.sigstore.json)")
        .type_name("FILE");
    cmd.add_flag("--statement", options->statement,
                 "For a file that is an in-toto statement: sign what it says, not the file");
    cmd.add_flag("--only-index", options->only_index,
                 "Sign an image index without the manifests in it");
    cmd.add_option("--chunks", options->chunks,
                   "Sign a list of the chunks of which layers, so that pulls can prove each on "
                   "arrival: large (over 4 MiB), all or none (default: large)")
        .one_of({"large", "all", "none"})
        .type_name("LAYERS");
    cmd.add_flag("--json", options->json, "Print JSON");
    cmd.add_option("target", options->target, "Image reference, OCI layout, archive or file")
        .required();
    cmd.footer("Exit status: 0 signed; 1 refused; 2 usage; 3 undetermined; 4 integrity.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
