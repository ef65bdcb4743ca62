// Tokens of real authorities, read in place from vectors/sigstore-bundles, and what another program
// says of those that our test authority issues.
#include "core/encoding.h"
#include "core/file.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_tsa.h"
#include "tests/support/vectors.h"
#include "verify/timestamp.h"

#include <cstdlib>

using namespace boltseal;

namespace {

struct RealTimestamp {
    Buffer response;
    Buffer message;
    std::vector<CertificateAuthority> authorities;

    Result<ProvedTime> check() const { return check_timestamp(response, message, authorities); }
};

Buffer base64_at(const Json& object, std::string_view name) {
    return parse_base64(*object.string_at(name).value()).value();
}

CertificateAuthority read_authority(const Json& json) {
    CertificateAuthority authority;
    authority.uri = *json.string_at("uri").value();
    const Json& valid_for = *json.object_at("validFor").value();
    authority.valid_for.start = parse_rfc3339(*valid_for.string_at("start").value()).value();
    const Json& chain = *json.object_at("certChain").value();
    std::vector<Certificate> certificates;
    for (const Json& certificate : *chain.array_at("certificates").value()) {
        certificates.push_back(parse_certificate(base64_at(certificate, "rawBytes")).value());
    }
    authority.chain = std::move(certificates);
    return authority;
}

Buffer signature_in(const Json& bundle) {
    if (const Json* message = bundle.find("messageSignature")) {
        return base64_at(*message, "signature");
    }
    const Json& envelope = *bundle.object_at("dsseEnvelope").value();
    return base64_at(envelope.array_at("signatures").value()->at(0), "sig");
}

// The only time stamp of a bundle, with the trusted root beside it or the public good one.
RealTimestamp read_timestamp(const std::string& name) {
    const auto vectors = test::require_vectors("sigstore-bundles");
    const Json bundle = test::load_vector(vectors / name / "bundle.sigstore.json");
    auto root_file = vectors / name / "trusted_root.json";
    if (!exists(root_file)) root_file = vectors / "trusted_root.public-good.json";
    const Json root = test::load_vector(root_file);
    const Json& material = *bundle.object_at("verificationMaterial").value();
    const Json& data = *material.object_at("timestampVerificationData").value();
    const Json::Array& stamps = *data.array_at("rfc3161Timestamps").value();
    REQUIRE(stamps.size() == 1);
    RealTimestamp out{base64_at(stamps[0], "signedTimestamp"), signature_in(bundle), {}};
    for (const Json& authority : *root.array_at("timestampAuthorities").value()) {
        out.authorities.push_back(read_authority(authority));
    }
    return out;
}

// How many of its changes get through.
std::size_t survivors(const RealTimestamp& original, std::initializer_list<std::uint8_t> masks) {
    RealTimestamp changed = original;
    std::size_t count = 0;
    for (std::size_t at = 0; at < original.response.size(); ++at) {
        for (const std::uint8_t mask : masks) {
            changed.response[at] = static_cast<std::uint8_t>(original.response[at] ^ mask);
            if (!changed.check()) continue;
            UNSCOPED_INFO("byte " << at << " does not matter");
            ++count;
        }
        changed.response[at] = original.response[at];
    }
    return count;
}

void write(const std::filesystem::path& path, Bytes bytes) {
    REQUIRE_OK(write_file(path, bytes));
}

}  // namespace

TEST_CASE("time stamps in real bundles hold over their signatures", "[timestamp][vectors]") {
    struct Row {
        std::string name;
        std::string time;
        std::string source;
    };
    const auto row = GENERATE(values<Row>({
        {"intoto-with-custom-trust-root", "2023-02-01T00:00:00Z", "localhost:8000"},
        {"managed-key-happy-path", "2025-12-18T17:04:39Z", "timestamp.sigstore.dev"},
        {"managed-key-wrong-key_fail", "2025-12-18T17:04:39Z", "timestamp.sigstore.dev"},
        {"rekor2-dsse-happy-path", "2026-05-13T19:23:33Z", "timestamp.sigstage.dev"},
        {"rekor2-happy-path", "2025-06-12T12:02:20Z", "timestamp.sigstage.dev"},
    }));
    CAPTURE(row.name);
    RealTimestamp stamp = read_timestamp(row.name);
    const auto proved = stamp.check();
    REQUIRE_OK(proved);
    REQUIRE(to_rfc3339(proved->time) == row.time);
    REQUIRE(proved->source == row.source);
    stamp.message.push_back(0);
    REQUIRE_REFUSED(stamp.check(), "time stamp by " + printable(row.source) +
                                       ": message imprint is of another message");
}

