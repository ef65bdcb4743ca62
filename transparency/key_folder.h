// A key and its vkey in a folder: what a log and a witness have in common.
//
//   <dir>/<role>.key    an Ed25519 key, as sign/key_file.h keeps keys
//   <dir>/<role>.pub    its vkey, one line: what others pin
#pragma once

#include "sign/private_key.h"
#include "verify/note.h"

#include <filesystem>
#include <memory>
#include <string>

namespace boltseal {

struct NamedKey {
    std::unique_ptr<PrivateKey> signer;
    NoteKey note_key;
};

// Makes the folder (0700), if need be. Declined if there is a key of this role already.
Result<void> save_named_key(const std::filesystem::path& directory, const std::string& role,
                            const NamedKey& key, const Secret& passphrase);

// Config if the two files are not two halves of one key, or the key of another type.
Result<NamedKey> load_named_key(const std::filesystem::path& directory, const std::string& role,
                                NoteSignatureType type, const Secret& passphrase);

// The public half alone.
Result<NoteKey> load_vkey(const std::filesystem::path& directory, const std::string& role);

}  // namespace boltseal
