#include "transparency/allow_list.h"

#include "core/encoding.h"
#include "tests/check.h"
#include "tests/support/keyless_maker.h"
#include "tests/support/submissions.h"
#include "tests/support/temp_folder.h"

#include <fstream>
#include <map>

using namespace boltseal;
using namespace boltseal::test;

namespace {

// What lists name, and a certificate authority.
struct World {
    TestCa ca;
    std::map<std::string, std::string> files;

    World() {
        TrustedRoot root;
        root.certificate_authorities.push_back(ca.authority());
        files["root.json"] = trusted_root_json(root);
        files["none.json"] = trusted_root_json({});
        files["release.pub"] = to_pem(signed_entry("a").key);
    }

    Result<AllowList> parse(const std::string& text) const {
        return AllowList::parse(as_bytes(text), [&](const std::string& name, std::size_t limit) {
            const auto found = files.find(name);
            REQUIRE(limit > 1000);
            return found == files.end() ? Result<Buffer>(Error(Fault::Missing, "is not there"))
                                        : to_buffer(found->second);
        });
    }

    // Signed by a certificate for this name.
    HashedRekord certified(const TestCa& by, SubjectName name, const std::string& issuer,
                           const std::string& usage = "codeSigning") const {
        CertificateSpec spec = signer_spec(std::move(name), issuer);
        spec.extended_key_usage = usage;
        const IssuedCertificate issued = by.issue(spec);
        return {digest_of(as_bytes("a")), issued.key->sign(as_bytes("a")).value(),
                issued.certificate.key(), SignatureAlgorithm::EcdsaP256Sha256,
                to_buffer(issued.certificate.der())};
    }
};

Result<void> allowed_to_write(const AllowList& list, const HashedRekord& entry, Timestamp now) {
    return list.check(entry.key, entry.certificate, now);
}

const std::string kIdentity =
    "trusted_root = \"root.json\"\n"
    "[identities.ci]\n"
    "name = { glob = \"*@example.com\" }\n"
    "issuer = \"https://issuer.example\"\n";
const std::string kIssuer = "https://issuer.example";
const SubjectName kName{NameKind::Email, "ci@example.com"};
constexpr Timestamp kNow{kLeafStart.seconds + 10};

}  // namespace

TEST_CASE("keys on the list may write, by their file or their hash", "[allow_list]") {
    const World world;
    const HashedRekord listed = signed_entry("a");
    const HashedRekord other = signed_entry("a", KeyType::Ed25519);
    const std::string hash = to_hex(key_hash(listed.key).bytes());
    for (const std::string& list : {std::string("[keys.release]\nfile = \"release.pub\"\n"),
                                    "[keys.release]\nsha256 = \"" + hash + "\"\n"}) {
        const auto allowed = world.parse(list);
        REQUIRE_OK(allowed);
        REQUIRE_OK(allowed_to_write(*allowed, listed, kNow));
        REQUIRE_REFUSED(
            allowed_to_write(*allowed, other, kNow),
            "key " + to_hex(key_hash(other.key).bytes()) + " may not write to this log");
    }
}

TEST_CASE("an identity may write if its certificate is trusted now", "[allow_list]") {
    const World world;
    const auto allowed = world.parse(kIdentity);
    REQUIRE_OK(allowed);
    REQUIRE_OK(allowed_to_write(*allowed, world.certified(world.ca, kName, kIssuer), kNow));

    const std::string unknown = "no authority that this log knows vouches now for the certificate";
    REQUIRE_REFUSED(allowed_to_write(*allowed, world.certified(TestCa(), kName, kIssuer), kNow),
                    unknown);
    const HashedRekord entry = world.certified(world.ca, kName, kIssuer);
    REQUIRE_REFUSED(allowed_to_write(*allowed, entry, {kLeafEnd.seconds + 1}), unknown);
    REQUIRE_REFUSED(
        allowed_to_write(*allowed, world.certified(world.ca, kName, kIssuer, "serverAuth"), kNow),
        unknown);
    REQUIRE_REFUSED(
        allowed_to_write(*allowed, world.certified(world.ca, kName, "https://other.example"), kNow),
        "'ci@example.com' of 'https://other.example' may not write to this log");
    REQUIRE_REFUSED(
        allowed_to_write(
            *allowed,
            world.certified(world.ca, {NameKind::Email, "ci@example.com.evil.org"}, kIssuer), kNow),
        "'ci@example.com.evil.org' of 'https://issuer.example' may not write to this log");
    const HashedRekord bare = signed_entry("a");
    REQUIRE_REFUSED(allowed_to_write(*allowed, bare, kNow),
                    "key " + to_hex(key_hash(bare.key).bytes()) + " may not write to this log");
}

TEST_CASE("lists that make no sense are refused with their line", "[allow_list]") {
    const World world;
    struct Row {
        std::string list;
        const char* why;
    };
    const std::string identity = kIdentity.substr(kIdentity.find('\n') + 1);
    const auto row = GENERATE_COPY(values<Row>({
        {"", "allows nobody"},
        {"trusted_root = \"root.json\"\n", "allows nobody"},
        {"\n[keys", "line 2: error while parsing table header: encountered end-of-file"},
        {"[key.a]\n", "allows nobody"},
        {"[keys.a]\n", "line 1: 'a' needs one of 'file' and 'sha256'"},
        {"[keys.a]\nfile = \"x\"\nsha256 = \"y\"\n",
         "line 1: 'a' needs one of 'file' and 'sha256'"},
        {"[keys.a]\nfile = \"x\"\n", "line 2: 'file': is not there"},
        {"[keys.a]\nfile = \"root.json\"\n",
         "line 2: 'file': not one PEM block of type PUBLIC KEY"},
        {"[keys.a]\nsha256 = \"ab\"\n", "line 2: 'sha256' is not 64 lower-case hex digits"},
        {"[keys.a]\nfile = \"release.pub\"\nfrom = 1\n", "line 3: 'from' is unknown in [keys]"},
        {"[keys.a]\nfile = \"release.pub\"\n[keys.b]\nfile = \"release.pub\"\n",
         "line 3: 'b' is allowed already"},
        {identity,
         "line 1: 'ci' signs with certificates, and no 'trusted_root' names an authority for them"},
        {"trusted_root = \"none.json\"\n" + identity,
         "line 2: 'ci' signs with certificates, and no 'trusted_root' names an authority for them"},
        {"trusted_root = \"root.json\"\n[identities.a]\nname = \"a\"\n",
         "line 2: 'issuer' is missing in [identities]"},
        {"trusted_root = \"root.json\"\n[identities.a]\nname = { regex = \".*\" }\nissuer = "
         "\"a\"\n",
         "line 3: 'name': pattern '.*': matches whatever there is, and so names nobody"},
    }));
    CAPTURE(row.list);
    const auto list = world.parse(row.list);
    REQUIRE_FALSE(list.has_value());
    CHECK(list.error().message() == row.why);
    REQUIRE(list.error().fault() == Fault::Config);
}

TEST_CASE("a list is read from disk, and its files from beside it", "[allow_list]") {
    const World world;
    const TempFolder folder;
    std::ofstream(folder / "release.pub") << world.files.at("release.pub");
    std::ofstream(folder / "list.toml") << "[keys.release]\nfile = \"release.pub\"\n";
    REQUIRE_OK(AllowList::load(folder / "list.toml"));
    REQUIRE_FAULT(AllowList::load(folder / "none.toml"), Fault::Config);
}
