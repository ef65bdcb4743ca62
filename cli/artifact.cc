#include "cli/artifact.h"

#include "core/file.h"

namespace boltseal {

namespace {

constexpr std::size_t kMaxBundle = std::size_t{32} << 20;
constexpr std::size_t kMaxFile = std::size_t{1} << 30;

}  // namespace

Result<LoadedArtifact> load_artifact(const std::string& name) {
    std::error_code ignored;
    if (!std::filesystem::exists(name, ignored)) {
        if (auto digest = parse_digest(name)) return LoadedArtifact{{*digest, std::nullopt}, {}};
    }
    BOLTSEAL_TRY(Buffer bytes, read_file(name, kMaxFile));
    LoadedArtifact loaded{{digest_of(bytes), std::nullopt}, std::move(bytes)};
    loaded.artifact.bytes = loaded.bytes;
    return loaded;
}

std::filesystem::path bundle_path_for(const std::filesystem::path& file,
                                      const std::filesystem::path& chosen) {
    return chosen.empty() ? std::filesystem::path(file.string() + ".sigstore.json") : chosen;
}

Result<Buffer> load_bundle(const std::filesystem::path& file) {
    return read_file(file, kMaxBundle);
}

}  // namespace boltseal
