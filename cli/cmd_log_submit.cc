#include "cli/artifact.h"
#include "cli/bundle_entry.h"
#include "cli/log_access.h"
#include "cli/log_client_commands.h"
#include "cli/trust_options.h"
#include "core/encoding.h"
#include "core/file.h"
#include "transparency/log_request.h"

#include <memory>
#include <ostream>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kAtOnce = 512;                        // entries in one request
constexpr std::size_t kBytesAtOnce = std::size_t{1} << 20;  // of bodies: requests are larger

struct LogSubmitArguments {
    LogAccess access;
    std::vector<fs::path> keys;
    std::vector<fs::path> files;
    fs::path out;
    bool raw = false;
    bool json = false;
};

// What is sent together, from files[first] on.
struct Part {
    std::size_t first = 0;
    std::vector<HashedRekord> entries;  // empty with --raw
    std::vector<Buffer> bodies;
};

struct Submitted {
    fs::path file;
    TreeHash leaf;
    Place place;
    TlogProof proof;
};

class Submission {
public:
    Submission(const LogSubmitArguments& options, OpenLog& log) : options_(options), log_(log) {}

    Result<std::vector<Submitted>> run() {
        BOLTSEAL_TRY(keys_, load_public_keys(options_.keys));
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < options_.files.size(); ++i) {
            auto added = add(options_.files[i]);
            if (!added) return named(std::move(added).error(), i);
            bytes += part_.bodies.back().size();
            const bool is_last = i + 1 == options_.files.size();
            if (!is_last && part_.bodies.size() < kAtOnce && bytes < kBytesAtOnce) continue;
            BOLTSEAL_CHECK(send());
            part_ = Part{i + 1, {}, {}};
            bytes = 0;
        }
        return std::move(done_);
    }

private:
    Error named(Error error, std::size_t file) const {
        return std::move(error).context("'" + options_.files[file].string() + "'");
    }

    Result<void> add(const fs::path& path) {
        if (options_.raw) {
            BOLTSEAL_TRY(Buffer body, read_file(path, kMaxEntrySize));
            part_.bodies.push_back(std::move(body));
            return {};
        }
        BOLTSEAL_TRY(const Buffer file, load_bundle(path));
        BOLTSEAL_TRY(const SigstoreBundle bundle, parse_bundle(file));
        BOLTSEAL_TRY(HashedRekord entry, entry_of(bundle, keys_));
        BOLTSEAL_TRY(Buffer body, encode_entry(entry));
        part_.entries.push_back(std::move(entry));
        part_.bodies.push_back(std::move(body));
        return {};
    }

    Result<void> send() {
        auto batch = options_.raw ? log_.client.submit_raw(part_.bodies)
                                  : log_.client.submit_batch(part_.entries);
        if (!batch && batch.error().fault() == Fault::Missing && !options_.raw)
            return send_singly();
        if (!batch) return std::move(batch).error();
        BOLTSEAL_CHECK(log_.check_cosigned(batch->checkpoint));
        log_.head = batch->checkpoint;
        for (std::size_t i = 0; i < part_.bodies.size(); ++i) {
            keep(i, batch->places[i], {{}, std::move(batch->proofs[i]), batch->checkpoint.note()});
        }
        return {};
    }

    // Rekor takes one entry at a time, and does not say whether it had it before.
    Result<void> send_singly() {
        for (std::size_t i = 0; i < part_.entries.size(); ++i) {
            auto entry = log_.client.submit(part_.entries[i]);
            if (!entry) return named(std::move(entry).error(), part_.first + i);
            BOLTSEAL_TRY(log_.head,
                         check_checkpoint(as_bytes(entry->checkpoint), log_.client.key()));
            BOLTSEAL_CHECK(log_.check_cosigned(log_.head));
            keep(i, {entry->proof.index, true}, {{}, std::move(entry->proof), entry->checkpoint});
        }
        return {};
    }

    void keep(std::size_t i, const Place& place, TlogProof proof) {
        done_.push_back(
            {options_.files[part_.first + i], hash_leaf(part_.bodies[i]), place, std::move(proof)});
    }

    const LogSubmitArguments& options_;
    OpenLog& log_;
    std::vector<PublicKey> keys_;
    Part part_;
    std::vector<Submitted> done_;
};

// One entry's proof goes to the file; those of several into the folder, by the names of their
// files.
Result<fs::path> proof_path(const LogSubmitArguments& options, const fs::path& file) {
    if (options.out.empty()) return fs::path();
    std::error_code error;
    if (fs::is_directory(options.out, error)) {
        return options.out / (file.filename().string() + ".tlog-proof");
    }
    if (options.files.size() == 1) return options.out;
    return Error(Fault::Config, "'" + options.out.string() + "' is no folder for several proofs");
}

Json to_json(const OpenLog& log, const std::vector<Submitted>& done) {
    Json::Array entries;
    for (const Submitted& one : done) {
        entries.push_back(Json::object({{"file", one.file.string()},
                                        {"index", one.place.index},
                                        {"leafHash", to_hex(one.leaf.bytes())},
                                        {"new", one.place.is_new}}));
    }
    return Json::object({{"schema", "https://boltseal.dev/schema/log-submit/v1"},
                         {"log", log_json(log.head)},
                         {"entries", std::move(entries)}});
}

Result<void> run(const LogSubmitArguments& options, Streams streams) {
    BOLTSEAL_CHECK(proof_path(options, options.files.front()));  // before anything is sent
    HttpClient http;
    BOLTSEAL_TRY(OpenLog log, open_log(options.access, http));
    BOLTSEAL_TRY(const std::vector<Submitted> done, Submission(options, log).run());
    std::size_t known = 0;
    for (const Submitted& one : done) {
        if (!one.place.is_new) ++known;
        BOLTSEAL_TRY(const fs::path path, proof_path(options, one.file));
        if (!path.empty()) BOLTSEAL_CHECK(write_proof(path, one.proof, streams.out));
        if (options.json) continue;
        streams.out << one.place.index << "  " << to_hex(one.leaf.bytes()) << "  "
                    << one.file.string() << '\n';
    }
    if (options.json) streams.out << to_pretty_json(to_json(log, done));
    streams.err << done.size() << (done.size() == 1 ? " entry" : " entries") << " in log '"
                << log.name() << "', " << known << " of them from before\n";
    return {};
}

}  // namespace

Action add_log_submit(Command group) {
    auto options =
        std::make_shared<LogSubmitArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd = group.add_subcommand("submit", "Write signatures to a log");
    add_log_access_options(cmd, options->access);
    cmd.add_option("--key", options->keys,
                   "Public key (PEM) that signed a bundle, if that does not say; may be repeated")
        .envname("BOLTSEAL_PUBLIC_KEY")
        .allow_extra_args(false)
        .type_name("FILE");
    cmd.add_flag("--raw", options->raw,
                 "Write the bytes of the files as they are, to a log that takes such entries");
    cmd.add_option("-o,--out", options->out,
                   "Write the proof (C2SP tlog-proof) to this file; of several, into this folder")
        .type_name("PATH");
    cmd.add_option("file", options->files, "Sigstore bundles, or with --raw any files").required();
    cmd.add_flag("--json", options->json, "Print JSON");
    cmd.footer(
        "What is in the log already keeps its place. Exit status: 0 all are in the log, and "
        "proved; 1 refused; 2 usage; 3 undetermined.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
