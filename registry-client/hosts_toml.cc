#include "registry-client/hosts_toml.h"

#include "net/url.h"
#include "registry-client/certs_folder.h"
#include "registry-client/settings_file.h"
#include "registry-client/settings_table.h"

#include <algorithm>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxHosts = 64;
constexpr std::size_t kMaxHeaders = 64;

struct HostsFile {
    const fs::path& folder;  // for relative names
    const Reference& image;
};

Result<void> read_capabilities(const SettingsTable& table, RegistryPlace& out) {
    const TomlNode* node = table.find("capabilities");
    out.digests = out.tags = node == nullptr;
    if (node == nullptr) return {};
    BOLTSEAL_TRY(const auto names, strings_of(*node, "capabilities"));
    for (const std::string& name : names) {
        if (name == "pull") out.digests = true;
        if (name == "resolve") out.tags = true;
        if (name == "pull" || name == "resolve" || name == "push" || name == "referrers") continue;
        return bad_setting(node->line(), "capability " + printable(name) + " is unknown");
    }
    return {};
}

Result<void> read_client(const SettingsTable& table, const fs::path& folder, TlsFiles& out) {
    const TomlNode* node = table.find("client");
    if (node == nullptr) return {};
    const auto* items = node->as<TomlNode::Array>();
    const TomlNode& one = items != nullptr && items->size() == 1 ? items->front() : *node;
    BOLTSEAL_TRY(const auto names, strings_of(one, "client"));
    const bool is_pair = &one != node && names.size() == 2;
    if (names.size() != 1 && !is_pair) {
        return bad_setting(node->line(), "'client' is more than one certificate with its key");
    }
    out.client_cert = (folder / names.front()).string();
    out.client_key = (folder / names.back()).string();
    return {};
}

Result<void> read_tls(const SettingsTable& table, const fs::path& folder, RegistryPlace& out) {
    BOLTSEAL_TRY(const bool skips, table.flag("skip_verify"));
    if (skips) {
        return bad_setting(table.find("skip_verify")->line(),
                           "'skip_verify' is not followed: TLS is always verified")
            .with_hint("name the certificate of the host with 'ca'");
    }
    BOLTSEAL_CHECK(table.text("dial_timeout"));
    TlsFiles files;
    if (const TomlNode* node = table.find("ca")) {
        BOLTSEAL_TRY(const auto names, strings_of(*node, "ca"));
        std::vector<fs::path> paths;
        for (const std::string& name : names) paths.push_back(folder / name);
        BOLTSEAL_TRY(files.ca, read_ca_files(paths));
    }
    BOLTSEAL_CHECK(read_client(table, folder, files));
    if (files == TlsFiles()) return {};
    out.tls = std::make_shared<TlsFiles>(std::move(files));
    return {};
}

Result<void> read_headers(const SettingsTable& table, RegistryPlace& out) {
    const TomlNode* node = table.find("header");
    if (node == nullptr) return {};
    BOLTSEAL_TRY(const SettingsTable headers, SettingsTable::open(*node, "header"));
    for (const auto& [name, value] : headers.members()) {
        BOLTSEAL_TRY(const auto values, strings_of(value, name));
        for (const std::string& text : values) out.headers.emplace_back(name, text);
    }
    if (out.headers.size() > kMaxHeaders) return bad_setting(node->line(), "more than 64 headers");
    return {};
}

// The URL of a host, with "/v2" behind its path unless the file says that the path is all.
Result<void> read_address(const std::string& text, const SettingsTable& table,
                          const HostsFile& file, RegistryPlace& out) {
    BOLTSEAL_TRY(const bool whole, table.flag("override_path"));
    const auto url = parse_url(text.find("://") == std::string::npos ? "https://" + text : text);
    if (!url || url->target.find('?') != std::string::npos) {
        return table.bad("host " + printable(text) + " is no URL of a registry");
    }
    std::string path = url->target;
    while (path.ends_with('/')) path.pop_back();
    if (!whole && !path.ends_with("/v2")) path += "/v2";
    out.registry = authority(*url);
    out.repository = file.image.repository;
    out.plain = url->scheme == "http";
    out.api = url->scheme + "://" + out.registry + path;
    if (out.registry != api_host(file.image.registry)) out.upstream = file.image.registry;
    return {};
}

