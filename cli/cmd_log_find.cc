#include "cli/log_access.h"
#include "cli/log_client_commands.h"
#include "cli/log_entry_text.h"
#include "cli/trust_options.h"
#include "core/encoding.h"

#include <algorithm>
#include <memory>
#include <ostream>

namespace boltseal {

namespace {

struct LogFindArguments {
    LogAccess access;
    std::string digest;
    std::string subject;
    std::string key;
    std::string identity;
    bool json = false;
};

// A file with a public key, or the SHA-256 of one in hex.
Result<Lookup> key_lookup(const std::string& key) {
    const auto hex = parse_hex(key);
    if (hex && hex->size() == KeyHash::kSize) {
        BOLTSEAL_TRY(const KeyHash hash, KeyHash::from(*hex));
        return by_key(hash);
    }
    BOLTSEAL_TRY(const PublicKey loaded, load_public_key(key));
    return by_key(key_hash(loaded));
}

Result<BlobDigest> parse_option(const char* name, const std::string& text) {
    auto digest = parse_digest(text);
    if (!digest) return std::move(digest).error().context(name).as(Fault::Config);
    return digest;
}

Result<Lookup> read_lookup(const LogFindArguments& options) {
    const auto given = {options.digest.empty(), options.subject.empty(), options.key.empty(),
                        options.identity.empty()};
    if (std::ranges::count(given, false) != 1) {
        return Error(Fault::Config,
                     "give one of --digest, --subject, --key and --identity to look for");
    }
    if (!options.key.empty()) return key_lookup(options.key);
    if (!options.identity.empty()) return by_identity(options.identity);
    if (!options.subject.empty()) {
        BOLTSEAL_TRY(const BlobDigest digest, parse_option("--subject", options.subject));
        return by_subject(digest);
    }
    BOLTSEAL_TRY(const BlobDigest digest, parse_option("--digest", options.digest));
    return by_digest(digest);
}

struct Found {
    Json::Array entries;
    std::string lines;
    std::uint64_t complete = 0;
    std::uint64_t count = 0;
};

// Page by page, each proved by itself. Complete is what the first of them says: what came later is
// in some of it and not in all.
Result<Found> find_all(OpenLog& log, const Lookup& lookup, bool json) {
    Found found;
    std::optional<std::uint64_t> next = 0;
    for (bool first = true; next; first = false) {
        const std::uint64_t from = *next;
        auto answer = log.client.find(lookup, from);
        if (!answer && answer.error().fault() == Fault::Missing) {
            return std::move(answer).error().with_hint(
                "look-ups need a log of boltseal's; others are searched with 'boltseal log tail'");
        }
        if (!answer) return std::move(answer).error();
        BOLTSEAL_TRY(log.head, check_checkpoint(as_bytes(answer->checkpoint), log.client.key()));
        // Or it could go on for ever.
        found.count += answer->entries.size();
        const bool leads_on = answer->next && (*answer->next <= from || answer->entries.empty());
        if (leads_on || found.count > log.head.head().size) {
            return Error(Fault::Untrusted, "answers of log '" + log.name() + "' do not end");
        }
        if (first) found.complete = answer->complete;
        for (const FoundEntry& one : answer->entries) {
            if (json) found.entries.push_back(entry_json(one.index, one.entry));
            if (!json) found.lines += entry_line(one.index, one.entry) + '\n';
        }
        next = answer->next;
    }
    BOLTSEAL_CHECK(log.check_cosigned(log.head));
    return found;
}

Result<void> run(const LogFindArguments& options, Streams streams) {
    BOLTSEAL_TRY(const Lookup lookup, read_lookup(options));
    HttpClient http;
    BOLTSEAL_TRY(OpenLog log, open_log(options.access, http));
    BOLTSEAL_TRY(Found found, find_all(log, lookup, options.json));
    if (options.json) {
        streams.out << to_pretty_json(
            Json::object({{"schema", "https://boltseal.dev/schema/log-find/v1"},
                          {"log", log_json(log.head)},
                          {"lookup", to_path(lookup)},
                          {"complete", found.complete},
                          {"entries", std::move(found.entries)}}));
        return {};
    }
    streams.out << found.lines;
    streams.err << found.count << (found.count == 1 ? " entry names " : " entries name ")
                << to_string(lookup) << ", complete for the first " << found.complete << " of "
                << log.head.head().size << " entries of log '" << log.name() << "'\n";
    return {};
}

}  // namespace

Action add_log_find(Command group) {
    auto options =
        std::make_shared<LogFindArguments>();  // CLI11 keeps pointers into it until parse
    auto cmd =
        group.add_subcommand("find", "Find entries that name a digest, a key or an identity");
    add_log_access_options(cmd, options->access);
    cmd.add_option("--digest", options->digest,
                   "Digest that was signed: of a file, or of an envelope's payload")
        .type_name("sha256:HEX");
    cmd.add_option("--subject", options->subject,
                   "Digest that a statement is about, as of an image, if the log was sent it")
        .type_name("sha256:HEX");
    cmd.add_option("--key", options->key, "Public key (PEM), or its SHA-256 in hex")
        .type_name("FILE|HEX");
    cmd.add_option("--identity", options->identity, "Email, URI or name in the certificate")
        .type_name("NAME");
    cmd.add_flag("--json", options->json, "Print JSON");
    cmd.footer(
        "What is found is proved; that nothing else is there, only the log says. Exit status: 0 "
        "all that came holds; 1 refused; 2 usage; 3 undetermined.");
    return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace boltseal
