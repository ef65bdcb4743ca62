#include "core/json.h"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/src.hpp>  // here and nowhere else: it is the library

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace boltseal {

namespace {

// One that an int does not hold: some versions of Boost refuse it, others only if it is positive.
bool has_huge_exponent(std::string_view number) {
    const std::size_t at = number.find_first_of("eE");
    if (at == std::string_view::npos) return false;
    number.remove_prefix(at + 1);
    if (number.starts_with('+')) number.remove_prefix(1);
    int exponent = 0;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), exponent);
    return read.ec == std::errc::result_out_of_range;
}

using ParseError = boost::system::error_code;

// Builds our values from the events of Boost's parser, which does the lexing and nothing else: its
// own value type keeps the last of two equal keys. Strings may come in several parts.
// The names of these members are Boost's; false with an error ends the parse.
class Builder {
public:
    static constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_object_size = kAny;
    static constexpr std::size_t max_array_size = kAny;
    static constexpr std::size_t max_key_size = kAny;
    static constexpr std::size_t max_string_size = kAny;

    explicit Builder(const JsonLimits& limits) : limits_(limits) { open_.reserve(8); }

    bool on_document_begin(ParseError&) { return true; }
    bool on_document_end(ParseError&) { return true; }
    bool on_null(ParseError& error) { return add(Json(), error); }
    bool on_bool(bool value, ParseError& error) { return add(Json(value), error); }
    bool on_int64(std::int64_t value, std::string_view, ParseError& error) {
        return add(Json(value), error);
    }
    bool on_uint64(std::uint64_t value, std::string_view, ParseError& error) {
        return add(Json(value), error);
    }
    // Boost's own value is off by some bits.
    bool on_double(double, std::string_view text, ParseError& error) {
        const std::string number(text);
        // Without '.' or exponent this was an integer that 64 bits do not hold.
        if (number.find_first_of(".eE") == std::string::npos) {
            return fail("integer does not fit in 64 bits", error);
        }
        if (has_huge_exponent(number)) return fail("exponent is too large", error);
        const double value = std::strtod(number.c_str(), nullptr);
        if (!std::isfinite(value)) return fail("number is too large", error);
        return add(Json(value), error);
    }
    bool on_string(std::string_view end, std::size_t, ParseError& error) {
        return add(Json(take_text(end)), error);
    }

    bool on_object_begin(ParseError& error) { return open(Json(Json::Object{}), error); }
    bool on_array_begin(ParseError& error) { return open(Json(Json::Array{}), error); }
    bool on_object_end(std::size_t, ParseError& error) {
        if (has_duplicate(*open_.back().value.as_object())) {
            return fail("key appears twice", error);
        }
        return close(error);
    }
    bool on_array_end(std::size_t, ParseError& error) { return close(error); }
    bool on_key(std::string_view end, std::size_t, ParseError&) {
        open_.back().name = take_text(end);
        return true;
    }

    // Only of a number that the text ends in, where a digit is wanted.
    bool on_number_part(std::string_view, ParseError&) { return true; }
    bool on_string_part(std::string_view part, std::size_t, ParseError&) { return keep(part); }
    bool on_key_part(std::string_view part, std::size_t, ParseError&) { return keep(part); }
    bool on_comment_part(std::string_view, ParseError& error) { return fail("comment", error); }
    bool on_comment(std::string_view, ParseError& error) { return fail("comment", error); }

    const std::string& why() const { return why_; }
    Json take() { return std::move(root_); }

private:
    struct Open {
        Json value;
        std::string name;  // of the member being read
    };

    bool fail(const char* why, ParseError& error) {
        why_ = why;
        error = boost::json::error::exception;
        return false;
    }

    bool keep(std::string_view part) {
        text_.append(part);
        return true;
    }

    std::string take_text(std::string_view end) {
        if (text_.empty()) return std::string(end);
        return std::exchange(text_, {}).append(end);
    }

    bool open(Json value, ParseError& error) {
        if (open_.size() == limits_.max_depth) return fail("nested too deeply", error);
        open_.push_back(Open{std::move(value), {}});
        return true;
    }

    bool close(ParseError& error) {
        Json value = std::move(open_.back().value);
        open_.pop_back();
        return add(std::move(value), error);
    }

    static bool has_name_before(const Json::Object& object, std::size_t end) {
        for (std::size_t i = 0; i < end; ++i) {
            if (object[i].first == object[end].first) return true;
        }
        return false;
    }

    // Sorted rather than hashed: nobody can choose keys that make this slow.
    static bool has_duplicate(const Json::Object& object) {
        constexpr std::size_t kFew = 8;
        if (object.size() <= kFew) {
            for (std::size_t i = 1; i < object.size(); ++i) {
                if (has_name_before(object, i)) return true;
            }
            return false;
        }
        std::vector<std::string_view> names;
        names.reserve(object.size());
        for (const Json::Member& member : object) names.push_back(member.first);
        std::ranges::sort(names);
        return std::ranges::adjacent_find(names) != names.end();
    }

    bool add(Json value, ParseError& error) {
        if (++values_ > limits_.max_values) return fail("too many values", error);
        if (open_.empty()) {
            root_ = std::move(value);
        } else {
            open_.back().value.append(std::move(open_.back().name), std::move(value));
        }
        return true;
    }

    const JsonLimits limits_;
    std::size_t values_ = 0;
    std::vector<Open> open_;
    Json root_;
    std::string text_;  // the parts so far
    std::string why_;
};

Error missing(std::string_view name) {
    return Error(Fault::Malformed, "'" + std::string(name) + "' is missing");
}

Error wrong_type(std::string_view name, const char* expected) {
    return Error(Fault::Malformed, "'" + std::string(name) + "' is not " + expected);
}

}  // namespace

