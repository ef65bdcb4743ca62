// Private keys as cosign keeps them: PKCS#8, encrypted under a passphrase, in PEM.
// github.com/sigstore/cosign, pkg/cosign/keys.go; specs/key-file.md
//
// The passphrase is turned into a key by scrypt, which is made to be slow: about 0.2 s and 64 MiB
// for the parameters that are written. The file says its own parameters, so they are bounded. There
// is no prompt here and nothing is read from the environment.
#pragma once

#include "sign/private_key.h"

#include <filesystem>

namespace boltseal {

// Whether "PRIVATE KEY" files, which have no passphrase, will do.
enum class PlainKeys { Refuse, Allow };

// Config, with the reason, for everything that is no key we can use: a wrong passphrase included,
// which cannot be told from a damaged file. Limits: 64 KiB, scrypt within 256 MiB.
Result<std::unique_ptr<PrivateKey>> parse_key_file(Bytes pem, const Secret& passphrase,
                                                   PlainKeys plain = PlainKeys::Refuse);
Result<std::string> encode_key_file(const PrivateKey& key, const Secret& passphrase);

// Whether it is worth asking for a passphrase. Says nothing about whether the rest of it is right.
bool wants_passphrase(Bytes pem);

// The same from and to a file. Saving never replaces a file (Declined), and nobody but the owner
// may read what was saved.
Result<std::unique_ptr<PrivateKey>> load_signer(const std::filesystem::path& path,
                                                const Secret& passphrase,
                                                PlainKeys plain = PlainKeys::Refuse);
Result<void> save_signer(const std::filesystem::path& path, const PrivateKey& key,
                         const Secret& passphrase);

// Config if others than its owner may read or write the file: cosign's tools do not mind, so it is
// for the caller to say whether this is a warning or the end.
Result<void> check_key_file_mode(const std::filesystem::path& path);

}  // namespace boltseal
