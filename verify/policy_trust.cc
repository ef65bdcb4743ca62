#include "verify/policy_trust.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxKeyFile = std::size_t{64} << 10;
constexpr std::size_t kMaxRootFile = std::size_t{4} << 20;

// What Fulcio writes into certificates besides name and issuer, oid-info.md.
constexpr std::string_view kExtensionNames[] = {"build-config-digest",
                                                "build-config-uri",
                                                "build-signer-digest",
                                                "build-signer-uri",
                                                "build-trigger",
                                                "run-invocation-uri",
                                                "runner-environment",
                                                "source-repository-digest",
                                                "source-repository-identifier",
                                                "source-repository-owner-identifier",
                                                "source-repository-owner-uri",
                                                "source-repository-ref",
                                                "source-repository-uri",
                                                "source-repository-visibility-at-signing"};

class TrustReader {
public:
    TrustReader(PolicyNode& node, PolicyReading& reading)
        : table_(node, "[trust]", reading), reading_(reading) {}

    Trust read() {
        trust_.root = read_root(table_);
        for (const auto& [name, node] : table_.named_tables("keys")) read_key(name, *node);
        for (const auto& [name, node] : table_.named_tables("identities")) {
            read_identity(name, *node);
        }
        for (const auto& [name, node] : table_.named_tables("logs")) read_log(name, *node);
        if (PolicyNode* node = table_.table("witnesses")) read_witnesses(*node);
        return std::move(trust_);
    }

private:
    // Everybody is called by one name, and no name stands for two.
    void add(PolicyTable& table, TrustedSigner signer) {
        if (!is_policy_name(signer.name)) {
            table.problem(printable(signer.name) +
                          " is no name: lower-case letters, digits and '-' make one");
        }
        if (trust_.find(signer.name)) {
            table.problem("'" + signer.name + "' is a key and an identity");
        }
        trust_.signers.push_back(std::move(signer));
    }

    void read_key(const std::string& name, PolicyNode& node) {
        PolicyTable table(node, "[trust.keys]", reading_);
        TimeRange range;
        if (table.has("from")) range.start = table.time("from");
        if (table.has("until")) range.end = table.time("until");
        if (range.start && range.end && *range.end < *range.start) {
            table.problem_at("until", "'until' is before 'from'");
        }
        const auto pem = table.file("file", kMaxKeyFile);
        if (!pem) return;
        auto key = parse_public_key_pem(*pem);
        if (!key) {
            table.problem_at("file", "'file': " + key.error().message());
            return;
        }
        for (const TrustedSigner& other : trust_.signers) {
            const auto* known = std::get_if<TrustedKey>(&other.who);
            if (known && known->key == *key) {
                table.problem("'" + name + "' is the same key as '" + other.name + "'");
            }
        }
        add(table, {name, TrustedKey(*std::move(key), range)});
    }

    void read_identity(const std::string& name, PolicyNode& node) {
        PolicyTable table(node, "[trust.identities]", reading_);
        TrustedIdentity identity{table.pattern("name"), table.pattern("issuer"), {}};
        if (PolicyNode* extensions = table.table("extensions")) {
            PolicyTable members(*extensions, "'extensions'", reading_);
            for (const std::string_view extension : kExtensionNames) {
                if (!members.has(extension)) continue;
                identity.extensions[std::string(extension)] = members.text(extension);
            }
        }
        if (trust_.root.certificate_authorities.empty()) {
            table.problem("'" + name +
                          "' signs with certificates, and no 'trusted_root' names an " +
                          "authority for them");
        }
        if (trust_.root.ct_logs.empty()) {
            table.problem("'" + name + "' signs with certificates, and no 'trusted_root' names a " +
                          "certificate transparency log for them");
        }
        add(table, {name, std::move(identity)});
    }

    // One line, as a file that holds a vkey has it.
    static Result<NoteKey> parse_key_file(Bytes bytes) {
        std::string_view line = as_text(bytes);
        if (line.ends_with('\n')) line.remove_suffix(1);
        return parse_vkey(line);
    }

    void read_witnesses(PolicyNode& node) {
        PolicyTable table(node, "[trust.witnesses]", reading_);
        const std::size_t before = reading_.problems.size();
        const std::string_view member = table.has("file") ? "file" : "keys";
        auto witnesses = table.has("file") ? read_witness_file(table) : read_witness_keys(table);
        if (!witnesses) {
            table.problem_at(member,
                             "'" + std::string(member) + "': " + witnesses.error().message());
        } else if (witnesses->asks_for_none() && reading_.problems.size() == before) {
            table.problem_at(member, "'" + std::string(member) + "' asks for no witness");
        } else {
            trust_.witnesses = *std::move(witnesses);
        }
    }

    static Result<WitnessPolicy> read_witness_file(PolicyTable& table) {
        const auto bytes = table.file("file", kMaxKeyFile);
        return bytes ? parse_witness_policy(*bytes) : WitnessPolicy();
    }

    static Result<WitnessPolicy> read_witness_keys(PolicyTable& table) {
        const auto files = table.files("keys", kMaxKeyFile);
        const auto threshold = table.number("threshold", 1, std::max<std::size_t>(1, files.size()));
        if (files.empty()) return WitnessPolicy();
        std::vector<NoteKey> keys;
        for (const Buffer& bytes : files) {
            BOLTSEAL_TRY(NoteKey key, parse_key_file(bytes));
            keys.push_back(std::move(key));
        }
        return witness_quorum(threshold, keys);
    }

    void read_log(const std::string& name, PolicyNode& node) {
        PolicyTable table(node, "[trust.logs]", reading_);
        const auto bytes = table.file("file", kMaxKeyFile);
        if (!bytes) return;
        auto key = parse_key_file(*bytes);
        if (!key) {
            table.problem_at("file", "'file': " + key.error().message());
            return;
        }
        if (key->type == NoteSignatureType::Ed25519Cosignature) {
            table.problem_at("file", "'file' is the key of a witness, not of a log");
        }
        const TrustedLog log(*std::move(key));
        for (const TrustedLog& other : trust_.root.logs) {
            if (other.id == log.id || other.key.key == log.key.key) {
                table.problem("'" + name + "' has the key of log '" + other.key.name +
                              "', which is trusted already");
            }
        }
        trust_.root.logs.push_back(log);
    }

    PolicyTable table_;
    PolicyReading& reading_;
    Trust trust_;
};

}  // namespace

const TrustedSigner* Trust::find(std::string_view name) const {
    for (const TrustedSigner& signer : signers) {
        if (signer.name == name) return &signer;
    }
    return nullptr;
}

TrustedRoot read_root(PolicyTable& table) {
    if (!table.has("trusted_root")) return {};
    const auto bytes = table.file("trusted_root", kMaxRootFile);
    if (!bytes) return {};
    auto root = parse_trusted_root(*bytes);
    const auto checked = root ? check_trusted_root(*root) : Result<void>(root.error());
    if (checked) return *std::move(root);
    table.problem_at("trusted_root", "'trusted_root': " + checked.error().message());
    return {};
}

Trust read_trust(PolicyNode& node, PolicyReading& reading) {
    return TrustReader(node, reading).read();
}

bool is_policy_name(std::string_view text) {
    const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return !text.empty() && text.size() <= 64 && is_plain(text.front()) && is_plain(text.back()) &&
           std::ranges::all_of(text, [&](char c) { return is_plain(c) || c == '-'; });
}

}  // namespace boltseal
