// JSON as strict as evidence needs it: RFC 8259 text in, values that are looked at with typed
// getters, and one canonical text out (RFC 8785).
//
// Refused on the way in: duplicate keys, a byte order mark, bytes after the value, text that is not
// UTF-8, more depth or bytes than the limits, numbers that no 64-bit integer or finite double
// holds.
#pragma once

#include "core/bytes.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace boltseal {

class Json {
public:
    using Array = std::vector<Json>;
    using Member = std::pair<std::string, Json>;
    using Object = std::vector<Member>;  // in the order they were read or added; names are unique

    // Nothing of them is inline: half the sources use them, and none where a call would be felt.
    Json() noexcept;  // null
    Json(const Json&);
    Json(Json&&) noexcept;
    Json& operator=(const Json&);
    Json& operator=(Json&&) noexcept;
    ~Json();

    Json(bool value);                                            // NOLINT
    Json(int value) : Json(static_cast<std::int64_t>(value)) {}  // NOLINT
    Json(std::int64_t value);                                    // NOLINT
    Json(std::uint64_t value);                                   // NOLINT
    Json(double value);            // NOLINT; REQUIRES: value is finite
    Json(const char* value);       // NOLINT
    Json(std::string_view value);  // NOLINT
    Json(std::string value);       // NOLINT
    Json(Array value);             // NOLINT
    Json(Object value);            // NOLINT
    static Json object(std::initializer_list<Member> members);
    static Json array(std::initializer_list<Json> items);

    bool is_null() const;
    bool is_string() const;
    bool is_array() const;
    bool is_object() const;

    // The value as this type, or nullptr.
    const bool* as_bool() const;
    const std::string* as_string() const;
    const Array* as_array() const;
    const Object* as_object() const;
    const double* as_double() const;               // only for numbers written with . or exponent
    std::optional<std::uint64_t> as_uint() const;  // an integer that is not negative
    std::optional<std::int64_t> as_int() const;    // an integer that fits

    // A member of an object, or nullptr if there is none or this is no object.
    const Json* find(std::string_view name) const;

    // A member that must be there with this type; Malformed, naming the member, if it is not. The
    // pointers are never null and live as long as this value.
    Result<const std::string*> string_at(std::string_view name) const;
    Result<std::uint64_t> uint_at(std::string_view name) const;
    Result<const Json*> object_at(std::string_view name) const;
    Result<const Array*> array_at(std::string_view name) const;

    // Malformed, naming the first member that is not listed, or if this is no object.
    Result<void> only(std::initializer_list<std::string_view> names) const;

    Json& set(std::string name, Json value);  // adds or replaces; turns null into an object

    // Adds to the end of an array, or, unseen whether the name is new, to an object.
    void append(std::string name, Json value);

    bool operator==(const Json&) const;

private:
    // Integers that are not negative are always uint64_t, so that equal values compare equal.
    std::variant<std::monostate, bool, std::uint64_t, std::int64_t, double, std::string, Array,
                 Object>
        value_;
};

struct JsonLimits {
    std::size_t max_bytes = std::size_t{4} << 20;
    std::size_t max_depth = 32;        // of arrays and objects in one another
    std::size_t max_values = 200'000;  // all in all; each takes some 100 bytes of memory
};

// Malformed with what was wrong, and for broken syntax the byte offset where it was found.
Result<Json> parse_json(Bytes text, const JsonLimits& limits = {});
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

std::string to_json(const Json& value);         // one line, members in their order
std::string to_pretty_json(const Json& value);  // for people: two spaces of indent, final newline

// RFC 8785: no white space, members sorted by UTF-16 code units, numbers as ECMAScript prints them.
// Integers beyond 2^53 keep all their digits, where ECMAScript would round: nothing is lost unseen.
std::string to_canonical_json(const Json& value);

}  // namespace boltseal
