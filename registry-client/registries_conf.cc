#include "registry-client/registries_conf.h"

#include "registry-client/settings_file.h"
#include "registry-client/settings_table.h"

#include <algorithm>
#include <iterator>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxRegistries = 1024;
constexpr std::size_t kMaxMirrors = 64;
constexpr std::string_view kWildcard = "*.";

// A name that stands in front of a repository's, in the spelling of parse_reference.
bool is_location(const std::string& text) {
    const std::string name = text + "/x/x";
    const auto reference = parse_reference(name);
    return reference && reference->registry + "/" + reference->repository == name;
}

Result<std::string> read_location(const SettingsTable& table, std::string_view name) {
    BOLTSEAL_TRY(std::string text, table.text(name));
    while (text.ends_with('/')) text.pop_back();
    if (text.empty() || is_location(text)) return text;
    const bool is_domain = text.starts_with(kWildcard) && text.find('/') == std::string::npos;
    if (name == "prefix" && is_domain && is_location(text.substr(kWildcard.size()))) return text;
    return bad_setting(table.find(name)->line(), "'" + std::string(name) + "' " + printable(text) +
                                                     " is no host[:port] with an optional path");
}

// Which of the two kinds of question a mirror may be asked.
Result<void> read_use(const SettingsTable& table, bool by_digest_only, ConfiguredMirror& out) {
    BOLTSEAL_TRY(const std::string use, table.text("pull-from-mirror"));
    if (by_digest_only) out.tags = false;
    if (use.empty()) return {};
    const std::size_t line = table.find("pull-from-mirror")->line();
    if (by_digest_only) {
        return bad_setting(line, "'pull-from-mirror' beside 'mirror-by-digest-only'");
    }
    if (use != "all" && use != "digest-only" && use != "tag-only") {
        return bad_setting(line, "'pull-from-mirror' is " + printable(use) +
                                     ", expected 'all', 'digest-only' or 'tag-only'");
    }
    out.digests = use != "tag-only";
    out.tags = use != "digest-only";
    return {};
}

Result<ConfiguredMirror> read_mirror(const TomlNode& node, bool by_digest_only) {
    BOLTSEAL_TRY(const SettingsTable table, SettingsTable::open(node, "mirror"));
    BOLTSEAL_CHECK(table.only({"location", "insecure", "pull-from-mirror"}));
    ConfiguredMirror out;
    BOLTSEAL_TRY(out.location, read_location(table, "location"));
    if (out.location.empty()) return table.bad("a mirror without 'location'");
    BOLTSEAL_TRY(out.insecure, table.flag("insecure"));
    BOLTSEAL_CHECK(read_use(table, by_digest_only, out));
    return out;
}

Result<const TomlNode::Array*> find_array(const SettingsTable& table, std::string_view name,
                                          std::size_t most) {
    static const TomlNode::Array kNone;
    const TomlNode* node = table.find(name);
    if (node == nullptr) return &kNone;
    const auto* items = node->as<TomlNode::Array>();
    if (items == nullptr) return wrong_kind(*node, name, "a list of tables");
    if (items->size() > most) {
        return bad_setting(node->line(),
                           "more than " + std::to_string(most) + " of '" + std::string(name) + "'");
    }
    return items;
}

Result<ConfiguredRegistry> read_registry(const TomlNode& node) {
    BOLTSEAL_TRY(const SettingsTable table, SettingsTable::open(node, "registry"));
    BOLTSEAL_CHECK(table.only(
        {"prefix", "location", "insecure", "blocked", "mirror-by-digest-only", "mirror"}));
    ConfiguredRegistry out;
    BOLTSEAL_TRY(out.prefix, read_location(table, "prefix"));
    BOLTSEAL_TRY(out.location, read_location(table, "location"));
    BOLTSEAL_TRY(out.insecure, table.flag("insecure"));
    BOLTSEAL_TRY(out.blocked, table.flag("blocked"));
    BOLTSEAL_TRY(const bool by_digest_only, table.flag("mirror-by-digest-only"));
    if (out.prefix.empty()) out.prefix = out.location;
    if (out.prefix.empty()) return table.bad("a registry without 'prefix' and 'location'");
    BOLTSEAL_TRY(const auto* mirrors, find_array(table, "mirror", kMaxMirrors));
    for (const TomlNode& mirror : *mirrors) {
        BOLTSEAL_TRY(ConfiguredMirror read, read_mirror(mirror, by_digest_only));
        out.mirrors.push_back(std::move(read));
    }
    return out;
}

// How well a prefix fits a name: by how much of it, then rather by name than as one of a domain,
// and rather as one of the smaller domain.
struct Fit {
    std::size_t end = 0;  // of what fits; 0: nothing
    bool exact = false;
    std::size_t length = 0;
    auto operator<=>(const Fit&) const = default;
};

