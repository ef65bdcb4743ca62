#include "cli/recorded.h"

#include "core/encoding.h"

#include <algorithm>

namespace boltseal {

namespace {

struct FaultName {
    Fault fault;
    std::string_view name;
};
constexpr FaultName kFaults[] = {
    {Fault::Malformed, "malformed"},
    {Fault::Integrity, "integrity"},
    {Fault::Untrusted, "untrusted"},
    {Fault::Missing, "missing"},
    {Fault::Declined, "declined"},
    {Fault::Config, "config"},
    {Fault::Io, "io"},
};

}  // namespace

Error bad_record(const std::string& why) {
    return Error(Fault::Malformed, "transcript: " + why);
}

Result<std::string> plain_at(const Json& json, std::string_view name) {
    BOLTSEAL_TRY(const std::string* text, json.string_at(name));
    if (without_controls(*text) != *text) {
        return Error(Fault::Malformed, "'" + std::string(name) + "' has control characters");
    }
    return *text;
}

Result<std::string> plain_if(const Json& json, std::string_view name) {
    if (!json.find(name)) return std::string();
    return plain_at(json, name);
}

Result<bool> flag_if(const Json& json, std::string_view name) {
    const Json* value = json.find(name);
    if (!value) return false;
    if (value->as_bool() && *value->as_bool()) return true;
    // Absent is the one spelling of false.
    return Error(Fault::Malformed, "'" + std::string(name) + "' is not true");
}

Result<Buffer> base64_at(const Json& json, std::string_view name) {
    BOLTSEAL_TRY(const std::string* text, json.string_at(name));
    return parse_base64(*text);
}

Json error_json(const Error& error) {
    const auto name = std::ranges::find(kFaults, error.fault(), &FaultName::fault);
    Json json = Json::object({{"fault", name->name}, {"message", error.message()}});
    if (!error.hint().empty()) json.set("hint", error.hint());
    if (!error.expected().empty()) json.set("expected", error.expected());
    if (!error.found().empty()) json.set("found", error.found());
    return json;
}

Result<Setback> parse_error(const Json& json, std::string check) {
    BOLTSEAL_CHECK(json.only({"fault", "message", "hint", "expected", "found"}));
    BOLTSEAL_TRY(const std::string* name, json.string_at("fault"));
    const auto fault = std::ranges::find(kFaults, *name, &FaultName::name);
    if (fault == std::end(kFaults)) {
        return Error(Fault::Malformed, "fault " + printable(*name) + " is not known");
    }
    BOLTSEAL_TRY(const std::string message, plain_at(json, "message"));
    BOLTSEAL_TRY(const std::string hint, plain_if(json, "hint"));
    BOLTSEAL_TRY(const std::string expected, plain_if(json, "expected"));
    BOLTSEAL_TRY(const std::string found, plain_if(json, "found"));
    return Setback{std::move(check),
                   Error(fault->fault, message).with_hint(hint).comparing(expected, found)};
}

}  // namespace boltseal
