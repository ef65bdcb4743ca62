// A witness's folder. specs/witness.md#folder
//
//   <dir>/witness.key, witness.pub      transparency/key_folder.h
//   <dir>/logs                          whom it cosigns for: transparency/watched_logs.h
//   <dir>/state/<hex SHA-256 of origin> what it has cosigned last: transparency/head_file.h
//
// The state must never go back: a witness that forgets, or is restored from a backup, cosigns a
// second history without knowing.
#pragma once

#include "transparency/key_folder.h"
#include "transparency/storage.h"

namespace boltseal {

// Makes all of it, with a new key and no logs. Declined if there is a witness already, Config for a
// bad name.
Result<NoteKey> create_witness(const std::filesystem::path& directory, const std::string& name,
                               const Secret& passphrase);

Result<NamedKey> load_witness_key(const std::filesystem::path& directory, const Secret& passphrase);

// Of one log; made, without a head, when the log is new to this witness. Missing if the witness has
// no state at all, Declined while another process has it open.
Result<std::unique_ptr<HeadStore>> open_witness_state(const std::filesystem::path& directory,
                                                      const std::string& origin);

}  // namespace boltseal
