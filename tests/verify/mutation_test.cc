// Every byte and every JSON member of good bundles, changed in turn. What verifies then must be
// harmless by an argument of its own (tests/support/harmless.h), and of a kind that is expected of
// that bundle; specs/malleability.md has the table that this prints.
//
// Every member is always changed, and every byte only with the variable BOLTSEAL_MUTATIONS=all: in
// a debug build, where a verification takes a millisecond, every fourth is, and every sixteenth
// where sanitizers make it five.
#include "tests/check.h"
#include "tests/support/harmless.h"
#include "tests/support/json_mutations.h"
#include "tests/support/keyless_maker.h"
#include "tests/support/published_bundles.h"
#include "tests/support/test_witness.h"
#include "tests/support/vectors.h"

#include <cstdlib>
#include <iostream>
#include <map>

using namespace boltseal;
using test::EntryKind;
using test::TestSigstore;

namespace {

using Names = std::set<std::string>;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kStride = 16;
#elif defined(__has_feature)
constexpr std::size_t kStride = __has_feature(address_sanitizer) ? 16 : 4;
#else
constexpr std::size_t kStride = 4;
#endif

bool all_mutations() {
    const char* asked = std::getenv("BOLTSEAL_MUTATIONS");
    return asked != nullptr && std::string_view(asked) == "all";
}

// A good bundle, what it is about, and the policy that it meets.
struct Subject {
    std::string name;
    std::string text;
    Artifact artifact;
    Policy policy;
    Timestamp now;
};

struct Count {
    std::size_t tried = 0;
    std::size_t verified = 0;
    std::map<std::string, std::size_t> kinds;  // of those that verified
};

class Mutations {
public:
    // `expected`: the kinds of change that this bundle does not mind.
    Mutations(Subject subject, Names expected)
        : subject_(std::move(subject)), expected_(std::move(expected)) {
        subject_.policy.strict = false;
        REQUIRE_OK(verify(subject_.text, false));
    }

    void run() {
        change_bytes();
        change_members();
        change_version();
        print();
        Names seen;
        for (const Count* count : {&bytes_, &members_}) {
            for (const auto& [kind, times] : count->kinds) seen.insert(kind);
        }
        CAPTURE(subject_.name);
        if (all_mutations()) CHECK(seen == expected_);
        std::erase_if(seen, [this](const std::string& kind) { return expected_.contains(kind); });
        CHECK(seen == Names());
    }

private:
    Result<Verified> verify(const std::string& text, bool strict) {
        subject_.policy.strict = strict;
        return verify_bundle(as_bytes(text), subject_.artifact, subject_.policy, subject_.now);
    }

    // Of every `step` bytes one is changed, in the first way and the second by turns; or all in
    // both.
    void change_bytes() {
        const std::size_t step = all_mutations() ? 1 : kStride;
        std::string text = subject_.text;
        for (std::size_t i = 0; i < text.size(); i += step) {
            const char was = text[i];
            for (const int flip : {0x01, 0x20}) {
                if (!all_mutations() && (i / step % 2 == 0) != (flip == 0x01)) continue;
                text[i] = static_cast<char>(was ^ flip);
                try_text(text, bytes_, text.substr(i, 20));
            }
            text[i] = was;
        }
    }

    void change_members() {
        for (const test::JsonMutation& mutation : test::json_mutations(subject_.text)) {
            try_text(mutation.text, members_, mutation.what);
        }
    }

    void change_version() {
        for (const char* type : {"application/vnd.dev.sigstore.bundle+json;version=0.1",
                                 "application/vnd.dev.sigstore.bundle+json;version=0.2",
                                 "application/vnd.dev.sigstore.bundle+json;version=0.3",
                                 "application/vnd.dev.sigstore.bundle.v0.3+json"}) {
            try_text(test::edit(subject_.text, "mediaType", type), members_, type);
        }
    }

