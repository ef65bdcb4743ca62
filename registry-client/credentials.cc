#include "registry-client/credentials.h"

#include "core/encoding.h"
#include "core/file.h"
#include "core/json.h"
#include "registry-client/credential_helper.h"
#include "registry-client/settings_file.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::size_t kMaxFile = std::size_t{1} << 20;

bool is_hub(std::string_view host) {
    return host == "docker.io" || host == "index.docker.io" || host == "registry-1.docker.io";
}

// Keys were written by many tools: with a scheme, with "/v1/" or "/v2/", with a path.
std::string normal_key(std::string_view key) {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (key.starts_with(scheme)) key.remove_prefix(scheme.size());
    }
    while (key.ends_with('/')) key.remove_suffix(1);
    for (const std::string_view version : {"/v1", "/v2"}) {
        if (key.ends_with(version)) key.remove_suffix(version.size());
    }
    return is_hub(key) ? "docker.io" : std::string(key);
}

Error broken(const std::string& key, const std::string& why) {
    return Error(Fault::Config, "entry " + printable(key) + " " + why);
}

Result<std::string> member(const Json& entry, const std::string& key, std::string_view name) {
    const Json* value = entry.find(name);
    if (value == nullptr) return std::string();
    if (!value->is_string()) return broken(key, "has a member that is no string");
    return *value->as_string();
}

Result<Credential> read_entry(const Json& entry, const std::string& key) {
    if (!entry.is_object()) return broken(key, "is no object");
    Credential out;
    BOLTSEAL_TRY(out.username, member(entry, key, "username"));
    BOLTSEAL_TRY(out.password, member(entry, key, "password"));
    BOLTSEAL_TRY(out.identity_token, member(entry, key, "identitytoken"));
    BOLTSEAL_TRY(out.registry_token, member(entry, key, "registrytoken"));
    BOLTSEAL_TRY(const std::string auth, member(entry, key, "auth"));
    if (auth.empty()) return out;
    const auto decoded = parse_base64_any(auth);
    if (!decoded) return broken(key, "has an 'auth' that is not base64");
    const std::string_view text = as_text(decoded.value());
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return broken(key, "has an 'auth' without a colon");
    out.username = text.substr(0, colon);
    out.password = text.substr(colon + 1);
    while (out.password.ends_with('\0')) out.password.pop_back();  // as Docker pads it
    return out;
}

bool is_empty(const Credential& c) {
    return c.username.empty() && c.password.empty() && c.identity_token.empty() &&
           c.registry_token.empty();
}

// As `login` has told helpers of it.
std::string helper_name(const std::string& host) {
    return host == "docker.io" ? "https://index.docker.io/v1/" : host;
}

Result<std::optional<Credential>> ask(const std::string& helper, const std::string& host) {
    const std::string doing = "credentials for '" + host + "'";
    auto program = find_helper(helper);
    if (!program) return std::move(program).error().as(Fault::Config).context(doing);
    auto answer = ask_helper(*program, helper_name(host));
    if (!answer) return std::move(answer).error().context(doing);
    return answer;
}

// A helper named for this registry decides before any entry does.
Result<const std::string*> find_own_helper(const Json& json, const std::string& host) {
    const Json* helpers = json.find("credHelpers");
    const Json::Object* object = helpers == nullptr ? nullptr : helpers->as_object();
    if (object == nullptr) return nullptr;
    for (const auto& [key, value] : *object) {
        if (normal_key(key) != host) continue;
        if (!value.is_string())
            return Error(Fault::Config, "'credHelpers' has no string for " + printable(key));
        return value.as_string();
    }
    return nullptr;
}

// The helper that keeps everything. One that is not there is no reason to stop as long as the file
// does not say that it keeps something for this registry.
Result<std::optional<Credential>> ask_store(const Json& json, const std::string& host,
                                            bool keeps_some) {
    const Json* store = json.find("credsStore");
    const std::string* name = store == nullptr ? nullptr : store->as_string();
    if (name == nullptr || name->empty()) return std::optional<Credential>();
    if (!keeps_some && !find_helper(*name)) return std::optional<Credential>();
    return ask(*name, host);
}

const Json* find_entry(const Json& json, const std::string& key) {
    const Json* auths = json.find("auths");
    const Json::Object* object = auths == nullptr ? nullptr : auths->as_object();
    if (object == nullptr) return nullptr;
    for (const auto& [name, value] : *object) {
        if (normal_key(name) == key) return &value;
    }
    return nullptr;
}

}  // namespace

CredentialFolders credential_folders_from_environment() {
    return {environment("REGISTRY_AUTH_FILE"), environment("XDG_RUNTIME_DIR"),
            environment("XDG_CONFIG_HOME"), environment("DOCKER_CONFIG"), environment("HOME")};
}

std::vector<std::filesystem::path> credential_files(const CredentialFolders& folders) {
    using Path = std::filesystem::path;
    if (!folders.auth_file.empty()) return {folders.auth_file};
    std::vector<Path> out;
    if (!folders.runtime.empty()) out.push_back(Path(folders.runtime) / "containers/auth.json");
    if (!folders.config.empty()) {
        out.push_back(Path(folders.config) / "containers/auth.json");
    } else if (!folders.home.empty()) {
        out.push_back(Path(folders.home) / ".config/containers/auth.json");
    }
    if (!folders.docker.empty()) {
        out.push_back(Path(folders.docker) / "config.json");
    } else if (!folders.home.empty()) {
        out.push_back(Path(folders.home) / ".docker/config.json");
    }
    return out;
}

Result<std::optional<Credential>> find_credential(Bytes file, const std::string& registry,
                                                  const std::string& repository) {
    auto json = parse_json(file, {.max_bytes = kMaxFile});
    if (!json) return std::move(json).error().as(Fault::Config);
    const std::string host = normal_key(registry);
    BOLTSEAL_TRY(const std::string* helper, find_own_helper(*json, host));
    if (helper != nullptr) return ask(*helper, host);
    bool keeps_some = false;
    std::string key = host + "/" + repository;
    for (;; key.resize(key.rfind('/'))) {
        if (const Json* entry = find_entry(*json, key)) {
            BOLTSEAL_TRY(Credential credential, read_entry(*entry, key));
            if (!is_empty(credential)) return std::optional<Credential>(std::move(credential));
            keeps_some = true;
        }
        if (key.find('/') == std::string::npos) return ask_store(*json, host, keeps_some);
    }
}

Result<std::optional<Credential>> load_credential(const std::vector<std::filesystem::path>& files,
                                                  const std::string& registry,
                                                  const std::string& repository) {
    for (const auto& path : files) {
        const auto bytes = read_file(path, kMaxFile);
        if (!bytes && bytes.error().fault() == Fault::Missing) continue;
        if (!bytes) return Error(bytes.error()).as(Fault::Config);
        auto found = find_credential(bytes.value(), registry, repository);
        if (!found) {
            return std::move(found).error().context("credential file '" + path.string() + "'");
        }
        if (found->has_value()) return found;
    }
    return std::optional<Credential>();
}

}  // namespace boltseal