TEST_CASE("real time stamps are missing to those who trust others", "[timestamp][vectors]") {
    RealTimestamp stamp = read_timestamp("rekor2-happy-path");
    stamp.authorities = read_timestamp("managed-key-happy-path").authorities;
    REQUIRE_FAULT(stamp.check(), Fault::Missing);
}

TEST_CASE("every bit of a real time stamp matters", "[timestamp][vectors]") {
    const RealTimestamp stamp = read_timestamp("intoto-with-custom-trust-root");
    REQUIRE_OK(stamp.check());
    REQUIRE(survivors(stamp, {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80}) == 0);
}

TEST_CASE("every byte of a real time stamp with its certificate matters", "[timestamp][vectors]") {
    const RealTimestamp stamp = read_timestamp("rekor2-happy-path");
    REQUIRE_OK(stamp.check());
    REQUIRE(survivors(stamp, {0x01}) == 0);
}

TEST_CASE("only what is skipped in a time stamp can be changed", "[timestamp]") {
    const test::TestTsa tsa;
    const test::TestTsa other;
    const Buffer message = to_buffer("message");
    test::TokenParts parts = tsa.parts(message);
    const Buffer stranger = to_buffer(other.certificate().der());
    const Buffer unread = test::der(DerTag::Context1, {Buffer(40)});
    const Buffer words = test::der(DerTag::Sequence, {Buffer(10)});
    parts.certificates = {to_buffer(tsa.certificate().der())};
    const RealTimestamp bare{tsa.seal(parts), message, {tsa.authority()}};
    REQUIRE(survivors(bare, {0x01}) == 0);
    parts.certificates.push_back(stranger);
    parts.unsigned_attributes = unread;
    parts.status = test::joined({parts.status, words});
    const RealTimestamp full{tsa.seal(parts), message, {tsa.authority()}};
    // All but the tags and lengths around them, which for the stranger's certificate are 4 bytes.
    REQUIRE(survivors(full, {0x01}) == stranger.size() - 4 + 40 + 10);
}

TEST_CASE("'openssl ts' accepts what the test authority issues", "[timestamp]") {
    if (std::system("openssl version >/dev/null 2>&1") != 0) SKIP("no program 'openssl'");
    const auto type = GENERATE(KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::Rsa);
    const auto hash = GENERATE(HashAlgorithm::Sha256, HashAlgorithm::Sha512);
    CAPTURE(to_string(type), to_string(hash));
    test::CertificateSpec spec = test::time_stamper_spec();
    spec.key_type = type;
    const test::TestTsa tsa("tsa.example.com", spec);
    const Buffer message = to_buffer("message");
    test::TokenParts parts = tsa.parts(message, test::kLeafStart, hash);
    parts.certificates = {to_buffer(tsa.certificate().der())};
    const test::TempFolder folder;
    write(folder / "response", tsa.seal(parts));
    write(folder / "message", message);
    write(folder / "root", as_bytes(to_pem(tsa.authority().chain.back())));
    const auto verify = [&](const std::string& data) {
        const std::string command = "cd " + folder.path().string() +
                                    " && openssl ts -verify -in response -CAfile root -attime " +
                                    std::to_string(test::kLeafStart.seconds) + " -data " + data +
                                    " >log 2>&1";
        return std::system(command.c_str()) == 0;
    };
    REQUIRE(verify("message"));
    REQUIRE_FALSE(verify("root"));
}