    // A strict policy refuses more and nothing less, which is tried wherever something verified.
    void try_text(const std::string& text, Count& count, const std::string& what) {
        ++count.tried;
        const bool also_strict = all_mutations() || count.tried % 16 == 0;
        const bool verified = verify(text, false).has_value();
        const bool strictly = (also_strict || verified) && verify(text, true).has_value();
        if (!verified && !strictly) return;
        CAPTURE(subject_.name, what, text);
        REQUIRE(verified);
        const auto harmless = test::check_harmless(subject_.text, text, subject_.policy);
        REQUIRE_OK(harmless);
        ++count.verified;
        for (const std::string& kind : *harmless) ++count.kinds[kind];
        if (strictly) check_strictly(text, *harmless);
    }

    // Other spellings are told apart where the policy is strict. Only the order of members, white
    // space and escapes, which are JSON's own, and zeros that may be left out are the same text.
    void check_strictly(const std::string& text, const Names& kinds) {
        REQUIRE_FALSE(kinds.contains("version"));
        REQUIRE_FALSE(kinds.contains("digest left out"));
        REQUIRE(parse_bundle(as_bytes(text))->deviations.empty());
    }

    void print() const {
        std::cout << "| " << subject_.name << " | " << subject_.text.size();
        for (const Count* count : {&bytes_, &members_}) {
            std::cout << " | " << count->tried << " | " << count->verified << " | ";
            std::string kinds;
            for (const auto& [kind, times] : count->kinds) {
                kinds += (kinds.empty() ? "" : ", ") + kind + " " + std::to_string(times);
            }
            std::cout << (kinds.empty() ? "-" : kinds);
        }
        std::cout << " |\n" << std::flush;
    }

    Subject subject_;
    Names expected_;
    Count bytes_;
    Count members_;
};

Subject subject_of(const std::string& name, const TestSigstore& s) {
    return {name, s.text(), s.artifact, s.policy, s.now};
}

void mutate(const std::string& name, const TestSigstore& s, const Names& expected) {
    Mutations(subject_of(name, s), expected).run();
}

// Every bundle minds no other spelling of the same values. A file's digest beside its signature can
// be left out.
const Names kFile = {"spelling", "digest left out"};
const Names kImage = {"spelling"};

Names operator+(Names names, const Names& more) {
    names.insert(more.begin(), more.end());
    return names;
}

Names content_of(const TestSigstore& s) {
    return std::holds_alternative<Envelope>(s.bundle.content) ? kImage : kFile;
}

}  // namespace

TEST_CASE("mutations: keyless bundles with entries of Rekor v1", "[mutation]") {
    const EntryKind kind =
        GENERATE(EntryKind::HashedRekordV1, EntryKind::DsseV1, EntryKind::IntotoV1);
    const TestSigstore s({.entry = kind});
    mutate("made: keyless, " + to_string(kind), s, content_of(s));
}

TEST_CASE("mutations: keyless bundles with entries of Rekor v2", "[mutation]") {
    const EntryKind kind = GENERATE(EntryKind::HashedRekordV2, EntryKind::DsseV2);
    const TestSigstore s({.entry = kind});
    mutate("made: keyless, " + to_string(kind), s, content_of(s));
}

TEST_CASE("mutations: keyless bundles of older versions", "[mutation]") {
    const BundleVersion version = GENERATE(BundleVersion::V01, BundleVersion::V02);
    mutate(std::string("made: keyless, version 0.") + (version == BundleVersion::V01 ? "1" : "2"),
           TestSigstore({.version = version}), kFile + Names{"version"});
}

TEST_CASE("mutations: bundles by a key, which needs no time", "[mutation]") {
    const EntryKind kind = GENERATE(EntryKind::None, EntryKind::HashedRekordV1, EntryKind::DsseV1,
                                    EntryKind::HashedRekordV2);
    const TestSigstore s({.entry = kind, .certificate = false});
    Names expected = content_of(s) + Names{"version", "hint"};
    if (kind == EntryKind::HashedRekordV1 || kind == EntryKind::DsseV1) {
        expected.insert("promise left out");
    }
    mutate("made: key, " + to_string(kind), s, expected);
}

