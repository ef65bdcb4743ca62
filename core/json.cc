#include "core/json.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace boltseal {

namespace {

// Builds our values from the events of nlohmann's parser, which does the lexing and nothing else:
// its own value type keeps the last of two equal keys and rounds large integers to doubles.
class Builder : public nlohmann::json_sax<nlohmann::json> {
public:
    explicit Builder(const JsonLimits& limits) : limits_(limits) {}

    bool null() override { return add(Json()); }
    bool boolean(bool value) override { return add(Json(value)); }
    bool number_integer(number_integer_t value) override { return add(Json(std::int64_t{value})); }
    bool number_unsigned(number_unsigned_t value) override {
        return add(Json(std::uint64_t{value}));
    }
    bool number_float(number_float_t value, const std::string& text) override {
        // Without '.' or exponent this was an integer that 64 bits do not hold.
        if (text.find_first_of(".eE") == std::string::npos) {
            return fail("integer does not fit in 64 bits");
        }
        if (!std::isfinite(value)) return fail("number is too large");
        return add(Json(value));
    }
    bool string(string_t& value) override { return add(Json(std::move(value))); }
    bool binary(binary_t&) override { return fail("binary value"); }

    bool start_object(std::size_t) override { return open(Json(Json::Object{})); }
    bool start_array(std::size_t) override { return open(Json(Json::Array{})); }
    bool end_object() override {
        if (has_duplicate(*open_.back().value.as_object())) return fail("key appears twice");
        return close();
    }
    bool end_array() override { return close(); }
    bool key(string_t& name) override {
        open_.back().name = std::move(name);
        return true;
    }
    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::detail::exception& error) override {
        offset_ = position;
        // 406: a number that is out of range, which is text like any other.
        return fail(error.id == 406 ? "number is too large" : "syntax error");
    }

    const std::string& why() const { return why_; }
    std::optional<std::size_t> offset() const { return offset_; }
    Json take() { return std::move(root_); }

private:
    struct Open {
        Json value;
        std::string name;  // of the member being read
    };

    bool fail(const char* why) {
        if (why_.empty()) why_ = why;
        return false;
    }

    bool open(Json value) {
        if (open_.size() == limits_.max_depth) return fail("nested too deeply");
        open_.push_back(Open{std::move(value), {}});
        return true;
    }

    bool close() {
        Json value = std::move(open_.back().value);
        open_.pop_back();
        return add(std::move(value));
    }

    // Sorted rather than hashed: nobody can choose keys that make this slow.
    static bool has_duplicate(const Json::Object& object) {
        std::vector<std::string_view> names;
        names.reserve(object.size());
        for (const Json::Member& member : object) names.push_back(member.first);
        std::ranges::sort(names);
        return std::ranges::adjacent_find(names) != names.end();
    }

    bool add(Json value) {
        if (++values_ > limits_.max_values) return fail("too many values");
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
    std::string why_;
    std::optional<std::size_t> offset_;
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
    // The lexer takes a NUL for the end and would not see what follows.
    if (std::ranges::find(text, 0) != text.end()) return bad("has a NUL byte");
    Builder builder(limits);
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) {
        const auto offset = builder.offset();
        return bad(builder.why() + (offset ? " at byte " + std::to_string(*offset) : ""));
    }
    return builder.take();
}

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
    return parse_json(as_bytes(text), limits);
}

}  // namespace boltseal
