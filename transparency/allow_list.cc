#include "transparency/allow_list.h"

#include "core/encoding.h"
#include "core/file.h"
#include "verify/identity.h"
#include "verify/policy_trust.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxList = std::size_t{1} << 20;
constexpr std::size_t kMaxKeyFile = std::size_t{64} << 10;

Error not_allowed(const std::string& who) {
    return Error(Fault::Untrusted, who + " may not write to this log");
}

std::string in_quotes(const std::string& name) {
    return "'" + name + "'";
}

}  // namespace

// Takes the tables of the list apart; problems are collected as those of a policy are.
class AllowListReader {
public:
    AllowListReader(PolicyNode& node, PolicyReading& reading)
        : table_(node, "the list", reading), reading_(reading) {}

    AllowList read() {
        list_.root_ = read_root(table_);
        for (const auto& [name, node] : table_.named_tables("keys")) read_key(name, *node);
        for (const auto& [name, node] : table_.named_tables("identities")) {
            read_identity(name, *node);
        }
        if (!table_.has("keys") && !table_.has("identities")) {
            reading_.problems.push_back({0, "allows nobody"});
        }
        return std::move(list_);
    }

private:
    void read_key(const std::string& name, PolicyNode& node) {
        PolicyTable table(node, "[keys]", reading_);
        if (table.has("file") == table.has("sha256")) {
            table.know("file");
            table.know("sha256");
            table.problem(in_quotes(name) + " needs one of 'file' and 'sha256'");
            return;
        }
        const auto hash = table.has("file") ? key_in_file(table) : key_by_hash(table);
        if (hash && !list_.keys_.insert(*hash).second) {
            table.problem(in_quotes(name) + " is allowed already");
        }
    }

    static std::optional<KeyHash> key_in_file(PolicyTable& table) {
        const auto pem = table.file("file", kMaxKeyFile);
        if (!pem) return std::nullopt;
        const auto key = parse_public_key_pem(*pem);
        if (key) return key_hash(*key);
        table.problem_at("file", "'file': " + key.error().message());
        return std::nullopt;
    }

    static std::optional<KeyHash> key_by_hash(PolicyTable& table) {
        const auto bytes = parse_hex(table.text("sha256"));
        const auto hash = bytes ? KeyHash::from(*bytes) : Result<KeyHash>(bytes.error());
        if (!hash) {
            table.problem_at("sha256", "'sha256' is not 64 lower-case hex digits");
            return std::nullopt;
        }
        return *hash;
    }

    void read_identity(const std::string& name, PolicyNode& node) {
        PolicyTable table(node, "[identities]", reading_);
        AllowList::Identity identity{table.pattern("name"), table.pattern("issuer")};
        if (list_.root_.certificate_authorities.empty()) {
            table.problem(in_quotes(name) +
                          " signs with certificates, and no 'trusted_root' names an authority for "
                          "them");
        }
        list_.identities_.push_back(std::move(identity));
    }

    PolicyTable table_;
    PolicyReading& reading_;
    AllowList list_;
};

Result<AllowList> AllowList::parse(Bytes text, const LoadPolicyFile& load) {
    auto tree = parse_toml(text);
    if (const auto* problem = std::get_if<PolicyProblem>(&tree)) {
        return Error(Fault::Config, to_string(*problem));
    }
    PolicyReading reading{load, {}, 0};
    AllowList list = AllowListReader(std::get<PolicyNode>(tree), reading).read();
    if (reading.problems.empty()) return list;
    const auto first = std::ranges::min_element(reading.problems, {}, &PolicyProblem::line);
    return Error(Fault::Config, to_string(*first));
}

Result<AllowList> AllowList::load(const std::filesystem::path& path) {
    const std::string doing = "list '" + path.string() + "'";
    const auto text = read_file(path, kMaxList);
    if (!text) return Error(text.error()).as(Fault::Config).context(doing);
    auto list = parse(*text, [&](const std::string& name, std::size_t limit) {
        return read_file(path.parent_path() / name, limit);
    });
    if (!list) return std::move(list).error().context(doing);
    return list;
}

Result<void> AllowList::check(const PublicKey& key, Bytes certificate, Timestamp now) const {
    const KeyHash hash = key_hash(key);
    if (keys_.contains(hash)) return {};
    if (certificate.empty() || identities_.empty())
        return not_allowed("key " + to_hex(hash.bytes()));
    return check_certificate(certificate, now);
}

Result<void> AllowList::check_certificate(Bytes der, Timestamp now) const {
    BOLTSEAL_TRY(const Certificate leaf, parse_certificate(der));
    const auto vouches = [&](const CertificateAuthority& authority) {
        return check_chain(leaf, authority, {now}, CertificateUse::CodeSigning).has_value();
    };
    if (std::ranges::none_of(root_.certificate_authorities, vouches)) {
        return Error(Fault::Untrusted,
                     "no authority that this log knows vouches now for the certificate");
    }
    BOLTSEAL_TRY(const CertificateIdentity who, read_identity(leaf));
    for (const Identity& allowed : identities_) {
        if (!allowed.issuer.matches(who.issuer)) continue;
        const auto named = [&](const SubjectName& name) {
            return allowed.name.matches(name.value);
        };
        if (std::ranges::any_of(who.names, named)) return {};
    }
    std::string names;
    for (const SubjectName& name : who.names) names += printable(name.value) + " ";
    return not_allowed(names + "of " + printable(who.issuer));
}

}  // namespace boltseal
