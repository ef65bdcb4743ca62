// Reads proto3 JSON as Sigstore's messages use it. The formats ask readers to tolerate a few things
// that signers do not write; each one met is noted, and a strict policy refuses it. Everything else
// is refused here. github.com/sigstore/architecture-docs, client-spec.md
#pragma once

#include "core/json.h"
#include "core/time.h"

namespace boltseal {

// Something tolerated: where, as a path of members, and what. An unknown member's name is somebody
// else's text: show it through printable().
struct Deviation {
    std::string where;  // "verificationMaterial.tlogEntries[0].logIndex"
    std::string what;   // "is a number, expected a string"
    bool operator==(const Deviation&) const = default;
};
using Deviations = std::vector<Deviation>;

// One message. It points to the JSON and to the list of deviations, which must outlive it.
class ProtoReader {
public:
    ProtoReader(const Json& json, Deviations& deviations, std::string path = {})
        : json_(&json), deviations_(&deviations), path_(std::move(path)) {}

    // Malformed if this is no object, or has a listed name in snake_case. Other members that are
    // not listed are tolerated.
    Result<void> only(std::initializer_list<std::string_view> names) const;

    // There is such a member, and it is not null; null is tolerated and means absent.
    bool has(std::string_view name) const;

    // Members that must be there; Malformed, with the path, if they are not of this type.
    Result<const std::string*> string(std::string_view name) const;
    Result<Buffer> bytes(std::string_view name) const;  // base64; tolerates all of parse_base64_any
    Result<ProtoReader> message(std::string_view name) const;

    // Absent members are zero and empty. 64-bit integers are strings; numbers are tolerated.
    Result<std::uint64_t> integer(std::string_view name) const;
    Result<std::vector<ProtoReader>> messages(std::string_view name, std::size_t limit) const;
    Result<std::vector<Buffer>> all_bytes(std::string_view name, std::size_t limit) const;

    void note(std::string_view name, std::string what) const;         // one more deviation
    Error bad(std::string_view name, const std::string& what) const;  // "'path.name' " + what

private:
    const Json* find(std::string_view name) const;
    Result<Buffer> decode(const Json& value, std::string_view name) const;
    std::string path_of(std::string_view name) const;

    const Json* json_;
    Deviations* deviations_;
    std::string path_;
};

// A message TimeRange, of which either end may be absent.
Result<TimeRange> parse_time_range(const ProtoReader& message);

}  // namespace boltseal
