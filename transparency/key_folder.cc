#include "transparency/key_folder.h"

#include "core/file.h"
#include "sign/key_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace boltseal {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxVkey = 4096;

Result<void> make_folder(const fs::path& directory) {
    if (::mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST) return {};
    return Error(Fault::Io, "cannot make '" + directory.string() + "': " + std::strerror(errno));
}

}  // namespace

Result<void> save_named_key(const fs::path& directory, const std::string& role, const NamedKey& key,
                            const Secret& passphrase) {
    BOLTSEAL_CHECK(make_folder(directory));
    if (auto saved = save_signer(directory / (role + ".key"), *key.signer, passphrase); !saved) {
        if (saved.error().fault() != Fault::Declined) return saved;
        return Error(Fault::Declined,
                     "there is a " + role + " in '" + directory.string() + "' already");
    }
    return write_file(directory / (role + ".pub"), as_bytes(to_vkey(key.note_key) + "\n"));
}

Result<NoteKey> load_vkey(const fs::path& directory, const std::string& role) {
    BOLTSEAL_TRY(const Buffer file, read_file(directory / (role + ".pub"), kMaxVkey));
    std::string_view line = as_text(file);
    if (line.ends_with('\n')) line.remove_suffix(1);
    return parse_vkey(line);
}

Result<NamedKey> load_named_key(const fs::path& directory, const std::string& role,
                                NoteSignatureType type, const Secret& passphrase) {
    const fs::path file = directory / (role + ".key");
    BOLTSEAL_CHECK(check_key_file_mode(file));
    BOLTSEAL_TRY(std::unique_ptr<PrivateKey> signer, load_signer(file, passphrase));
    BOLTSEAL_TRY(NoteKey said, load_vkey(directory, role));
    if (said.type != type || said.key != signer->public_key()) {
        return Error(Fault::Config,
                     "'" + role + ".key' and '" + role + ".pub' do not belong together");
    }
    return NamedKey{std::move(signer), std::move(said)};
}

}  // namespace boltseal
