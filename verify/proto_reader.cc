#include "verify/proto_reader.h"

#include "core/encoding.h"

#include <algorithm>
#include <charconv>

namespace boltseal {

namespace {

std::string camel_case(std::string_view snake) {
    std::string camel;
    bool upper = false;
    for (const char c : snake) {
        if (c == '_') {
            upper = true;
            continue;
        }
        camel += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        upper = false;
    }
    return camel;
}

// The one decimal spelling of a number, or nothing.
std::optional<std::uint64_t> parse_decimal(const std::string& text) {
    std::uint64_t value = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
    if (std::to_string(value) != text) return std::nullopt;
    return value;
}

std::string item_name(std::string_view name, std::size_t i) {
    return std::string(name) + "[" + std::to_string(i) + "]";
}

}  // namespace

std::string ProtoReader::path_of(std::string_view name) const {
    if (name.empty()) return path_;
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

void ProtoReader::note(std::string_view name, std::string what) const {
    deviations_->push_back({path_of(name), std::move(what)});
}

Error ProtoReader::bad(std::string_view name, const std::string& what) const {
    return Error(Fault::Malformed, printable(path_of(name)) + " " + what);
}

Result<void> ProtoReader::only(std::initializer_list<std::string_view> names) const {
    const Json::Object* object = json_->as_object();
    if (!object) {
        return path_.empty() ? Error(Fault::Malformed, "not an object")
                             : bad("", "is not an object");
    }
    for (const auto& [name, value] : *object) {
        if (std::ranges::find(names, name) != names.end()) continue;
        const std::string camel = camel_case(name);
        if (std::ranges::find(names, camel) != names.end()) {
            return bad(name, "is spelled in snake_case, expected '" + camel + "'");
        }
        note(name, "is unknown");
    }
    return {};
}

const Json* ProtoReader::find(std::string_view name) const {
    const Json* member = json_->find(name);
    return member && !member->is_null() ? member : nullptr;
}

bool ProtoReader::has(std::string_view name) const {
    const Json* member = json_->find(name);
    if (member && member->is_null()) note(name, "is null, which means absent");
    return member && !member->is_null();
}

Result<const std::string*> ProtoReader::string(std::string_view name) const {
    const Json* member = find(name);
    if (!member) return bad(name, "is missing");
    if (const std::string* text = member->as_string()) return text;
    return bad(name, "is not a string");
}

Result<Buffer> ProtoReader::decode(const Json& value, std::string_view name) const {
    const std::string* text = value.as_string();
    if (!text) return bad(name, "is not a string");
    if (auto plain = parse_base64(*text)) return plain;
    auto tolerated = parse_base64_any(*text);
    if (!tolerated) {
        return std::move(tolerated).error().context(printable(path_of(name)));
    }
    note(name, "is base64 in another form than the padded standard one");
    return tolerated;
}

Result<Buffer> ProtoReader::bytes(std::string_view name) const {
    const Json* member = find(name);
    if (!member) return bad(name, "is missing");
    return decode(*member, name);
}

Result<ProtoReader> ProtoReader::message(std::string_view name) const {
    const Json* member = find(name);
    if (!member) return bad(name, "is missing");
    if (!member->is_object()) return bad(name, "is not an object");
    return ProtoReader(*member, *deviations_, path_of(name));
}

Result<std::uint64_t> ProtoReader::integer(std::string_view name) const {
    if (!has(name)) return 0;
    const Json* member = find(name);
    if (const auto number = member->as_uint()) {
        note(name, "is a number, expected a string");
        return *number;
    }
    const std::string* text = member->as_string();
    const auto value = text ? parse_decimal(*text) : std::nullopt;
    if (!value) return bad(name, "is not a non-negative integer");
    return *value;
}

Result<std::vector<ProtoReader>> ProtoReader::messages(std::string_view name,
                                                       std::size_t limit) const {
    std::vector<ProtoReader> messages;
    if (!has(name)) return messages;
    const Json::Array* items = find(name)->as_array();
    if (!items) return bad(name, "is not an array");
    if (items->size() > limit)
        return bad(name, "has more than " + std::to_string(limit) + " items");
    for (std::size_t i = 0; i < items->size(); ++i) {
        const std::string one = item_name(name, i);
        const Json& item = (*items)[i];
        if (!item.is_object()) return bad(one, "is not an object");
        messages.emplace_back(item, *deviations_, path_of(one));
    }
    return messages;
}

Result<std::vector<Buffer>> ProtoReader::all_bytes(std::string_view name, std::size_t limit) const {
    std::vector<Buffer> all;
    if (!has(name)) return all;
    const Json::Array* items = find(name)->as_array();
    if (!items) return bad(name, "is not an array");
    if (items->size() > limit)
        return bad(name, "has more than " + std::to_string(limit) + " items");
    for (std::size_t i = 0; i < items->size(); ++i) {
        BOLTSEAL_TRY(Buffer bytes, decode((*items)[i], item_name(name, i)));
        all.push_back(std::move(bytes));
    }
    return all;
}

Result<TimeRange> parse_time_range(const ProtoReader& message) {
    TimeRange range;
    if (message.has("start")) {
        BOLTSEAL_TRY(const std::string* start, message.string("start"));
        BOLTSEAL_TRY(range.start, parse_rfc3339(*start));
    }
    if (message.has("end")) {
        BOLTSEAL_TRY(const std::string* end, message.string("end"));
        BOLTSEAL_TRY(range.end, parse_rfc3339(*end));
    }
    return range;
}

}  // namespace boltseal