Json::Json() noexcept = default;
Json::Json(const Json&) = default;
Json::Json(Json&&) noexcept = default;
Json& Json::operator=(const Json&) = default;
Json& Json::operator=(Json&&) noexcept = default;
Json::~Json() = default;

bool Json::operator==(const Json& other) const {
    return value_ == other.value_;
}

Json::Json(bool value) : value_(value) {}
Json::Json(std::uint64_t value) : value_(value) {}
Json::Json(double value) : value_(value) {}
Json::Json(const char* value) : value_(std::string(value)) {}
Json::Json(std::string_view value) : value_(std::string(value)) {}
Json::Json(std::string value) : value_(std::move(value)) {}
Json::Json(Array value) : value_(std::move(value)) {}
Json::Json(Object value) : value_(std::move(value)) {}

Json::Json(std::int64_t value) {
    if (value >= 0) {
        value_ = static_cast<std::uint64_t>(value);
    } else {
        value_ = value;
    }
}

Json Json::object(std::initializer_list<Member> members) {
    return Object(members);
}

Json Json::array(std::initializer_list<Json> items) {
    return Array(items);
}

bool Json::is_null() const {
    return std::holds_alternative<std::monostate>(value_);
}
bool Json::is_string() const {
    return as_string() != nullptr;
}
bool Json::is_array() const {
    return as_array() != nullptr;
}
bool Json::is_object() const {
    return as_object() != nullptr;
}

const bool* Json::as_bool() const {
    return std::get_if<bool>(&value_);
}
const std::string* Json::as_string() const {
    return std::get_if<std::string>(&value_);
}
const Json::Array* Json::as_array() const {
    return std::get_if<Array>(&value_);
}
const Json::Object* Json::as_object() const {
    return std::get_if<Object>(&value_);
}
const double* Json::as_double() const {
    return std::get_if<double>(&value_);
}

std::optional<std::uint64_t> Json::as_uint() const {
    if (const auto* value = std::get_if<std::uint64_t>(&value_)) return *value;
    return std::nullopt;
}

std::optional<std::int64_t> Json::as_int() const {
    if (const auto* value = std::get_if<std::int64_t>(&value_)) return *value;
    const auto positive = as_uint();
    if (positive && *positive <= static_cast<std::uint64_t>(INT64_MAX)) {
        return static_cast<std::int64_t>(*positive);
    }
    return std::nullopt;
}

const Json* Json::find(std::string_view name) const {
    const Object* object = as_object();
    if (!object) return nullptr;
    for (const Member& member : *object) {
        if (member.first == name) return &member.second;
    }
    return nullptr;
}

Result<const std::string*> Json::string_at(std::string_view name) const {
    const Json* member = find(name);
    if (!member) return missing(name);
    if (const auto* text = member->as_string()) return text;
    return wrong_type(name, "a string");
}

Result<std::uint64_t> Json::uint_at(std::string_view name) const {
    const Json* member = find(name);
    if (!member) return missing(name);
    if (const auto value = member->as_uint()) return *value;
    return wrong_type(name, "a non-negative integer");
}

Result<const Json*> Json::object_at(std::string_view name) const {
    const Json* member = find(name);
    if (!member) return missing(name);
    if (member->is_object()) return member;
    return wrong_type(name, "an object");
}

Result<const Json::Array*> Json::array_at(std::string_view name) const {
    const Json* member = find(name);
    if (!member) return missing(name);
    if (const auto* array = member->as_array()) return array;
    return wrong_type(name, "an array");
}

Result<void> Json::only(std::initializer_list<std::string_view> names) const {
    const Object* object = as_object();
    if (!object) return Error(Fault::Malformed, "not an object");
    for (const Member& member : *object) {
        if (std::ranges::find(names, member.first) == names.end()) {
            return Error(Fault::Malformed, "unknown member " + printable(member.first));
        }
    }
    return {};
}

Json& Json::set(std::string name, Json value) {
    if (is_null()) value_ = Object{};
    Object& object = std::get<Object>(value_);
    const auto same = std::ranges::find(object, name, &Member::first);
    if (same != object.end()) {
        same->second = std::move(value);
    } else {
        object.emplace_back(std::move(name), std::move(value));
    }
    return *this;
}

void Json::append(std::string name, Json value) {
    if (auto* object = std::get_if<Object>(&value_)) {
        object->emplace_back(std::move(name), std::move(value));
    } else {
        std::get<Array>(value_).push_back(std::move(value));
    }
}

Result<Json> parse_json(Bytes text, const JsonLimits& limits) {
    const auto bad = [](const std::string& why) {
        return Error(Fault::Malformed, "not valid JSON: " + why);
    };
    if (text.size() > limits.max_bytes) {
        return bad("larger than " + std::to_string(limits.max_bytes) + " bytes");
    }
    if (as_text(text).starts_with("\xEF\xBB\xBF")) return bad("starts with a byte order mark");
    if (!is_utf8(text)) return bad("not UTF-8");
    if (as_text(text).find('\0') != std::string_view::npos) return bad("has a NUL byte");
    boost::json::parse_options options;
    options.max_depth = limits.max_depth + 1;  // the builder is stricter, and says so
    boost::json::basic_parser<Builder> parser(options, limits);
    ParseError error;
    const std::size_t size = parser.write_some(false, as_text(text).data(), text.size(), error);
    Builder& builder = parser.handler();
    if (!builder.why().empty()) return bad(builder.why());
    if (error == boost::json::error::exponent_overflow) return bad("exponent is too large");
    if (error || size != text.size()) {
        return bad("syntax error at byte " + std::to_string(size + 1));
    }
    return builder.take();
}

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
    return parse_json(as_bytes(text), limits);
}

}  // namespace boltseal