TEST_CASE("mutations: a promise alone, where that will do", "[mutation]") {
    TestSigstore s({.version = BundleVersion::V01});
    s.policy.accept_promise_alone = true;
    s.entry().checkpoint.clear();
    mutate("made: version 0.1, a proof without checkpoint", s,
           kFile + Names{"proof without checkpoint"});
}

TEST_CASE("mutations: a bundle with all that nobody vouches for", "[mutation]") {
    TestSigstore s({.entry = EntryKind::DsseV1, .certificate = false, .timestamp = true});
    s.envelope().key_id = s.bundle.key_hint;
    s.entry().promise.clear();
    const test::TestWitness witness("witness.example.com");
    s.entry().checkpoint = witness.cosign(s.entry().checkpoint);
    test::SmallLog unknown("unknown.example.com");
    s.bundle.log_entries.push_back(unknown.append(s.record()));
    test::TokenParts parts = s.tsa.parts(s.signature(), test::kSigned);
    parts.certificates = {to_buffer(s.tsa.certificate().der())};
    s.bundle.timestamps = {s.tsa.seal(parts),
                           test::TestTsa("unknown.example.com").stamp(s.signature())};
    mutate("made: all that nobody vouches for", s,
           kImage + Names{"version", "hint", "key id", "others' entries", "others' lines",
                          "others' time stamps", "time stamp left out", "index without promise",
                          "time without promise"});
}

TEST_CASE("mutations: the published bundles", "[mutation][vectors]") {
    const std::map<std::string, Names> expected = {
        {"happy-path-intoto-in-dsse-v3", kImage},
        {"happy-path-v0.1", kFile + Names{"version", "proof without checkpoint"}},
        {"happy-path-v0.3", kFile},
        {"intoto-with-custom-trust-root",
         kImage + Names{"version", "key id", "promise left out", "time stamp left out"}},
        {"managed-key-happy-path",
         kFile + Names{"version", "hint", "promise left out", "time stamp left out"}},
        {"rekor2-dsse-happy-path", kImage + Names{"others' lines"}},
        {"rekor2-happy-path", kFile},
    };
    for (const test::PublishedCase& published : test::published_cases()) {
        if (published.name.ends_with("_fail")) continue;
        const Artifact artifact{digest_of(as_bytes(published.artifact)),
                                as_bytes(published.artifact)};
        Mutations({"published: " + published.name, published.bundle, artifact, published.policy,
                   Timestamp{1'790'000'000}},
                  expected.at(published.name))
            .run();
    }
}

TEST_CASE("mutations: what cosign made", "[mutation][vectors]") {
    const auto folder = test::require_vectors("cosign");
    Policy policy;
    policy.keys = {parse_public_key_pem(as_bytes(test::read_text(folder / "cosign.pub"))).value()};
    policy.log_threshold = 0;
    policy.any_predicate_type = true;
    const std::string file = test::read_text(folder / "sbom.cdx.json");
    Mutations({"cosign: a file",
               test::read_text(folder / "sbom.cdx.json.sigstore.json"),
               {digest_of(as_bytes(file)), as_bytes(file)},
               policy,
               Timestamp{1'795'449'600}},
              kFile + Names{"version", "hint"})
        .run();
    std::size_t images = 0;
    for (const auto& blob : test::files_below(folder / "layout" / "blobs")) {
        const std::string text = test::read_text(blob);
        const auto bundle = parse_bundle(as_bytes(text));
        if (!bundle) continue;
        const auto statement = parse_statement(std::get<Envelope>(bundle->content).payload);
        REQUIRE_OK(statement);
        const BlobDigest digest = statement->subjects.at(0).digests.at(0);
        Mutations({"cosign: " + statement->predicate_type + " #" + std::to_string(++images),
                   text,
                   {digest, std::nullopt},
                   policy,
                   Timestamp{1'795'449'600}},
                  kImage + Names{"version", "hint"})
            .run();
    }
    REQUIRE(images >= 2);
}
