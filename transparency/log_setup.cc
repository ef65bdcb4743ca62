#include "transparency/log_setup.h"

#include "core/encoding.h"
#include "core/file.h"
#include "net/url.h"
#include "sign/ed25519_key.h"
#include "transparency/file_storage.h"
#include "transparency/folder_place.h"
#include "transparency/head_file.h"
#include "transparency/head_signer.h"
#include "transparency/journal_file.h"

namespace boltseal {

namespace {

namespace fs = std::filesystem;

constexpr char kLogRole[] = "log";

Result<void> check_url(const std::string& url) {
    const bool known = url.starts_with("http://") || url.starts_with("https://");
    if (known && !url.ends_with('/')) return {};
    return Error(Fault::Config,
                 "the log's URL must start with http:// or https:// and not end in '/'");
}

// Rekor v2's clients take the host name of this URL, and nothing else, for the origin of the log's
// checkpoints, and never go there: they submit to what the signing configuration says.
std::string base_url(const std::string& origin, const std::string& url) {
    const auto as_host = parse_url("https://" + origin);
    return as_host && as_host->host == origin ? "https://" + origin : url;
}

Result<void> sign_empty_tree(const fs::path& directory, Signer& signer, const NoteKey& key) {
    BOLTSEAL_TRY(const auto storage, FileStorage::open(directory));
    BOLTSEAL_CHECK(FileJournal::create(directory / "journal"));
    BOLTSEAL_CHECK(HeadFile::create(directory / "head"));
    BOLTSEAL_TRY(const auto head, HeadFile::open(directory / "head"));
    LocalHeadSigner head_signer(signer, key, *head);
    BOLTSEAL_TRY(const VerifiedCheckpoint first, head_signer.sign({0, hash_empty()}, {}));
    BOLTSEAL_CHECK(storage->publish(first));
    return claim_place(directory);
}

}  // namespace

Result<NoteKey> create_log(const fs::path& directory, const LogSettings& settings,
                           const Secret& passphrase, Timestamp now) {
    BOLTSEAL_CHECK(check_url(settings.url));
    BOLTSEAL_TRY(std::unique_ptr<PrivateKey> signer, generate_ed25519_key());
    BOLTSEAL_TRY(NoteKey note_key, log_note_key(settings.origin, signer->public_key()));
    const LogKey key{std::move(signer), std::move(note_key)};
    BOLTSEAL_CHECK(save_named_key(directory, kLogRole, key, passphrase));
    const std::string root = to_pretty_json(trusted_root(key.note_key, settings.url, now));
    const std::string config = to_pretty_json(signing_config(key.note_key, settings.url, now));
    BOLTSEAL_CHECK(write_file(directory / "trusted_root.json", as_bytes(root)));
    BOLTSEAL_CHECK(write_file(directory / "signing_config.json", as_bytes(config)));
    BOLTSEAL_CHECK(sign_empty_tree(directory, *key.signer, key.note_key));
    return key.note_key;
}

Result<NoteKey> load_log_vkey(const fs::path& directory) {
    return load_vkey(directory, kLogRole);
}

Result<LogKey> load_log_key(const fs::path& directory, const Secret& passphrase) {
    return load_named_key(directory, kLogRole, NoteSignatureType::Ed25519, passphrase);
}

Json trusted_root(const NoteKey& key, const std::string& url, Timestamp start) {
    const Json valid = Json::object({{"start", to_rfc3339(start)}});
    const Json public_key = Json::object({{"rawBytes", to_base64(key.key.spki())},
                                          {"keyDetails", "PKIX_ED25519"},
                                          {"validFor", valid}});
    const Json log =
        Json::object({{"baseUrl", base_url(key.name, url)},
                      {"hashAlgorithm", "SHA2_256"},
                      {"publicKey", public_key},
                      {"logId", Json::object({{"keyId", to_base64(key.log_id().bytes())}})}});
    return Json::object({{"mediaType", "application/vnd.dev.sigstore.trustedroot+json;version=0.1"},
                         {"tlogs", Json::array({log})},
                         {"certificateAuthorities", Json::array({})},
                         {"ctlogs", Json::array({})},
                         {"timestampAuthorities", Json::array({})}});
}

Json signing_config(const NoteKey& key, const std::string& url, Timestamp start) {
    const Json service = Json::object({{"url", url},
                                       {"majorApiVersion", 2},
                                       {"validFor", Json::object({{"start", to_rfc3339(start)}})},
                                       {"operator", key.name}});
    return Json::object({{"mediaType", "application/vnd.dev.sigstore.signingconfig.v0.2+json"},
                         {"caUrls", Json::array({})},
                         {"oidcUrls", Json::array({})},
                         {"rekorTlogUrls", Json::array({service})},
                         {"rekorTlogConfig", Json::object({{"selector", "ANY"}})},
                         {"tsaUrls", Json::array({})}});
}

}  // namespace boltseal
