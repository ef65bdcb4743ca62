// CycloneDX 1.4 to 1.7 as JSON: cyclonedx.org/docs/1.7/json
#include "verify/optional_member.h"
#include "verify/sbom_reader.h"

#include <algorithm>
#include <array>

namespace boltseal {

namespace {

constexpr unsigned kMaxNesting = 64;  // of components in one another
constexpr std::array<std::string_view, 4> kVersions = {"1.4", "1.5", "1.6", "1.7"};

class CycloneDxReader {
public:
    Result<Sbom> read(const Json& document) {
        BOLTSEAL_CHECK(read_header(document));
        BOLTSEAL_CHECK(read_metadata(document));
        BOLTSEAL_CHECK(read_components(document, "", 0));
        return std::move(sbom_);
    }

private:
    Result<void> read_header(const Json& document) {
        BOLTSEAL_TRY(const std::string* format, document.string_at("bomFormat"));
        if (*format != "CycloneDX") {
            return Error(Fault::Malformed,
                         "'bomFormat' is " + printable(*format) + ", expected 'CycloneDX'");
        }
        BOLTSEAL_TRY(const std::string* version, document.string_at("specVersion"));
        if (std::ranges::find(kVersions, *version) == kVersions.end()) {
            return Error(Fault::Malformed,
                         "'specVersion' is " + printable(*version) + ", expected 1.4 to 1.7");
        }
        sbom_.format = SbomFormat::CycloneDx;
        sbom_.version = *version;
        return {};
    }

    // What the SBOM is about: an image, or a file system with an operating system.
    Result<void> read_metadata(const Json& document) {
        BOLTSEAL_TRY(const Json* metadata, optional_object(document, "metadata"));
        if (!metadata) return {};
        BOLTSEAL_TRY(const Json* subject,
                     at_place("/metadata", optional_object(*metadata, "component")));
        if (!subject) return {};
        const std::string place = "/metadata/component";
        BOLTSEAL_TRY(const std::string* type, at_place(place, subject->string_at("type")));
        BOLTSEAL_CHECK(read_pedigree(*subject, place));
        if (*type == "operating-system") return read_component(*subject, place, 0);
        return read_components(*subject, place, 1);
    }

    Result<void> read_pedigree(const Json& subject, const std::string& place) {
        BOLTSEAL_TRY(const Json* pedigree, at_place(place, optional_object(subject, "pedigree")));
        if (!pedigree) return {};
        const std::string array = place + "/pedigree/ancestors";
        BOLTSEAL_TRY(const Json::Array* ancestors,
                     at_place(place + "/pedigree", optional_array(*pedigree, "ancestors")));
        for (std::size_t i = 0; i < ancestors->size(); ++i) {
            const Json& ancestor = (*ancestors)[i];
            BOLTSEAL_TRY(const std::string* type,
                         at_place(item_place(array, i), ancestor.string_at("type")));
            if (*type == "container") BOLTSEAL_CHECK(read_base(ancestor, item_place(array, i)));
        }
        return {};
    }

    Result<void> read_components(const Json& parent, const std::string& place, unsigned depth) {
        BOLTSEAL_TRY(const Json::Array* components,
                     at_place(place, optional_array(parent, "components")));
        for (std::size_t i = 0; i < components->size(); ++i) {
            BOLTSEAL_CHECK(
                read_component((*components)[i], item_place(place + "/components", i), depth));
        }
        return {};
    }

    Result<void> read_component(const Json& component, const std::string& place, unsigned depth) {
        if (depth == kMaxNesting) return bad_sbom(place, "more than 64 components in one another");
        BOLTSEAL_TRY(const std::string* type, at_place(place, component.string_at("type")));
        if (*type == "operating-system") {
            BOLTSEAL_TRY(const std::string* name, at_place(place, component.string_at("name")));
            BOLTSEAL_TRY(std::string version,
                         at_place(place, optional_string(component, "version")));
            BOLTSEAL_CHECK(add_os(sbom_, make_os(*name, std::move(version))));
        } else if (*type == "container") {
            BOLTSEAL_CHECK(read_base(component, place));
        } else if (*type != "file") {
            BOLTSEAL_CHECK(read_package(component, place));
        }
        return read_components(component, place, depth + 1);
    }

    Result<void> read_base(const Json& component, const std::string& place) {
        BOLTSEAL_TRY(const std::string* name, at_place(place, component.string_at("name")));
        BOLTSEAL_TRY(auto purl, read_purl(component, place));
        return add_base(sbom_, make_base(*name, std::move(purl)));
    }

    Result<void> read_package(const Json& component, const std::string& place) {
        BOLTSEAL_TRY(const std::string* name, at_place(place, component.string_at("name")));
        BOLTSEAL_TRY(std::string version, at_place(place, optional_string(component, "version")));
        BOLTSEAL_TRY(auto purl, read_purl(component, place));
        SbomPackage package = make_package(*name, std::move(version), std::move(purl));
        BOLTSEAL_TRY(package.licences, read_licences(component, place));
        package.place = place;
        return add_package(sbom_, std::move(package));
    }

    static Result<std::optional<Purl>> read_purl(const Json& component, const std::string& place) {
        std::optional<Purl> none;
        if (!component.find("purl")) return none;
        BOLTSEAL_TRY(const std::string* text, at_place(place, component.string_at("purl")));
        BOLTSEAL_TRY(Purl purl, at_place(place, parse_purl(*text)));
        return std::optional(std::move(purl));
    }

    static Result<std::vector<LicenceClaim>> read_licences(const Json& component,
                                                           const std::string& place) {
        BOLTSEAL_TRY(const Json::Array* items,
                     at_place(place, optional_array(component, "licenses")));
        std::vector<LicenceClaim> claims;
        for (std::size_t i = 0; i < items->size(); ++i) {
            BOLTSEAL_TRY(LicenceClaim claim,
                         at_place(item_place(place + "/licenses", i), read_licence((*items)[i])));
            claims.push_back(std::move(claim));
        }
        return claims;
    }

    static Result<LicenceClaim> read_licence(const Json& item) {
        if (item.find("expression")) {
            BOLTSEAL_TRY(const std::string* text, item.string_at("expression"));
            return LicenceClaim{LicenceClaim::Kind::Expression, *text};
        }
        BOLTSEAL_TRY(const Json* licence, item.object_at("license"));
        if (licence->find("id")) {
            BOLTSEAL_TRY(const std::string* id, licence->string_at("id"));
            return LicenceClaim{LicenceClaim::Kind::Id, *id};
        }
        BOLTSEAL_TRY(const std::string* name, licence->string_at("name"));
        return LicenceClaim{LicenceClaim::Kind::Name, *name};
    }

    Sbom sbom_;
};

}  // namespace

Result<Sbom> read_cyclonedx(const Json& document) {
    return CycloneDxReader().read(document);
}

}  // namespace boltseal
