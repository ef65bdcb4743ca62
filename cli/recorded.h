// What transcripts have in common: text that may be shown, bytes, errors that were met, and that
// each has one spelling. specs/transcript.md#format
#pragma once

#include "cli/case.h"
#include "core/file.h"
#include "core/json.h"

#include <filesystem>

namespace boltseal {

// Text that may be shown: without control characters, and none that turn the direction of text.
Result<std::string> plain_at(const Json& json, std::string_view name);
Result<std::string> plain_if(const Json& json, std::string_view name);  // empty if it is absent
Result<bool> flag_if(const Json& json, std::string_view name);          // true, or absent: no other
Result<Buffer> base64_at(const Json& json, std::string_view name);

Json error_json(const Error& error);
Result<Setback> parse_error(const Json& json, std::string check);

// A complaint about a transcript: Malformed.
Error bad_record(const std::string& why);

// What `parse_members` makes of the JSON, if it is printed back to the very same bytes.
template <typename Record>
Result<Record> parse_record(Bytes bytes, const JsonLimits& limits,
                            Result<Record> (*parse_members)(const Json&)) {
    auto json = parse_json(bytes, limits);
    if (!json) return std::move(json).error().context("transcript");
    auto record = parse_members(*json);
    if (!record && !record.error().message().starts_with("transcript: ")) {
        return std::move(record).error().context("transcript").as(Fault::Malformed);
    }
    if (record && to_string(*record) != as_text(bytes)) {
        return bad_record("is not in the one form that it is written in");
    }
    return record;
}

// Writes a transcript that could be read back, if it could. Io if not.
template <typename Record>
Result<void> save_record(const std::filesystem::path& path, const std::string& text,
                         const Result<Record>& read_back) {
    auto saved = read_back ? write_file(path, as_bytes(text)) : Result<void>(read_back.error());
    if (saved) return saved;
    return std::move(saved).error().context("cannot write transcript").as(Fault::Io);
}

}  // namespace boltseal
