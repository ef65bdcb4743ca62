// Members of a JSON object that may be absent. Malformed, naming the member, if one is there with
// another type; null is another type too.
#pragma once

#include "core/json.h"

namespace boltseal {

// Empty if absent.
inline Result<std::string> optional_string(const Json& object, std::string_view name) {
    if (!object.find(name)) return std::string();
    BOLTSEAL_TRY(const std::string* text, object.string_at(name));
    return *text;
}

// nullptr if absent.
inline Result<const Json*> optional_object(const Json& object, std::string_view name) {
    const Json* none = nullptr;
    return object.find(name) ? object.object_at(name) : none;
}

// An empty one if absent.
inline Result<const Json::Array*> optional_array(const Json& object, std::string_view name) {
    static const Json::Array kNone;
    return object.find(name) ? object.array_at(name) : &kNone;
}

// The same, an error with the place it is about in front: "/components/3: 'name' is missing".
template <typename T>
Result<T> at_place(const std::string& place, Result<T> result) {
    if (result || place.empty()) return result;
    return std::move(result).error().context(place);
}

}  // namespace boltseal
