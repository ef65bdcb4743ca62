// The published conformance cases, as a client of them would be run: each with the artifact and
// with its digest alone. github.com/sigstore/sigstore-conformance, docs/cli_protocol.md
#include "tests/check.h"
#include "tests/support/published_bundles.h"

#include <map>

using namespace boltseal;

namespace {

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
    std::size_t good = 0;
    std::size_t bad = 0;
    for (const test::PublishedCase& published : test::published_cases()) {
        CAPTURE(published.name);
        for (const bool with_file : {true, false}) {
            CAPTURE(with_file);
            if (!published.name.ends_with("_fail")) {
                REQUIRE_OK(published.verify(with_file));
                ++good;
                continue;
            }
            ++bad;
            REQUIRE(kReasons.contains(published.name));
            const std::string& why = kReasons.at(published.name);
            REQUIRE(published.has_key == !why.empty());
            if (!published.has_key) continue;
            REQUIRE_REFUSED(published.verify(with_file), why);
            REQUIRE_FAULT(published.verify(with_file), Fault::Untrusted);
        }
    }
    REQUIRE(good >= 14);
    REQUIRE(bad >= 2 * kReasons.size());
}
