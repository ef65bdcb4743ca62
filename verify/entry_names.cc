#include "verify/entry_names.h"

#include "verify/dsse_entry.h"
#include "verify/identity.h"
#include "verify/log_entry.h"

namespace boltseal {

namespace {

void add(EntryNames& names, const PublicKey& key, Bytes certificate) {
    names.keys.emplace_back(sha256({key.spki()}));
    if (certificate.empty()) return;
    const auto parsed = parse_certificate(certificate);
    if (!parsed) return;  // it was parsed with the body
    const auto identity = read_identity(*parsed);
    if (!identity) return;
    for (const SubjectName& name : identity->names) names.identities.push_back(name.value);
}

// The kind is told by how a canonical body begins, so that bytes of another kind cost nothing.
constexpr std::string_view kHashedRekord = R"({"apiVersion":"0.0.2","kind":"hashedrekord",)";
constexpr std::string_view kDsse = R"({"apiVersion":"0.0.2","kind":"dsse",)";

}  // namespace

Result<EntryNames> read_entry_names(Bytes body) {
    EntryNames names;
    if (as_text(body).starts_with(kHashedRekord)) {
        BOLTSEAL_TRY(const HashedRekord entry, parse_entry(body));
        names.kind = "hashedrekord";
        names.digest = entry.digest;
        add(names, entry.key, entry.certificate);
        return names;
    }
    if (as_text(body).starts_with(kDsse)) {
        BOLTSEAL_TRY(const DsseEntry entry, parse_dsse_entry(body));
        names.kind = kDsseKind;
        names.digest = entry.payload;
        for (const EntrySignature& by : entry.signatures) add(names, by.key, by.certificate);
        return names;
    }
    return Error(Fault::Malformed, "log entry: of no kind that is known");
}

}  // namespace boltseal
