// A log's directory before it serves: its key, its first checkpoint, and the files that tell
// clients whom to trust. specs/log-api.md#directory
//
//   <dir>/log.key, log.pub     transparency/key_folder.h
//   <dir>/trusted_root.json    the same for Sigstore clients, and where they submit to:
//   <dir>/signing_config.json
#pragma once

#include "core/json.h"
#include "core/time.h"
#include "transparency/key_folder.h"

namespace boltseal {

struct LogSettings {
    std::string origin;  // names the log in checkpoints, for ever; a URL without scheme by custom
    std::string url;     // where clients will reach it
};

// Makes the directory (0700), a new key and everything else that is named above, and signs the
// empty tree. Declined if there is a log already, Config for a bad origin or URL.
Result<NoteKey> create_log(const std::filesystem::path& directory, const LogSettings& settings,
                           const Secret& passphrase, Timestamp now);

using LogKey = NamedKey;

// Config if the key and the vkey beside it are not two halves of one.
Result<LogKey> load_log_key(const std::filesystem::path& directory, const Secret& passphrase);

// The public half alone.
Result<NoteKey> load_log_vkey(const std::filesystem::path& directory);

// Sigstore's trusted root with this one log in it, and the signing configuration that points there.
Json trusted_root(const NoteKey& key, const std::string& url, Timestamp start);
Json signing_config(const NoteKey& key, const std::string& url, Timestamp start);

}  // namespace boltseal
