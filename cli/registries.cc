#include "cli/registries.h"

#include "cli/network.h"
#include "registry-client/certs_folder.h"
#include "registry-client/credentials.h"
#include "registry-client/hosts_toml.h"
#include "registry-client/registries_conf.h"

namespace boltseal {

namespace {

using Tls = std::shared_ptr<const TlsFiles>;

struct HostFile {
    std::string host;  // empty: all of them
    std::string file;
};

// A name before '=' is a host, as long as it is none of a folder.
HostFile split(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || text.find('/') < equals) return {"", text};
    return {text.substr(0, equals), text.substr(equals + 1)};
}

std::string needs_host(const std::string& text) {
    return split(text).host.empty() ? "expected HOST=FILE" : "";
}

std::string file_for(const std::vector<std::string>& flags, const std::string& host) {
    for (const std::string& text : flags) {
        const HostFile one = split(text);
        if (one.host == host) return one.file;
    }
    return {};
}

// Flags stand in for the same kind of file in a folder.
Result<Tls> tls_of(const RegistryFlags& flags, const std::string& host) {
    BOLTSEAL_TRY(const Tls found, find_certs(certs_folders_from_environment(), host));
    TlsFiles files = found ? *found : TlsFiles();
    std::vector<std::filesystem::path> authorities;
    for (const std::string& text : flags.ca_files) {
        const HostFile one = split(text);
        if (one.host.empty() || one.host == host) authorities.emplace_back(one.file);
    }
    if (!authorities.empty()) {
        BOLTSEAL_TRY(files.ca, read_ca_files(authorities));
    }
    const std::string cert = file_for(flags.client_certs, host);
    const std::string key = file_for(flags.client_keys, host);
    if (cert.empty() != key.empty()) {
        return Error(Fault::Config,
                     "--client-cert and --client-key are for the same host, and "
                     "there is only one for '" +
                         host + "'");
    }
    if (!cert.empty()) {
        files.client_cert = cert;
        files.client_key = key;
    }
    if (files == TlsFiles()) return Tls();
    return Tls(std::make_shared<TlsFiles>(std::move(files)));
}

// Of a loopback host: whether somebody has given it certificates.
Result<bool> has_certs(const RegistryFlags& flags, const std::string& host) {
    for (const auto* list : {&flags.ca_files, &flags.client_certs}) {
        if (!file_for(*list, host).empty()) return true;
    }
    BOLTSEAL_TRY(const Tls found, find_certs(certs_folders_from_environment(), host));
    return found != nullptr;
}

Result<ImagePlaces> places_of(const Reference& image, const RegistryFlags& flags) {
    if (!flags.hosts_dir.empty()) {
        BOLTSEAL_TRY(auto found, load_hosts(flags.hosts_dir, image));
        if (!found) return ImagePlaces{{image.registry, image.repository}, {}};
        return *std::move(found);
    }
    BOLTSEAL_TRY(const RegistriesConf conf,
                 load_registries_conf(settings_folders_from_environment()));
    return find_places(conf, image);
}

// Where the name says, with what was said of that host.
RegistryPlace to_write(const ImagePlaces& places, const Reference& image) {
    const RegistryPlace& place = places.registry;
    const bool is_named = place.registry == image.registry && place.repository == image.repository;
    if (is_named) return place;
    return {image.registry, image.repository, place.api.empty() && place.plain};
}

}  // namespace

void add_registry_flags(Command command, RegistryFlags& flags, RegistryUse use) {
    command
        .add_option("--insecure-registry", flags.insecure,
                    "Speak to this registry (host or host:port) without TLS; may be repeated")
        .allow_extra_args(false)
        .type_name("HOST");
    command
        .add_option("--hosts-dir", flags.hosts_dir,
                    "Mirrors as containerd has them, such as /etc/containerd/certs.d, in place of "
                    "registries.conf")
        .type_name("DIR");
    command
        .add_option("--ca-file", flags.ca_files,
                    "Trust these certificates, for one host or all, in place of the system's; may "
                    "be repeated")
        .allow_extra_args(false)
        .type_name("[HOST=]FILE");
    command
        .add_option("--client-cert", flags.client_certs,
                    "Show this certificate to the host; may be repeated")
        .allow_extra_args(false)
        .check(needs_host)
        .type_name("HOST=FILE");
    command.add_option("--client-key", flags.client_keys, "Its private key; may be repeated")
        .allow_extra_args(false)
        .check(needs_host)
        .type_name("HOST=FILE");
    flags.use = use;
    if (use == RegistryUse::Write) return;
    command.add_flag("--mirror-tags", flags.mirror_tags,
                     "Let mirrors say what a tag is, where the file that names them does");
}

Result<std::unique_ptr<RegistryClient>> open_registry(const RegistryPlace& place,
                                                      const RegistryFlags& flags,
                                                      Transport& transport) {
    RegistryOptions options;
    options.insecure_hosts = flags.insecure;
    if (place.plain) options.insecure_hosts.push_back(place.registry);
    options.api = place.api;
    options.upstream = place.upstream;
    options.headers = place.headers;
    options.tls = place.tls;
    if (options.api.empty() && !place.plain) {
        BOLTSEAL_TRY(const bool with_tls, has_certs(flags, place.registry));
        if (with_tls) options.api = "https://" + api_host(place.registry) + "/v2";
    }
    options.patience = real_patience();
    BOLTSEAL_TRY(options.credential,
                 load_credential(credential_files(credential_folders_from_environment()),
                                 place.registry, place.repository));
    return std::make_unique<RegistryClient>(transport, place.registry, place.repository,
                                            std::move(options));
}

HttpOptions http_options(const RegistryFlags& flags) {
    HttpOptions out;
    out.tls_of = [flags](const std::string& host) { return tls_of(flags, host); };
    return out;
}

Result<OpenRegistry> open_with_mirrors(const Reference& image, const RegistryFlags& flags,
                                       Transport& transport) {
    BOLTSEAL_TRY(ImagePlaces places, places_of(image, flags));
    if (flags.use == RegistryUse::Write) places = {to_write(places, image), {}};
    OpenRegistry out;
    BOLTSEAL_TRY(out.client, open_registry(places.registry, flags, transport));
    for (const RegistryPlace& place : places.mirrors) {
        OpenMirror mirror{nullptr, place.digests, place.tags && flags.mirror_tags};
        BOLTSEAL_TRY(mirror.client, open_registry(place, flags, transport));
        out.mirrors.push_back(std::move(mirror));
    }
    return out;
}

}  // namespace boltseal
