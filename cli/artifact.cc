#include "cli/artifact.h"

#include "core/file.h"
#include "verify/sigstore_bundle.h"

namespace boltseal {

namespace {

constexpr std::size_t kMaxFile = std::size_t{1} << 30;

class FileReader final : public ArtifactReader {
public:
    FileReader(std::filesystem::path file, BlobDigest known)
        : file_(std::move(file)), known_(std::move(known)) {}

    Result<BlobDigest> digest(HashAlgorithm algorithm) override {
        if (other_.algorithm() == algorithm) return other_;
        BOLTSEAL_TRY(auto digests, digests_of_file(file_, {known_.algorithm(), algorithm}));
        if (digests.front() != known_) return changed();
        other_ = std::move(digests.back());
        return other_;
    }

    Result<Buffer> bytes() override {
        BOLTSEAL_TRY(Buffer bytes, read_file(file_, kMaxFile));
        if (digest_of(bytes, known_.algorithm()) != known_) return changed();
        return bytes;
    }

private:
    Error changed() const {
        return Error(Fault::Integrity, "'" + file_.string() + "' was changed while it was read");
    }

    const std::filesystem::path file_;
    const BlobDigest known_;
    BlobDigest other_ = known_;  // the last of another kind, which more than one check asks for
};

}  // namespace

Result<LoadedArtifact> load_artifact(const std::string& name) {
    std::error_code ignored;
    if (!std::filesystem::exists(name, ignored)) {
        if (auto digest = parse_digest(name))
            return LoadedArtifact{{*digest, std::nullopt}, {}, {}};
    }
    if (!std::filesystem::is_regular_file(name, ignored)) {
        BOLTSEAL_TRY(Buffer bytes, read_file(name, kMaxFile));
        LoadedArtifact loaded{{digest_of(bytes), std::nullopt}, std::move(bytes), {}};
        loaded.artifact.bytes = loaded.bytes;
        return loaded;
    }
    BOLTSEAL_TRY(HashedFile file, hash_file(name));
    LoadedArtifact loaded{{file.digest, std::nullopt}, {}, {}};
    loaded.reader = std::make_unique<FileReader>(name, std::move(file.digest));
    loaded.artifact.reader = loaded.reader.get();
    return loaded;
}

std::filesystem::path bundle_path_for(const std::filesystem::path& file,
                                      const std::filesystem::path& chosen) {
    return chosen.empty() ? std::filesystem::path(file.string() + ".sigstore.json") : chosen;
}

Result<Buffer> load_bundle(const std::filesystem::path& file) {
    return read_file(file, kMaxBundle);
}

Candidate load_candidate(const std::filesystem::path& bundle) {
    auto bytes = load_bundle(bundle);
    if (bytes) return {*std::move(bytes)};
    return {std::move(bytes).error()};
}

}  // namespace boltseal
