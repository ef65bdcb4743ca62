#include "verify/bundle_signer.h"

#include "verify/sct.h"

#include <algorithm>
#include <set>

namespace boltseal {

namespace {

Error refused_signer(const std::string& why) {
    return Error(Fault::Untrusted, why);
}

std::string name_of(const CertificateIdentity& identity) {
    std::string names;
    for (const SubjectName& name : identity.names) {
        names += (names.empty() ? "" : ", ") + printable(name.value, kInFull);
    }
    return names.empty() ? "nobody" : names;
}

class CertificateSigner {
public:
    CertificateSigner(const Policy& policy, Trace& trace) : policy_(policy), trace_(trace) {}

    Result<void> check(const Certificate& leaf, Verified& verified) {
        trace_.failed = "time";
        if (verified.times.empty()) {
            return refused_signer("nothing proves when the certificate was used")
                .comparing("a time within the certificate's, " + to_string(leaf.validity()),
                           "no log or time-stamping authority that is trusted gives one")
                .with_hint(
                    "a certificate is valid for minutes, and a log of Rekor v2 gives no time: have "
                    "it signed again, with a time-stamping authority that you trust");
        }
        std::vector<Timestamp> times;
        for (const ProvedTime& time : verified.times) times.push_back(time.time);
        BOLTSEAL_CHECK(check_chains(leaf, times));
        trace_.failed = "identity";
        auto identity = read_identity(leaf);
        if (!identity) return std::move(identity).error().as(Fault::Untrusted);
        BOLTSEAL_CHECK(check_identity(*identity));
        verified.identity = *std::move(identity);
        return {};
    }

private:
    // One authority must vouch for the certificate at all times, and the certificate must have been
    // promised to as many certificate transparency logs as are asked for.
    Result<void> check_chains(const Certificate& leaf, const std::vector<Timestamp>& times) {
        trace_.failed = "certificate";
        std::optional<Error> closest;
        bool issued = false;  // by the authority that it is about, which says more than the others
        std::string failed;
        for (const CertificateAuthority* authority : in_order_of_promise(times)) {
            auto path = check_chain(leaf, *authority, times, CertificateUse::CodeSigning);
            auto held = path ? check_transparency(leaf, *path, *authority)
                             : Result<void>(std::move(path).error());
            if (held) return held;
            const bool issued_it = path || !held.error().expected().empty();
            if (closest && (issued || !issued_it)) continue;
            issued = issued_it;
            failed = path ? "certificate-log" : "certificate";
            closest.emplace(std::move(held).error());
        }
        if (closest) {
            trace_.failed = failed;
            return explain(*std::move(closest)).as(Fault::Untrusted);
        }
        return refused_signer("no certificate authority is trusted")
            .with_hint("name the authorities with --trusted-root");
    }

    // Those first that are trusted at all the times: the others can only say why they refuse, and
    // that takes reading their certificates.
    std::vector<const CertificateAuthority*> in_order_of_promise(
        const std::vector<Timestamp>& times) const {
        std::vector<const CertificateAuthority*> authorities;
        for (const auto& one : policy_.root.certificate_authorities) authorities.push_back(&one);
        const auto promises = [&](const CertificateAuthority* one) {
            return std::ranges::all_of(
                times, [&](Timestamp time) { return one->valid_for.contains(time); });
        };
        std::stable_partition(authorities.begin(), authorities.end(), promises);
        return authorities;
    }

    static Error explain(Error error) {
        if (!error.hint().empty()) return error;
        return std::move(error).with_hint(
            "if you trust whoever issued the certificate, name their newest trusted root with "
            "--trusted-root; if not, do not use what it signs");
    }

