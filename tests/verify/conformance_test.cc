// The published conformance cases, as a client of them would be run: each with the artifact and
// with its digest alone. github.com/sigstore/sigstore-conformance, docs/cli_protocol.md
#include "core/file.h"
#include "tests/check.h"
#include "tests/support/vectors.h"
#include "verify/verify_bundle.h"

#include <map>

using namespace boltseal;

namespace {

constexpr Timestamp kNow{1'790'000'000};  // plays no part but for keys that have ended

struct Case {
    std::string bundle;
    std::string artifact;
    Policy policy;

    Result<Verified> verify(bool with_file) const {
        Artifact subject{digest_of(as_bytes(artifact)), std::nullopt};
        if (with_file) subject.bytes = as_bytes(artifact);
        return verify_bundle(as_bytes(bundle), subject, policy, kNow);
    }
};

std::string read_text(const std::filesystem::path& file) {
    const auto bytes = read_file(file, 1 << 20);
    REQUIRE_OK(bytes);
    return std::string(as_text(*bytes));
}

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

// A key file that is none is a case of its own: the client cannot even start.
std::optional<Case> load(const std::filesystem::path& folder) {
    const auto all = folder.parent_path();
    Case loaded{read_text(folder / "bundle.sigstore.json"),
                read_text(one_of(folder / "artifact", all / "a.txt")),
                {}};
    const auto root = parse_trusted_root(as_bytes(
        read_text(one_of(folder / "trusted_root.json", all / "trusted_root.public-good.json"))));
    REQUIRE_OK(root);
    loaded.policy.root = *root;
    loaded.policy.any_predicate_type = true;
    loaded.policy.accept_promise_alone = true;
    if (!std::filesystem::exists(folder / "key.pub")) {
        loaded.policy.identities = {
            {Pattern::exactly(read_line_or(
                 folder / "identity",
                 "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"
                 ".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main")),
             Pattern::exactly(
                 read_line_or(folder / "issuer", "https://token.actions.githubusercontent.com")),
             {}}};
        return loaded;
    }
    const auto key = parse_public_key_pem(as_bytes(read_text(folder / "key.pub")));
    if (!key) return std::nullopt;
    loaded.policy.keys = {*key};
    return loaded;
}

// Why each of the bad ones is refused; "" where the key file itself is.
const std::map<std::string, std::string> kReasons = {
    {"checkpoint-bad-keyhint_fail", "log entry: note: not signed by any known key"},
    {"invalid-inclusion-proof_fail",
     "bundle: has a log entry without an inclusion proof and its checkpoint"},
    {"managed-key-wrong-key_fail", ""},
    {"rekor2-no-timestamp_fail", "nothing proves when the certificate was used"},
    {"signature-mismatch_fail", "ECDSA signature does not verify"},
    {"wrong-hashedrekord-entry_fail", "log entry: is about another digest"},
};

}  // namespace

TEST_CASE("published conformance cases get the published verdict", "[conformance][vectors]") {
    const auto all = test::require_vectors("sigstore-bundles");
    std::size_t good = 0;
    std::size_t bad = 0;
    for (const auto& file : test::files_below(all)) {
        if (file.filename() != "bundle.sigstore.json") continue;
        const auto folder = file.parent_path();
        const std::string name = folder.filename().string();
        CAPTURE(name);
        const auto loaded = load(folder);
        for (const bool with_file : {true, false}) {
            CAPTURE(with_file);
            if (!name.ends_with("_fail")) {
                REQUIRE(loaded);
                REQUIRE_OK(loaded->verify(with_file));
                ++good;
                continue;
            }
            ++bad;
            REQUIRE(kReasons.contains(name));
            REQUIRE(loaded.has_value() == !kReasons.at(name).empty());
            if (!loaded) continue;
            REQUIRE_REFUSED(loaded->verify(with_file), kReasons.at(name));
            REQUIRE_FAULT(loaded->verify(with_file), Fault::Untrusted);
        }
    }
    REQUIRE(good >= 14);
    REQUIRE(bad >= 2 * kReasons.size());
}
