// A document of either format. Every package is where its place says, under its name.
#include "tests/fuzz/fuzz.h"
#include "verify/json_pointer.h"
#include "verify/sbom.h"
#include "verify/statement.h"

using namespace boltseal;

FUZZ(input) {
    const auto document = parse_json(input, kPredicateLimits);
    if (!document) return;
    for (const char* type : {"https://cyclonedx.org/bom", "https://spdx.dev/Document/v2.3"}) {
        const auto sbom = read_sbom(type, *document);
        if (!sbom) continue;
        LAW(sbom->format == sbom_format(type));
        for (const SbomPackage& package : sbom->packages) {
            const auto place = JsonPointer::parse(package.place);
            if (!place) continue;  // deeper than pointers go
            const auto found = place->find_all(*document);
            LAW(found.size() == 1);
            LAW(*found[0]->string_at("name").value() == package.name);
            LAW(!package.scheme || package.purl);
        }
    }
}
