#include "transparency/witness_setup.h"

#include "core/encoding.h"
#include "core/file.h"
#include "sign/cosign.h"
#include "sign/ed25519_key.h"
#include "transparency/head_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

constexpr char kWitnessRole[] = "witness";
constexpr std::string_view kNoLogs =
    "# The logs to cosign for, one key a line:\n# log log.example+<hash>+<key>\n";

}  // namespace

Result<NoteKey> create_witness(const fs::path& directory, const std::string& name,
                               const Secret& passphrase) {
    BOLTSEAL_TRY(std::unique_ptr<PrivateKey> signer, generate_ed25519_key());
    BOLTSEAL_TRY(NoteKey note_key, witness_note_key(name, signer->public_key()));
    const NamedKey key{std::move(signer), std::move(note_key)};
    BOLTSEAL_CHECK(save_named_key(directory, kWitnessRole, key, passphrase));
    BOLTSEAL_CHECK(write_file(directory / "logs", as_bytes(kNoLogs)));
    const fs::path state = directory / "state";
    if (::mkdir(state.c_str(), 0700) != 0) {
        return Error(Fault::Io, "cannot make '" + state.string() + "': " + std::strerror(errno));
    }
    BOLTSEAL_CHECK(sync_directory(directory));
    return key.note_key;
}

Result<NamedKey> load_witness_key(const fs::path& directory, const Secret& passphrase) {
    return load_named_key(directory, kWitnessRole, NoteSignatureType::Ed25519Cosignature,
                          passphrase);
}

Result<std::unique_ptr<HeadStore>> open_witness_state(const fs::path& directory,
                                                      const std::string& origin) {
    const fs::path path = directory / "state" / to_hex(sha256({as_bytes(origin)}));
    auto file = HeadFile::open(path);
    if (!file && file.error().fault() == Fault::Missing) {
        BOLTSEAL_CHECK(HeadFile::create(path));
        file = HeadFile::open(path);
    }
    if (!file) return std::move(file).error();
    return std::unique_ptr<HeadStore>(*std::move(file));
}

}  // namespace boltseal
