#include "cli/trust_record.h"

#include "cli/recorded.h"

namespace boltseal {

namespace {

constexpr std::size_t kMaxKeys = 64;

Json files_json(const std::vector<TrustFile>& files) {
    Json::Array array;
    for (const TrustFile& file : files) array.emplace_back(file.text);
    return array;
}

Result<std::vector<TrustFile>> parse_files(const Json& json, const char* name) {
    BOLTSEAL_TRY(const Json::Array* array, json.array_at(name));
    if (array->size() > kMaxKeys) return bad_record("more than 64 of '" + std::string(name) + "'");
    std::vector<TrustFile> files;
    for (const Json& item : *array) {
        if (!item.is_string())
            return bad_record("'" + std::string(name) + "' has something else in it");
        files.push_back({name, *item.as_string()});
    }
    return files;
}

Result<std::optional<TrustFile>> parse_file_if(const Json& json, const char* name) {
    if (!json.find(name)) return std::optional<TrustFile>();
    BOLTSEAL_TRY(const std::string* text, json.string_at(name));
    return std::optional(TrustFile{name, *text});
}

// The members of TrustFlags by their names in a transcript.
struct TextFlag {
    const char* name;
    std::string TrustFlags::*member;
};
constexpr TextFlag kTextFlags[] = {
    {"certificateIdentity", &TrustFlags::identity},
    {"certificateIdentityRegexp", &TrustFlags::identity_regexp},
    {"certificateOidcIssuer", &TrustFlags::issuer},
    {"certificateOidcIssuerRegexp", &TrustFlags::issuer_regexp},
    {"type", &TrustFlags::type},
};
struct BoolFlag {
    const char* name;
    bool TrustFlags::*member;
};
constexpr BoolFlag kBoolFlags[] = {
    {"insecureNoLog", &TrustFlags::no_log},
    {"insecureIgnoreSct", &TrustFlags::no_certificate_log},
    {"insecureAcceptPromise", &TrustFlags::promise_alone},
    {"strict", &TrustFlags::strict},
};

}  // namespace

Json trust_json(const TrustMaterial& trust) {
    Json json =
        Json::object({{"keys", files_json(trust.keys)}, {"logKeys", files_json(trust.log_keys)}});
    if (trust.trusted_root) json.set("trustedRoot", trust.trusted_root->text);
    if (trust.witness_policy) json.set("witnessPolicy", trust.witness_policy->text);
    for (const TextFlag& flag : kTextFlags) {
        if (!(trust.*flag.member).empty()) json.set(flag.name, trust.*flag.member);
    }
    for (const BoolFlag& flag : kBoolFlags) {
        if (trust.*flag.member) json.set(flag.name, true);
    }
    return json;
}

Result<TrustMaterial> parse_trust(const Json& json) {
    BOLTSEAL_CHECK(json.only(
        {"keys", "logKeys", "trustedRoot", "witnessPolicy", "certificateIdentity",
         "certificateIdentityRegexp", "certificateOidcIssuer", "certificateOidcIssuerRegexp",
         "type", "insecureNoLog", "insecureIgnoreSct", "insecureAcceptPromise", "strict"}));
    TrustMaterial trust;
    BOLTSEAL_TRY(trust.keys, parse_files(json, "keys"));
    BOLTSEAL_TRY(trust.log_keys, parse_files(json, "logKeys"));
    BOLTSEAL_TRY(trust.trusted_root, parse_file_if(json, "trustedRoot"));
    BOLTSEAL_TRY(trust.witness_policy, parse_file_if(json, "witnessPolicy"));
    for (const TextFlag& flag : kTextFlags) {
        BOLTSEAL_TRY(trust.*flag.member, plain_if(json, flag.name));
    }
    for (const BoolFlag& flag : kBoolFlags) {
        BOLTSEAL_TRY(trust.*flag.member, flag_if(json, flag.name));
    }
    return trust;
}

}  // namespace boltseal
