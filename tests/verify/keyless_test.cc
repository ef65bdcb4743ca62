// Keyless bundles of every version and with every kind of entry, made and really signed here.
#include "tests/check.h"
#include "tests/support/keyless_maker.h"

#include <algorithm>

using namespace boltseal;
using test::EntryKind;
using test::SigstoreSpec;
using test::TestSigstore;

namespace {

constexpr auto kTypes = {KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::EcdsaP521,
                         KeyType::Ed25519, KeyType::Rsa};
constexpr auto kVersions = {BundleVersion::V01, BundleVersion::V02, BundleVersion::V03};

std::vector<std::string> names_of(const std::vector<Check>& checks) {
    std::vector<std::string> names;
    for (const Check& check : checks) names.push_back(check.name);
    return names;
}

bool has_envelope(const TestSigstore& good) {
    return std::holds_alternative<Envelope>(good.bundle.content);
}

}  // namespace

TEST_CASE("a keyless bundle verifies, whatever its version and entry", "[keyless]") {
    const EntryKind kind = GENERATE(values(test::kEntryKinds));
    const BundleVersion version = GENERATE(values(kVersions));
    CAPTURE(to_string(kind), static_cast<int>(version));
    if (test::is_v2(kind) && version == BundleVersion::V01) return;  // no promises there
    const TestSigstore good({.entry = kind, .version = version});
    const auto verified = good.verify();
    REQUIRE_OK(verified);
    REQUIRE(verified->identity->names[0].value == test::kSignerName);
    REQUIRE(verified->identity->issuer == test::kSignerIssuer);
    REQUIRE(verified->times.size() == 1);
    REQUIRE(verified->times[0].time == test::kSigned);
    REQUIRE(verified->checkpoints.size() == 1);
    REQUIRE(verified->statement.has_value() == has_envelope(good));
    const std::vector<std::string> end = {"certificate", "certificate-log", "identity"};
    std::vector<std::string> names = names_of(verified->checks);
    REQUIRE(std::equal(end.begin(), end.end(), names.end() - 3));
    REQUIRE(std::count(names.begin(), names.end(), "log-entry") == 1);
}

TEST_CASE("bundles by a bare key verify, whatever their version and entry", "[keyless]") {
    const EntryKind kind = GENERATE(values(test::kEntryKinds));
    const BundleVersion version = GENERATE(values(kVersions));
    CAPTURE(to_string(kind), static_cast<int>(version));
    if (test::is_v2(kind) && version == BundleVersion::V01) return;
    const TestSigstore good({.entry = kind, .certificate = false, .version = version});
    const auto verified = good.verify();
    REQUIRE_OK(verified);
    REQUIRE_FALSE(verified->identity);
    REQUIRE(verified->key == good.signer->public_key());
}

TEST_CASE("keys of every type sign keyless, over files and envelopes", "[keyless]") {
    const KeyType type = GENERATE(values(kTypes));
    const EntryKind kind = GENERATE(values(test::kEntryKinds));
    const bool envelope = GENERATE(false, true);
    CAPTURE(to_string(type), to_string(kind), envelope);
    const bool plain = type == KeyType::Ed25519 && kind == EntryKind::DsseV2;
    if (plain) return;  // rekor v2 takes no plain Ed25519
    REQUIRE_OK(TestSigstore({.entry = kind, .envelope = envelope, .key_type = type}).verify());
}

TEST_CASE("a promise and a time stamp are two times", "[keyless]") {
    const TestSigstore good({.timestamp = true});
    const auto verified = good.verify();
    REQUIRE_OK(verified);
    REQUIRE(verified->times.size() == 2);
    REQUIRE(verified->times[0].source == "log 'rekor.example.com'");
    REQUIRE(verified->times[1].source == "tsa.example.com");
}

TEST_CASE("a trusted root is read as it was written", "[keyless]") {
    TestSigstore good;
    const auto root = parse_trusted_root(as_bytes(test::trusted_root_json(good.policy.root)));
    REQUIRE_OK(root);
    REQUIRE(root->logs[0].id == good.policy.root.logs[0].id);
    REQUIRE(root->logs[1].key == good.policy.root.logs[1].key);
    good.policy.root = *root;
    REQUIRE_OK(good.verify());
}