Result<RegistryPlace> read_place(const std::string& text, const SettingsTable& table,
                                 const HostsFile& file) {
    RegistryPlace out;
    BOLTSEAL_CHECK(read_address(text, table, file, out));
    BOLTSEAL_CHECK(read_capabilities(table, out));
    BOLTSEAL_CHECK(read_tls(table, file.folder, out));
    BOLTSEAL_CHECK(read_headers(table, out));
    return out;
}

Result<RegistryPlace> read_server(const SettingsTable& root, const HostsFile& file) {
    BOLTSEAL_TRY(const std::string server, root.text("server"));
    const std::string own = "https://" + api_host(file.image.registry);
    BOLTSEAL_TRY(RegistryPlace out, read_place(server.empty() ? own : server, root, file));
    // What it is called for credentials and in messages, and whether loopback goes without TLS.
    if (out.upstream.empty()) out.registry = file.image.registry;
    if (server.empty() && out.api == own + "/v2") out.api.clear();
    if (out.digests && out.tags) return out;
    return root.bad("the registry itself needs the capabilities 'pull' and 'resolve'");
}

Result<std::vector<RegistryPlace>> read_mirrors(const SettingsTable& root, const HostsFile& file) {
    std::vector<RegistryPlace> out;
    const TomlNode* node = root.find("host");
    if (node == nullptr) return out;
    BOLTSEAL_TRY(const SettingsTable hosts, SettingsTable::open(*node, "host"));
    if (hosts.members().size() > kMaxHosts) {
        return bad_setting(node->line(), "more than 64 hosts");
    }
    // In the order of the file, which is that in which they are asked.
    std::vector<const TomlNode::Member*> members;
    for (const auto& member : hosts.members()) members.push_back(&member);
    std::ranges::stable_sort(members, {}, [](const auto* one) { return one->second.line(); });
    for (const auto* member : members) {
        BOLTSEAL_TRY(const SettingsTable table, SettingsTable::open(member->second, member->first));
        BOLTSEAL_CHECK(table.only({"capabilities", "ca", "client", "skip_verify", "header",
                                   "override_path", "dial_timeout"}));
        BOLTSEAL_TRY(RegistryPlace place, read_place(member->first, table, file));
        out.push_back(std::move(place));
    }
    return out;
}

std::vector<std::string> folder_names(const std::string& registry) {
    const std::size_t bracket = registry.rfind(']');
    const std::size_t colon = registry.find(':', bracket == std::string::npos ? 0 : bracket);
    std::vector<std::string> out;
    if (colon != std::string::npos) {
        out.push_back(registry.substr(0, colon) + "_" + registry.substr(colon + 1) + "_");
    }
    out.insert(out.end(), {registry, "_default"});
    return out;
}

}  // namespace

Result<ImagePlaces> parse_hosts_toml(Bytes text, const fs::path& folder, const Reference& image) {
    BOLTSEAL_TRY(const TomlNode node, parse_settings(text));
    BOLTSEAL_TRY(const SettingsTable root, SettingsTable::open(node, "hosts.toml"));
    BOLTSEAL_CHECK(root.only({"server", "host", "capabilities", "ca", "client", "skip_verify",
                              "header", "override_path", "dial_timeout"}));
    const HostsFile file{folder, image};
    ImagePlaces out;
    BOLTSEAL_TRY(out.registry, read_server(root, file));
    BOLTSEAL_TRY(out.mirrors, read_mirrors(root, file));
    return out;
}

Result<std::optional<ImagePlaces>> load_hosts(const fs::path& folders, const Reference& image) {
    if (!is_there(folders)) {
        return Error(Fault::Config, "'" + folders.string() + "' does not exist");
    }
    for (const std::string& name : folder_names(image.registry)) {
        const fs::path folder = folders / name;
        if (!is_there(folder)) continue;
        if (!is_there(folder / "hosts.toml")) {
            BOLTSEAL_TRY(TlsFiles files, read_certs(folder));
            ImagePlaces out{{image.registry, image.repository}, {}};
            out.registry.tls = std::make_shared<TlsFiles>(std::move(files));
            return std::optional(std::move(out));
        }
        BOLTSEAL_TRY(const Buffer bytes, read_settings_file(folder / "hosts.toml"));
        auto places = parse_hosts_toml(bytes, folder, image);
        if (!places) {
            return std::move(places).error().context("'" + (folder / "hosts.toml").string() + "'");
        }
        return std::optional(*std::move(places));
    }
    return std::optional<ImagePlaces>();
}

}  // namespace boltseal
