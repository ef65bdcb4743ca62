// Every byte and every JSON member of good bundles, changed in turn. What verifies then must be
// harmless by an argument of its own (tests/support/harmless.h), and of a kind that is expected of
// that bundle; specs/malleability.md has the table that this prints.
//
// By default every byte is changed in one way and every fourth in the other; with the variable
// BOLTSEAL_MUTATIONS=all all are changed in both ways, strictly and not.
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
        was_strict_ = verify(subject_.text, true).has_value();
    }

    void run() {
        change_bytes();
        change_members();
        print();
        Names seen;
        for (const Count* count : {&bytes_, &members_}) {
            for (const auto& [kind, times] : count->kinds) seen.insert(kind);
        }
        CAPTURE(subject_.name);
        REQUIRE(seen == expected_);
    }

private:
    Result<Verified> verify(const std::string& text, bool strict) {
        subject_.policy.strict = strict;
        return verify_bundle(as_bytes(text), subject_.artifact, subject_.policy, subject_.now);
    }

    void change_bytes() {
        std::string text = subject_.text;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char was = text[i];
            for (const int flip : {0x01, 0x20}) {
                if (flip == 0x20 && i % 4 != 0 && !all_mutations()) continue;
                text[i] = static_cast<char>(was ^ flip);
                try_text(text, bytes_, all_mutations() || i % 16 == 0, text.substr(i, 20));
            }
            text[i] = was;
        }
    }

    void change_members() {
        for (const test::JsonMutation& mutation : test::json_mutations(subject_.text)) {
            try_text(mutation.text, members_, true, mutation.what);
        }
    }

    // A strict policy refuses more and nothing less, which is tried wherever something verified.
    void try_text(const std::string& text, Count& count, bool also_strict,
                  const std::string& what) {
        ++count.tried;
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
        REQUIRE(was_strict_);
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
    bool was_strict_ = false;
    Count bytes_;
    Count members_;
};

Subject subject_of(const std::string& name, const TestSigstore& s) {
    return {name, s.text(), s.artifact, s.policy, s.now};
}

void mutate(const std::string& name, const TestSigstore& s, const Names& expected) {
    Mutations(subject_of(name, s), expected).run();
}

// What no bundle minds: other spellings of the same values, and the version, as long as the bundle
// has what that version must have.
Names with(std::initializer_list<std::string> more) {
    Names names = {"spelling"};
    names.insert(more);
    return names;
}

}  // namespace

TEST_CASE("mutations: keyless bundles with entries of Rekor v1", "[mutation]") {
    const EntryKind kind =
        GENERATE(EntryKind::HashedRekordV1, EntryKind::DsseV1, EntryKind::IntotoV1);
    mutate("made: keyless, " + to_string(kind), TestSigstore({.entry = kind}), with({"version"}));
}

TEST_CASE("mutations: keyless bundles with entries of Rekor v2", "[mutation]") {
    const EntryKind kind = GENERATE(EntryKind::HashedRekordV2, EntryKind::DsseV2);
    mutate("made: keyless, " + to_string(kind), TestSigstore({.entry = kind}), with({"version"}));
}

TEST_CASE("mutations: keyless bundles of older versions", "[mutation]") {
    const BundleVersion version = GENERATE(BundleVersion::V01, BundleVersion::V02);
    mutate(std::string("made: keyless, version 0.") + (version == BundleVersion::V01 ? "1" : "2"),
           TestSigstore({.version = version}), with({"version"}));
}

TEST_CASE("mutations: bundles by a key", "[mutation]") {
    const EntryKind kind = GENERATE(EntryKind::None, EntryKind::HashedRekordV1, EntryKind::DsseV1,
                                    EntryKind::HashedRekordV2);
    mutate("made: key, " + to_string(kind), TestSigstore({.entry = kind, .certificate = false}),
           with({"version", "hint"}));
}

TEST_CASE("mutations: a promise alone, where that will do", "[mutation]") {
    TestSigstore s({.version = BundleVersion::V01});
    s.policy.accept_promise_alone = true;
    s.entry().checkpoint.clear();
    mutate("made: version 0.1, a proof without checkpoint", s, with({"version"}));
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
    mutate("made: all that nobody vouches for", s, with({"version"}));
}

TEST_CASE("mutations: the published bundles", "[mutation][vectors]") {
    for (const test::PublishedCase& published : test::published_cases()) {
        if (published.name.ends_with("_fail")) continue;
        const Artifact artifact{digest_of(as_bytes(published.artifact)),
                                as_bytes(published.artifact)};
        Mutations({"published: " + published.name, published.bundle, artifact, published.policy,
                   Timestamp{1'790'000'000}},
                  with({"version"}))
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
              with({"version"}))
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
                  with({"version"}))
            .run();
    }
    REQUIRE(images >= 2);
}