    Result<void> check_transparency(const Certificate& leaf, const std::vector<Certificate>& path,
                                    const CertificateAuthority& authority) {
        const Certificate& issuer = path.at(std::min<std::size_t>(1, path.size() - 1));
        auto logs = check_scts(leaf, issuer, policy_.root.ct_logs);
        if (!logs) return std::move(logs).error().as(Fault::Untrusted);
        std::set<std::string> counted;
        for (const CtLog* log : *logs) {
            counted.insert(log->operator_name.empty() ? log->url : log->operator_name);
        }
        if (counted.size() < policy_.sct_threshold) {
            return refused_signer("certificate is in " + std::to_string(counted.size()) +
                                  " known certificate transparency log(s), expected " +
                                  std::to_string(policy_.sct_threshold))
                .comparing("promises of " + std::to_string(policy_.sct_threshold) + " known log(s)",
                           std::to_string(counted.size()))
                .with_hint(
                    "certificates of an authority of your own may be in no such log: waive it with "
                    "--insecure-ignore-sct for them only; for others get a newer trusted root");
        }
        trace_.prove("certificate", "issued by '" + authority.uri + "', valid when it was used");
        if (!counted.empty()) {
            trace_.prove("certificate-log", "promised to " + std::to_string(counted.size()) +
                                                " certificate transparency log(s)");
        }
        return {};
    }

    Result<void> check_identity(const CertificateIdentity& identity) {
        for (const TrustedIdentity& wanted : policy_.identities) {
            if (!is_identity(identity, wanted)) continue;
            trace_.prove("identity", "is " + name_of(identity) + ", says issuer " +
                                         printable(identity.issuer, kInFull));
            return {};
        }
        constexpr const char* kOther =
            "somebody else signed it: if that is the signer you mean, ask for it with "
            "--certificate-identity and --certificate-oidc-issuer; if not, do not use it";
        const std::string found =
            name_of(identity) + ", issuer " + printable(identity.issuer, kInFull);
        if (policy_.identities.size() > 1) {
            return refused_signer("certificate is for " + found + ", which is none of the " +
                                  std::to_string(policy_.identities.size()) + " that may sign")
                .comparing("one of the identities of the policy", found)
                .with_hint(kOther);
        }
        const TrustedIdentity& only = policy_.identities.front();
        const std::string expected = printable(only.name.text(), kInFull) + ", issuer " +
                                     printable(only.issuer.text(), kInFull);
        return refused_signer("certificate is for " + found + ", expected " + expected)
            .comparing(expected, found)
            .with_hint(kOther);
    }

    const Policy& policy_;
    Trace& trace_;
};

}  // namespace

bool is_identity(const CertificateIdentity& identity, const TrustedIdentity& wanted) {
    const auto named = [&](const SubjectName& name) { return wanted.name.matches(name.value); };
    if (!std::ranges::any_of(identity.names, named)) return false;
    if (!wanted.issuer.matches(identity.issuer)) return false;
    return std::ranges::all_of(wanted.extensions, [&](const auto& extension) {
        const auto found = identity.extensions.find(extension.first);
        return found != identity.extensions.end() && found->second == extension.second;
    });
}

Result<void> check_certificate_signer(const Certificate& leaf, const Policy& policy,
                                      Verified& verified, Trace& trace) {
    return CertificateSigner(policy, trace).check(leaf, verified);
}

Result<void> check_key_signer(const TrustedKey& key, const Verified& verified, Trace& trace) {
    trace.failed = "key-window";
    const TimeRange range = key.valid_for;
    if (range == TimeRange{}) return {};
    if (verified.times.empty()) {
        return refused_signer("the key is valid " + to_string(range) +
                              ", and nothing proves when it signed")
            .with_hint("sign with a time-stamping authority, or lift the key's window");
    }
    for (const ProvedTime& time : verified.times) {
        if (range.contains(time.time)) continue;
        return refused_signer("the key signed at " + to_rfc3339(time.time) + ", it is valid " +
                              to_string(range))
            .comparing("a time " + to_string(range), to_rfc3339(time.time))
            .with_hint("a key that has ended signs nothing: have it signed again, with a new key");
    }
    trace.prove("key-window", "the key is valid " + to_string(range));
    return {};
}

}  // namespace boltseal