// A port is not a part of its own: as for the tools whose file this is, "host" stands for all of
// its ports.
Fit fit_of(const std::string& prefix, const std::string& name) {
    if (prefix.starts_with(kWildcard)) {
        const std::size_t end = name.find_first_of(":/");
        const std::string_view host = std::string_view(name).substr(0, end);
        const bool fits = host.size() >= prefix.size() && host.ends_with(prefix.substr(1));
        return fits ? Fit{end, false, prefix.size()} : Fit();
    }
    const std::size_t end = prefix.size();
    if (!name.starts_with(prefix)) return {};
    const bool whole = end == name.size() || name[end] == '/' || name[end] == ':';
    return whole ? Fit{end, true, end} : Fit();
}

Result<RegistryPlace> place_of(const std::string& name) {
    auto reference = parse_reference(name);
    if (reference && reference->registry + "/" + reference->repository == name) {
        return RegistryPlace{reference->registry, reference->repository};
    }
    return Error(Fault::Config,
                 "location makes " + printable(name) + " of it, which is no name of a repository");
}

Result<RegistriesConf> load(const fs::path& path) {
    const std::string doing = "'" + path.string() + "'";
    BOLTSEAL_TRY(const Buffer bytes, read_settings_file(path));
    auto conf = parse_registries_conf(bytes);
    if (!conf) return std::move(conf).error().context(doing);
    return conf;
}

}  // namespace

void RegistriesConf::add(RegistriesConf later) {
    for (ConfiguredRegistry& one : later.registries) {
        std::erase_if(registries, [&](const auto& old) { return old.prefix == one.prefix; });
        registries.push_back(std::move(one));
    }
}

Result<RegistriesConf> parse_registries_conf(Bytes text) {
    BOLTSEAL_TRY(const TomlNode root, parse_settings(text));
    BOLTSEAL_TRY(const SettingsTable table, SettingsTable::open(root, "file"));
    if (const TomlNode* old = table.find("registries")) {
        return bad_setting(old->line(),
                           "'registries' is version 1 of this format, which is not read")
            .with_hint("write [[registry]] tables, as in containers-registries.conf(5)");
    }
    BOLTSEAL_CHECK(
        table.only({"registry", "unqualified-search-registries", "short-name-mode", "aliases",
                    "credential-helpers", "additional-layer-store-auth-helper"}));
    BOLTSEAL_TRY(const auto* entries, find_array(table, "registry", kMaxRegistries));
    RegistriesConf out;
    for (const TomlNode& entry : *entries) {
        BOLTSEAL_TRY(ConfiguredRegistry read, read_registry(entry));
        const auto twice =
            std::ranges::find(out.registries, read.prefix, &ConfiguredRegistry::prefix);
        if (twice != out.registries.end()) {
            return bad_setting(entry.line(),
                               "prefix " + printable(read.prefix) + " is there twice");
        }
        out.registries.push_back(std::move(read));
    }
    return out;
}

Result<ImagePlaces> find_places(const RegistriesConf& conf, const Reference& image) {
    const std::string name = image.registry + "/" + image.repository;
    const ConfiguredRegistry* found = nullptr;
    Fit best;
    for (const ConfiguredRegistry& one : conf.registries) {
        const Fit fit = fit_of(one.prefix, name);
        if (fit > best) found = &one;
        best = std::max(best, fit);
    }
    ImagePlaces out{{image.registry, image.repository}, {}};
    if (found == nullptr) return out;
    if (found->blocked) {
        return Error(Fault::Config, "'" + name + "' is blocked by registries.conf, as " +
                                        printable(found->prefix));
    }
    const std::string rest = name.substr(best.end);
    if (!found->location.empty()) {
        BOLTSEAL_TRY(out.registry, place_of(found->location + rest));
    }
    out.registry.plain = found->insecure;
    for (const ConfiguredMirror& mirror : found->mirrors) {
        BOLTSEAL_TRY(RegistryPlace place, place_of(mirror.location + rest));
        place.plain = mirror.insecure;
        place.digests = mirror.digests;
        place.tags = mirror.tags;
        out.mirrors.push_back(std::move(place));
    }
    return out;
}

SettingsFolders settings_folders_from_environment() {
    return {environment("CONTAINERS_REGISTRIES_CONF"), environment("XDG_CONFIG_HOME"),
            environment("HOME")};
}

Result<RegistriesConf> load_registries_conf(const SettingsFolders& folders) {
    if (!folders.file.empty()) return load(folders.file);
    fs::path user = folders.config;
    if (user.empty() && !folders.home.empty()) user = fs::path(folders.home) / ".config";
    if (!user.empty()) user /= "containers";
    const bool has_own = !user.empty() && is_there(user / "registries.conf");
    std::vector<fs::path> files;
    std::vector<fs::path> parents;
    if (!has_own) parents.push_back(folders.system);
    if (!user.empty()) parents.push_back(user);
    const fs::path main = (has_own ? user : folders.system) / "registries.conf";
    if (is_there(main)) files.push_back(main);
    for (const fs::path& parent : parents) {
        BOLTSEAL_TRY(const auto more, files_in(parent / "registries.conf.d"));
        std::ranges::copy_if(more, std::back_inserter(files),
                             [](const fs::path& file) { return file.extension() == ".conf"; });
    }
    RegistriesConf out;
    for (const fs::path& file : files) {
        BOLTSEAL_TRY(RegistriesConf conf, load(file));
        out.add(std::move(conf));
    }
    return out;
}

}  // namespace boltseal
