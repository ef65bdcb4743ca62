#include "registry-client/certs_folder.h"

#include "registry-client/settings_file.h"

namespace boltseal {

namespace {

namespace fs = std::filesystem;

}  // namespace

std::vector<fs::path> certs_folders_from_environment() {
    std::vector<fs::path> out;
    const fs::path config = environment("XDG_CONFIG_HOME");
    const fs::path home = environment("HOME");
    if (!config.empty()) {
        out.push_back(config / "containers/certs.d");
    } else if (!home.empty()) {
        out.push_back(home / ".config/containers/certs.d");
    }
    out.insert(out.end(), {"/etc/containers/certs.d", "/etc/docker/certs.d"});
    return out;
}

Result<std::string> read_ca_files(const std::vector<fs::path>& files) {
    std::string out;
    for (const fs::path& file : files) {
        BOLTSEAL_TRY(const Buffer bytes, read_settings_file(file));
        out.append(as_text(bytes)).append("\n");
    }
    return out;
}

Result<TlsFiles> read_certs(const fs::path& folder) {
    BOLTSEAL_TRY(const auto files, files_in(folder));
    TlsFiles out;
    std::vector<fs::path> authorities;
    for (const fs::path& file : files) {
        if (file.extension() == ".crt") authorities.push_back(file);
        std::string* const kept = file.extension() == ".cert"  ? &out.client_cert
                                  : file.extension() == ".key" ? &out.client_key
                                                               : nullptr;
        if (kept == nullptr) continue;
        if (!kept->empty()) {
            return Error(
                Fault::Config,
                "'" + folder.string() + "' has more than one certificate or key for the client");
        }
        *kept = file.string();
    }
    if (fs::path(out.client_cert).stem() != fs::path(out.client_key).stem()) {
        return Error(Fault::Config, "'" + folder.string() +
                                        "' has a certificate for the client without its key, "
                                        "or a key without certificate");
    }
    BOLTSEAL_TRY(out.ca, read_ca_files(authorities));
    return out;
}

Result<std::shared_ptr<const TlsFiles>> find_certs(const std::vector<fs::path>& folders,
                                                   const std::string& authority) {
    if (authority == "." || authority == "..") return std::shared_ptr<const TlsFiles>();
    for (const fs::path& folder : folders) {
        if (!is_there(folder / authority)) continue;
        BOLTSEAL_TRY(TlsFiles found, read_certs(folder / authority));
        return std::shared_ptr<const TlsFiles>(std::make_shared<TlsFiles>(std::move(found)));
    }
    return std::shared_ptr<const TlsFiles>();
}

}  // namespace boltseal
