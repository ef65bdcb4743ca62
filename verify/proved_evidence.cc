#include "verify/proved_evidence.h"

#include "verify/bundle_signer.h"
#include "verify/evidence_rules.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxJudged = 64;

// What the bundle says it is about: nothing of it is proved yet.
std::string claimed_type(Bytes bundle) {
    const auto parsed = parse_bundle(bundle);
    if (!parsed) return "";
    const auto* envelope = std::get_if<Envelope>(&parsed->content);
    if (!envelope) return "";
    const auto statement = parse_statement(envelope->payload);
    return statement ? statement->predicate_type : "";
}

bool asks_for(const ImagePolicy& policy, const std::string& type) {
    if (policy.signature && type == kSignPredicateType) return true;
    if (policy.exceptions && type == kExceptionType) return true;
    return std::ranges::find(policy.attestations, type, &AttestationRule::predicate_type) !=
           policy.attestations.end();
}

bool fits(const TrustedSigner& signer, const Verified& verified) {
    if (const auto* key = std::get_if<TrustedKey>(&signer.who)) {
        return !verified.identity && key->key == verified.key;
    }
    return verified.identity &&
           is_identity(*verified.identity, std::get<TrustedIdentity>(signer.who));
}

// Keys of certificates are used once: who they are for is who has signed.
std::string who_signed(const Verified& verified) {
    if (!verified.identity) return key_hint(verified.key);
    std::string who = verified.identity->issuer;
    for (const SubjectName& name : verified.identity->names) {
        who += "\n" + std::string(to_string(name.kind)) + "\n" + name.value;
    }
    return who;
}

std::optional<Timestamp> earliest(const std::vector<ProvedTime>& times) {
    const auto first = std::ranges::min_element(times, {}, &ProvedTime::time);
    return first == times.end() ? std::nullopt : std::optional(first->time);
}

Result<ProvedBundle> prove(const ImagePolicy& policy, Bytes bundle, const BlobDigest& manifest,
                           Timestamp now) {
    BOLTSEAL_TRY(Verified verified,
                 verify_bundle(bundle, {manifest, std::nullopt}, policy.evidence, now));
    if (!verified.statement) return Error(Fault::Untrusted, "holds no statement");
    BOLTSEAL_CHECK(policy.algorithms.check(verified.key));
    const auto proved_time = earliest(verified.times);
    ProvedBundle proved{digest_of(bundle), std::move(verified), {}, {}, proved_time};
    for (const TrustedSigner& signer : policy.signers) {
        if (fits(signer, proved.verified)) proved.signers.push_back(signer.name);
    }
    proved.who = who_signed(proved.verified);
    return proved;
}

// Kuhn's algorithm: who signed on one side, the names of the rule on the other.
class Matching {
public:
    Matching(const SignerRule& rule, const std::vector<const ProvedBundle*>& bundles)
        : names_(rule.signers) {
        for (const ProvedBundle* bundle : bundles) {
            for (const std::string& name : bundle->signers) fitting_[bundle->who].insert(name);
        }
    }

    std::size_t size() {
        std::size_t count = 0;
        for (const auto& [who, fitting] : fitting_) {
            std::set<std::string> tried;
            if (assign(who, tried)) ++count;
        }
        return count;
    }

private:
    bool assign(const std::string& who, std::set<std::string>& tried) {
        for (const std::string& name : names_) {
            if (!fitting_[who].contains(name) || !tried.insert(name).second) continue;
            const auto taken = taken_by_.find(name);
            if (taken == taken_by_.end() || assign(taken->second, tried)) {
                taken_by_[name] = who;
                return true;
            }
        }
        return false;
    }

    const std::vector<std::string>& names_;
    std::map<std::string, std::set<std::string>> fitting_;
    std::map<std::string, std::string> taken_by_;
};

}  // namespace

ProvedEvidence prove_evidence(const ImagePolicy& policy, const ManifestEvidence& found,
                              Timestamp now) {
    ProvedEvidence evidence{found.digest, found.platform, {}, {}, found.incomplete};
    std::set<BlobDigest> seen;  // a copy says nothing new
    for (const Buffer& bundle : found.bundles) {
        const BlobDigest digest = digest_of(bundle);
        if (!seen.insert(digest).second) continue;
        if (seen.size() > kMaxJudged) {
            evidence.incomplete = "more than 64 bundles are attached";
            break;
        }
        const std::string type = claimed_type(bundle);
        if (type.empty()) {
            evidence.refused.push_back({digest, "", "holds no statement that can be read"});
            continue;
        }
        if (!asks_for(policy, type)) {
            evidence.refused.push_back({digest, type, "no rule asks for it"});
            continue;
        }
        auto proved = prove(policy, bundle, found.digest, now);
        if (proved) {
            evidence.proved.push_back(*std::move(proved));
        } else {
            evidence.refused.push_back({digest, type, proved.error().message()});
        }
    }
    return evidence;
}

std::vector<ProvedBundle> prove_type(const ImagePolicy& policy, const ManifestEvidence& found,
                                     std::string_view type, Timestamp now) {
    std::vector<ProvedBundle> out;
    std::size_t judged = 0;
    for (const Buffer& bundle : found.bundles) {
        if (++judged > kMaxJudged) break;
        if (claimed_type(bundle) != type) continue;
        auto proved = prove(policy, bundle, found.digest, now);
        if (proved && proved->predicate_type() == type) out.push_back(*std::move(proved));
    }
    return out;
}

std::size_t count_signers(const SignerRule& rule, const std::vector<const ProvedBundle*>& bundles) {
    return Matching(rule, bundles).size();
}

bool is_by(const ProvedBundle& bundle, const SignerRule& rule) {
    return std::ranges::any_of(bundle.signers, [&](const std::string& name) {
        return std::ranges::find(rule.signers, name) != rule.signers.end();
    });
}

}  // namespace boltseal
