#include "cli/capsule.h"

#include "cli/recorded.h"
#include "cli/trust_record.h"

namespace boltseal {

namespace {

constexpr std::string_view kSchema = "https://boltseal.dev/schema/capsule/v1";
constexpr JsonLimits kLimits = {.max_bytes = kMaxCapsule, .max_depth = 4, .max_values = 1000};
constexpr std::int64_t kSkew = 300;  // seconds that two clocks may differ

Error bad_capsule(const std::string& why) {
    return Error(Fault::Malformed, "capsule: " + why);
}

Error stale(const std::string& why) {
    return Error(Fault::Untrusted, "the capsule " + why);
}

Result<Timestamp> time_at(const Json& json, std::string_view name) {
    BOLTSEAL_TRY(const std::string* text, json.string_at(name));
    return parse_rfc3339(*text);
}

Result<Capsule> parse_members(const Json& json) {
    BOLTSEAL_CHECK(json.only({"schema", "tool", "image", "name", "tag", "created", "expires",
                              "verified", "trust", "policy"}));
    BOLTSEAL_TRY(const std::string* schema, json.string_at("schema"));
    if (*schema != kSchema) return bad_capsule("unknown schema " + printable(*schema));
    Capsule out;
    BOLTSEAL_TRY(out.tool, plain_at(json, "tool"));
    BOLTSEAL_TRY(const std::string* image, json.string_at("image"));
    BOLTSEAL_TRY(out.image, parse_digest(*image));
    BOLTSEAL_TRY(out.name, plain_at(json, "name"));
    BOLTSEAL_TRY(out.tag, plain_if(json, "tag"));
    BOLTSEAL_TRY(out.created, time_at(json, "created"));
    if (json.find("expires") != nullptr) {
        BOLTSEAL_TRY(out.expires, time_at(json, "expires"));
        if (*out.expires < out.created) return bad_capsule("it expires before it was made");
    }
    BOLTSEAL_TRY(out.verified, flag_if(json, "verified"));
    BOLTSEAL_TRY(const Json* trust, json.object_at("trust"));
    BOLTSEAL_TRY(out.trust, parse_trust(*trust));
    BOLTSEAL_TRY(out.policy_digest, plain_if(json, "policy"));
    return out;
}

bool same_texts(const std::vector<TrustFile>& a, const std::vector<TrustFile>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i].text != b[i].text) return false;
    }
    return true;
}

}  // namespace

std::string to_string(const Capsule& capsule) {
    Json json = Json::object({{"schema", kSchema},
                              {"tool", capsule.tool},
                              {"image", to_string(capsule.image)},
                              {"name", capsule.name},
                              {"created", to_rfc3339(capsule.created)},
                              {"trust", trust_json(capsule.trust)}});
    if (!capsule.tag.empty()) json.set("tag", capsule.tag);
    if (capsule.expires) json.set("expires", to_rfc3339(*capsule.expires));
    if (capsule.verified) json.set("verified", true);
    if (!capsule.policy_digest.empty()) json.set("policy", capsule.policy_digest);
    return to_json(json) + "\n";
}

Result<Capsule> parse_capsule(Bytes text) {
    BOLTSEAL_TRY(const Json json, parse_json(text, kLimits));
    auto capsule = parse_members(json);
    if (!capsule && capsule.error().message().starts_with("capsule: ")) return capsule;
    if (!capsule) return std::move(capsule).error().context("capsule").as(Fault::Malformed);
    if (to_string(*capsule) == as_text(text)) return capsule;
    return bad_capsule("it is not in the one form that it is written in");
}

Result<void> check_freshness(const Capsule& capsule, const Freshness& freshness) {
    const std::int64_t now = freshness.now.seconds;
    const std::int64_t created = capsule.created.seconds;
    const std::string when = to_rfc3339(capsule.created);
    if (const auto& proved = freshness.newest_proved) {
        const std::string what = "something in it is proved to be of " + to_rfc3339(*proved);
        if (proved->seconds > now + kSkew) {
            return Error(Fault::Untrusted, "the clock of this machine is behind: it is " +
                                               to_rfc3339(freshness.now) + ", and " + what);
        }
        if (proved->seconds > created + kSkew) {
            return stale("says that it was made at " + when + ", and " + what);
        }
    }
    if (created > now + kSkew) {
        return stale("says that it was made at " + when + ", and it is " +
                     to_rfc3339(freshness.now));
    }
    if (capsule.expires && *capsule.expires < freshness.now) {
        return stale("has expired at " + to_rfc3339(*capsule.expires))
            .with_hint("have it made again, from the registry");
    }
    if (freshness.max_age && now - created > freshness.max_age->count()) {
        return stale("is of " + when + ", and older than --max-age allows")
            .with_hint("have it made again, from the registry");
    }
    return {};
}

std::string compare_trust(const Capsule& capsule, const TrustMaterial& loader) {
    if (!capsule.verified) return "it was not verified when it was made";
    if (!capsule.policy_digest.empty()) {
        return "it was verified by the policy '" + capsule.policy_digest + "' when it was made";
    }
    const TrustMaterial& maker = capsule.trust;
    const auto text_of = [](const std::optional<TrustFile>& file) {
        return file ? file->text : "";
    };
    const bool same =
        same_texts(maker.keys, loader.keys) && same_texts(maker.log_keys, loader.log_keys) &&
        text_of(maker.trusted_root) == text_of(loader.trusted_root) &&
        text_of(maker.witness_policy) == text_of(loader.witness_policy) &&
        static_cast<const TrustFlags&>(maker) == static_cast<const TrustFlags&>(loader);
    return same ? "it was made with the same keys, roots and flags"
                : "it was made with other keys, roots or flags, which say nothing here";
}

}  // namespace boltseal
