#include "sign/signing_config.h"

#include "verify/proto_reader.h"

namespace boltseal {

namespace {

constexpr JsonLimits kSigningConfigLimits = {.max_bytes = std::size_t{1} << 20, .max_depth = 8};
constexpr std::size_t kMaxServices = 64;
constexpr std::string_view kSigningConfigType =
    "application/vnd.dev.sigstore.signingconfig.v0.2+json";

Result<SigningService> parse_service(const ProtoReader& message) {
    SigningService service;
    BOLTSEAL_TRY(const std::string* const url, message.string("url"));
    service.url = *url;
    BOLTSEAL_TRY(service.version, message.integer("majorApiVersion"));
    BOLTSEAL_TRY(const ProtoReader range, message.message("validFor"));
    BOLTSEAL_TRY(service.valid_for, parse_time_range(range));
    return service;
}

Result<std::vector<SigningService>> parse_services(const ProtoReader& config,
                                                   std::string_view name) {
    std::vector<SigningService> services;
    BOLTSEAL_TRY(const auto messages, config.messages(name, kMaxServices));
    for (const ProtoReader& message : messages) {
        BOLTSEAL_TRY(SigningService service, parse_service(message));
        services.push_back(std::move(service));
    }
    return services;
}

// ANY, or EXACT with one.
Result<void> check_wants_one(const ProtoReader& config, std::string_view name,
                             std::size_t services) {
    if (!config.has(name) || services == 0) return {};
    BOLTSEAL_TRY(const ProtoReader selection, config.message(name));
    BOLTSEAL_TRY(const std::string* const selector, selection.string("selector"));
    BOLTSEAL_TRY(const std::uint64_t count, selection.integer("count"));
    if (*selector == "ANY" || (*selector == "EXACT" && count == 1)) return {};
    if (*selector == "ALL" && services == 1) return {};
    return selection.bad("selector", "asks for more than one, and one is what is written to");
}

}  // namespace

Result<SigningConfig> parse_signing_config(Bytes bytes) {
    BOLTSEAL_TRY(const Json json, parse_json(bytes, kSigningConfigLimits));
    Deviations ignored;
    const ProtoReader message(json, ignored);
    BOLTSEAL_TRY(const std::string* const type, message.string("mediaType"));
    if (*type != kSigningConfigType) {
        return message.bad("mediaType", "is " + printable(*type) + ", expected '" +
                                            std::string(kSigningConfigType) + "'");
    }
    SigningConfig config;
    BOLTSEAL_TRY(config.authorities, parse_services(message, "caUrls"));
    BOLTSEAL_TRY(config.logs, parse_services(message, "rekorTlogUrls"));
    BOLTSEAL_TRY(config.stampers, parse_services(message, "tsaUrls"));
    BOLTSEAL_CHECK(check_wants_one(message, "rekorTlogConfig", config.logs.size()));
    BOLTSEAL_CHECK(check_wants_one(message, "tsaConfig", config.stampers.size()));
    return config;
}

const SigningService* choose_service(const std::vector<SigningService>& services,
                                     std::uint64_t version, Timestamp now) {
    const SigningService* chosen = nullptr;
    for (const SigningService& service : services) {
        if (service.version != version || !service.valid_for.contains(now)) continue;
        if (!chosen || service.valid_for.start > chosen->valid_for.start) chosen = &service;
    }
    return chosen;
}

}  // namespace boltseal
