#include "tests/support/published_bundles.h"

#include "core/file.h"
#include "tests/check.h"
#include "tests/support/vectors.h"

namespace boltseal::test {

namespace {

constexpr Timestamp kNow{1'790'000'000};  // plays no part but for keys that have ended
constexpr const char* kIdentity =
    "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"
    ".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";
constexpr const char* kIssuer = "https://token.actions.githubusercontent.com";

std::string read_line_or(const std::filesystem::path& file, std::string otherwise) {
    if (!std::filesystem::exists(file)) return otherwise;
    std::string line = read_text(file);
    while (line.ends_with('\n')) line.pop_back();
    return line;
}

std::filesystem::path one_of(const std::filesystem::path& own,
                             const std::filesystem::path& shared) {
    return std::filesystem::exists(own) ? own : shared;
}

PublishedCase load(const std::filesystem::path& folder) {
    const auto all = folder.parent_path();
    PublishedCase loaded{folder.filename().string(),
                         read_text(folder / "bundle.sigstore.json"),
                         read_text(one_of(folder / "artifact", all / "a.txt")),
                         {}};
    const auto root = parse_trusted_root(as_bytes(
        read_text(one_of(folder / "trusted_root.json", all / "trusted_root.public-good.json"))));
    REQUIRE_OK(root);
    loaded.policy.root = *root;
    loaded.policy.any_predicate_type = true;
    loaded.policy.accept_promise_alone = true;
    if (!std::filesystem::exists(folder / "key.pub")) {
        loaded.policy.identities = {{Pattern::exactly(read_line_or(folder / "identity", kIdentity)),
                                     Pattern::exactly(read_line_or(folder / "issuer", kIssuer)),
                                     {}}};
        return loaded;
    }
    const auto key = parse_public_key_pem(as_bytes(read_text(folder / "key.pub")));
    loaded.has_key = key.has_value();
    if (key) loaded.policy.keys = {*key};
    return loaded;
}

}  // namespace

Result<Verified> PublishedCase::verify(bool with_file) const {
    Artifact subject{digest_of(as_bytes(artifact)), std::nullopt};
    if (with_file) subject.bytes = as_bytes(artifact);
    return verify_bundle(as_bytes(bundle), subject, policy, kNow);
}

std::vector<PublishedCase> published_cases() {
    std::vector<PublishedCase> cases;
    for (const auto& file : files_below(require_vectors("sigstore-bundles"))) {
        if (file.filename() == "bundle.sigstore.json") cases.push_back(load(file.parent_path()));
    }
    return cases;
}

std::string read_text(const std::filesystem::path& file) {
    const auto bytes = read_file(file, 1 << 20);
    REQUIRE_OK(bytes);
    return std::string(as_text(*bytes));
}

}  // namespace boltseal::test
