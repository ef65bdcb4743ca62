// manifest.json of a Docker archive that parses is printed as one that parses to the same; and what
// an image's config lists as layers are digests.
#include "registry-client/docker_archive.h"
#include "tests/fuzz/fuzz.h"

using namespace boltseal;

FUZZ(input) {
    const auto images = parse_docker_manifest(input);
    if (images) {
        const auto again = parse_docker_manifest(as_bytes(to_json(*images)));
        LAW(again && *again == *images);
    }
    const auto diff_ids = parse_diff_ids(input);
    if (!diff_ids) return;
    for (const BlobDigest& digest : *diff_ids) LAW(parse_digest(to_string(digest)));
}
