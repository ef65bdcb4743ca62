#include "transparency/tsa_setup.h"

#include "core/encoding.h"
#include "core/file.h"
#include "core/json.h"
#include "sign/key_file.h"
#include "sign/tsa_certificates.h"
#include "transparency/log_setup.h"

#include <system_error>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxChainFile = std::size_t{64} << 10;
constexpr std::size_t kMaxJson = std::size_t{4} << 20;
constexpr std::int64_t kLifetime = std::int64_t{3653} * 86'400;  // ten years

Result<Json> load_json(const fs::path& path) {
    BOLTSEAL_TRY(const Buffer text, read_file(path, kMaxJson));
    auto json = parse_json(text);
    if (json) return json;
    return std::move(json).error().context("'" + path.string() + "'").as(Fault::Config);
}

Json started(Timestamp start) {
    return Json::object({{"start", to_rfc3339(start)}});
}

// As Sigstore's trusted root lists it: certificates from the authority's own up to the root.
Json describe(const std::vector<Certificate>& chain, const std::string& name,
              const std::string& url, Timestamp start) {
    Json::Array certificates;
    for (const Certificate& each : chain) {
        certificates.push_back(Json::object({{"rawBytes", to_base64(each.der())}}));
    }
    return Json::object(
        {{"subject", Json::object({{"organization", name}, {"commonName", "time stamps"}})},
         {"uri", url},
         {"certChain", Json::object({{"certificates", std::move(certificates)}})},
         {"validFor", started(start)}});
}

Result<void> add_to(Json& json, const char* list, Json item) {
    BOLTSEAL_TRY(const Json::Array* present, json.array_at(list));
    Json::Array longer = *present;
    longer.push_back(std::move(item));
    json.set(list, std::move(longer));
    return {};
}

// Where clients reach the log, from its signing configuration.
Result<std::string> url_of_log(const Json& config) {
    BOLTSEAL_TRY(const Json::Array* services, config.array_at("rekorTlogUrls"));
    if (services->empty()) {
        return Error(Fault::Config, "'signing_config.json' does not say where the log is");
    }
    BOLTSEAL_TRY(const std::string* url, services->front().string_at("url"));
    return *url;
}

std::string pem_of(const std::vector<Certificate>& chain) {
    std::string text;
    for (const Certificate& each : chain) text += to_pem(each);
    return text;
}

}  // namespace

Result<std::string> create_time_stamping(const fs::path& directory, const Secret& passphrase,
                                         Timestamp now) {
    BOLTSEAL_TRY(const NoteKey log, load_log_vkey(directory));
    BOLTSEAL_TRY(Json root, load_json(directory / "trusted_root.json"));
    BOLTSEAL_TRY(Json config, load_json(directory / "signing_config.json"));
    BOLTSEAL_TRY(const std::string log_url, url_of_log(config));
    const std::string url = log_url + kTimestampPath;

    BOLTSEAL_TRY(const auto key, generate_key(KeyType::EcdsaP256));
    const TimeRange validity{now, Timestamp{now.seconds + kLifetime}};
    BOLTSEAL_TRY(const auto chain, make_tsa_chain(log.name, key->public_key(), validity));
    BOLTSEAL_CHECK(add_to(root, "timestampAuthorities", describe(chain, log.name, url, now)));
    BOLTSEAL_CHECK(add_to(config, "tsaUrls",
                          Json::object({{"url", url},
                                        {"majorApiVersion", 1},
                                        {"validFor", started(now)},
                                        {"operator", log.name}})));
    config.set("tsaConfig", Json::object({{"selector", "ANY"}}));

    if (auto saved = save_signer(directory / "tsa.key", *key, passphrase); !saved) {
        if (saved.error().fault() != Fault::Declined) return std::move(saved).error();
        return Error(Fault::Declined,
                     "there is a time-stamping authority in '" + directory.string() + "' already");
    }
    BOLTSEAL_CHECK(write_file(directory / "tsa.pem", as_bytes(pem_of(chain))));
    BOLTSEAL_CHECK(write_file(directory / "trusted_root.json", as_bytes(to_pretty_json(root))));
    BOLTSEAL_CHECK(write_file(directory / "signing_config.json", as_bytes(to_pretty_json(config))));
    return url;
}

bool has_time_stamping(const fs::path& directory) {
    std::error_code error;
    return fs::exists(directory / "tsa.key", error);
}

Result<std::vector<Certificate>> load_time_stamping_chain(const fs::path& directory) {
    BOLTSEAL_TRY(const Buffer pem, read_file(directory / "tsa.pem", kMaxChainFile));
    auto chain = parse_certificates_pem(pem);
    if (chain) return chain;
    return std::move(chain).error().context("'tsa.pem'").as(Fault::Config);
}

Result<TimeStampingKey> load_time_stamping_key(const fs::path& directory,
                                               const Secret& passphrase) {
    BOLTSEAL_CHECK(check_key_file_mode(directory / "tsa.key"));
    BOLTSEAL_TRY(auto signer, load_signer(directory / "tsa.key", passphrase));
    BOLTSEAL_TRY(auto chain, load_time_stamping_chain(directory));
    if (signer->public_key() != chain.front().key()) {
        return Error(Fault::Config, "'tsa.key' and 'tsa.pem' do not belong together");
    }
    if (signer->public_key().type() != KeyType::EcdsaP256) {
        return Error(Fault::Config, "'tsa.key' is not an ECDSA key on P-256");
    }
    return TimeStampingKey{std::move(signer), std::move(chain)};
}

Result<WatchedClock> open_time_stamping_clock(const fs::path& directory, WatchedClock::Read read) {
    return WatchedClock::open(directory / "tsa.time", std::move(read));
}

}  // namespace boltseal
