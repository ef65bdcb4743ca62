// SPDX 2.2 and 2.3 as JSON: spdx.github.io/spdx-spec/v2.3
#include "verify/optional_member.h"
#include "verify/sbom_reader.h"

#include <algorithm>
#include <map>
#include <set>

namespace boltseal {

namespace {

constexpr std::string_view kDocument = "SPDXRef-DOCUMENT";

class SpdxReader {
public:
    Result<Sbom> read(const Json& document) {
        BOLTSEAL_TRY(const std::string* version, document.string_at("spdxVersion"));
        if (*version != "SPDX-2.2" && *version != "SPDX-2.3") {
            return Error(Fault::Malformed, "'spdxVersion' is " + printable(*version) +
                                               ", expected SPDX-2.2 or SPDX-2.3");
        }
        sbom_.format = SbomFormat::Spdx;
        sbom_.version = version->substr(5);
        BOLTSEAL_CHECK(read_packages(document));
        BOLTSEAL_CHECK(read_relationships(document));
        BOLTSEAL_CHECK(read_described(document));
        BOLTSEAL_CHECK(add_bases());
        return std::move(sbom_);
    }

private:
    struct Element {
        std::string name;
        std::optional<Purl> purl;
    };
    struct Descent {
        std::string from;  // the SPDXID of the base
        std::string to;    // and of what descends from it
    };

    Result<void> read_packages(const Json& document) {
        BOLTSEAL_TRY(const Json::Array* packages, optional_array(document, "packages"));
        for (std::size_t i = 0; i < packages->size(); ++i) {
            BOLTSEAL_CHECK(read_package((*packages)[i], item_place("/packages", i)));
        }
        return {};
    }

    Result<void> read_package(const Json& json, const std::string& place) {
        BOLTSEAL_TRY(const std::string* id, at_place(place, json.string_at("SPDXID")));
        BOLTSEAL_TRY(const std::string* name, at_place(place, json.string_at("name")));
        BOLTSEAL_TRY(std::string version, at_place(place, optional_string(json, "versionInfo")));
        BOLTSEAL_TRY(const std::string purpose,
                     at_place(place, optional_string(json, "primaryPackagePurpose")));
        BOLTSEAL_TRY(std::optional<Purl> purl, read_purl(json, place));
        if (!elements_.emplace(*id, Element{*name, purl}).second) {
            return bad_sbom(place, "'SPDXID' is there twice");
        }
        if (purpose == "OPERATING-SYSTEM") return add_os(sbom_, make_os(*name, std::move(version)));
        if (purpose == "CONTAINER" || is_image(purl)) {
            images_.insert(*id);
            return {};
        }
        if (purpose == "FILE") return {};
        SbomPackage package = make_package(*name, std::move(version), std::move(purl));
        BOLTSEAL_TRY(package.licences, at_place(place, read_licences(json)));
        package.place = place;
        return add_package(sbom_, std::move(package));
    }

    // Purls are one kind of external reference. Two that differ would be two packages in one.
    static Result<std::optional<Purl>> read_purl(const Json& json, const std::string& place) {
        std::optional<Purl> found;
        BOLTSEAL_TRY(const Json::Array* references,
                     at_place(place, optional_array(json, "externalRefs")));
        for (std::size_t i = 0; i < references->size(); ++i) {
            const std::string where = item_place(place + "/externalRefs", i);
            const Json& reference = (*references)[i];
            BOLTSEAL_TRY(const std::string* type,
                         at_place(where, reference.string_at("referenceType")));
            if (*type != "purl") continue;
            BOLTSEAL_TRY(const std::string* text,
                         at_place(where, reference.string_at("referenceLocator")));
            BOLTSEAL_TRY(Purl purl, at_place(where, parse_purl(*text)));
            if (found && *found != purl) return bad_sbom(where, "another purl of the same package");
            found = std::move(purl);
        }
        return found;
    }

    // What was concluded, or else what was declared. NONE and NOASSERTION say nothing that a list
    // of licences could allow.
    static Result<std::vector<LicenceClaim>> read_licences(const Json& json) {
        std::vector<LicenceClaim> claims;
        for (const char* name : {"licenseConcluded", "licenseDeclared"}) {
            BOLTSEAL_TRY(std::string text, optional_string(json, name));
            if (!claims.empty() || text.empty() || text == "NONE" || text == "NOASSERTION")
                continue;
            claims.push_back({LicenceClaim::Kind::Expression, std::move(text)});
        }
        return claims;
    }

    Result<void> read_relationships(const Json& document) {
        BOLTSEAL_TRY(const Json::Array* relationships, optional_array(document, "relationships"));
        for (std::size_t i = 0; i < relationships->size(); ++i) {
            BOLTSEAL_CHECK(
                at_place(item_place("/relationships", i), read_relationship((*relationships)[i])));
        }
        return {};
    }

    Result<void> read_relationship(const Json& json) {
        BOLTSEAL_TRY(const std::string* type, json.string_at("relationshipType"));
        BOLTSEAL_TRY(const std::string* left, json.string_at("spdxElementId"));
        BOLTSEAL_TRY(const std::string* right, json.string_at("relatedSpdxElement"));
        if (*type == "DESCRIBES" && *left == kDocument) images_.insert(*right);
        if (*type == "DESCRIBED_BY" && *right == kDocument) images_.insert(*left);
        if (*type == "DESCENDANT_OF") descents_.push_back({*right, *left});
        if (*type == "ANCESTOR_OF") descents_.push_back({*left, *right});
        return {};
    }

    // The older spelling of DESCRIBES.
    Result<void> read_described(const Json& document) {
        BOLTSEAL_TRY(const Json::Array* described, optional_array(document, "documentDescribes"));
        for (std::size_t i = 0; i < described->size(); ++i) {
            const std::string* id = (*described)[i].as_string();
            if (!id) return bad_sbom(item_place("/documentDescribes", i), "not a string");
            images_.insert(*id);
        }
        return {};
    }

    // One that is in another document is known by its id alone.
    Result<void> add_bases() {
        for (const Descent& descent : descents_) {
            if (!images_.contains(descent.to)) continue;  // a fork of a library, say
            const auto base = elements_.find(descent.from);
            BOLTSEAL_CHECK(add_base(sbom_, base == elements_.end()
                                               ? make_base(descent.from, {})
                                               : make_base(base->second.name, base->second.purl)));
        }
        return {};
    }

    Sbom sbom_;
    std::map<std::string, Element> elements_;  // by SPDXID
    std::set<std::string> images_;             // what the document describes, and containers
    std::vector<Descent> descents_;
};

}  // namespace

Result<Sbom> read_spdx(const Json& document) {
    return SpdxReader().read(document);
}

}  // namespace boltseal
