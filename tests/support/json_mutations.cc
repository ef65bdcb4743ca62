#include "tests/support/json_mutations.h"

#include <functional>

namespace boltseal::test {

namespace {

// Another character of base64, hex and most other alphabets.
char other_character(char c) {
    return c == 'b' ? 'c' : 'b';
}

Json empty_of(const Json& value) {
    if (value.is_object()) return Json::Object{};
    if (value.is_array()) return Json::Array{};
    return value.is_string() ? Json("") : Json(0);
}

Json of_another_type(const Json& value) {
    if (value.is_object()) return Json::Array{};
    if (value.is_array()) return Json::Object{};
    if (value.is_string()) return 1;
    return "1";
}

Json another_value(const Json& value) {
    if (const auto* object = value.as_object())
        return object->empty() ? Json("x") : Json::Array{value};
    if (const auto* items = value.as_array()) {
        Json::Array longer = *items;
        longer.push_back(items->empty() ? Json("x") : items->back());
        return longer;
    }
    if (const auto number = value.as_uint()) return *number + 1;
    if (const std::string* text = value.as_string()) {
        if (text->empty()) return "x";
        if (text->find_first_not_of("0123456789") == std::string::npos && text->size() < 19) {
            return std::to_string(std::stoull(*text) + 1);
        }
        std::string changed = *text;
        changed[changed.size() / 2] = other_character(changed[changed.size() / 2]);
        return changed;
    }
    return true;
}

std::string snake_case(const std::string& name) {
    std::string snake;
    for (const char c : name) {
        if (c >= 'A' && c <= 'Z') {
            snake += '_';
            snake += static_cast<char>(c - 'A' + 'a');
        } else {
            snake += c;
        }
    }
    return snake == name ? name + "_" : snake;
}

// Hands every change of `value` to `sink`, in a text that is otherwise the same.
class Mutator {
public:
    using Sink = std::function<void(const std::string& what, Json value)>;

    static void run(const Json& value, const std::string& path, const Sink& sink) {
        if (const auto* members = value.as_object()) {
            object(*members, path, sink);
        } else if (const auto* items = value.as_array()) {
            array(*items, path, sink);
        }
    }

private:
    static Json with(Json::Object members, std::size_t i, Json value) {
        members[i].second = std::move(value);
        return members;
    }
    static Json with(Json::Array items, std::size_t i, Json value) {
        items[i] = std::move(value);
        return items;
    }

    template <typename Container>
    static void replace(const Container& all, std::size_t i, const Json& value,
                        const std::string& path, const Sink& sink) {
        sink(path + ": null", with(all, i, Json()));
        sink(path + ": empty", with(all, i, empty_of(value)));
        sink(path + ": another type", with(all, i, of_another_type(value)));
        sink(path + ": another value", with(all, i, another_value(value)));
        Container fewer = all;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
        sink(path + ": removed", std::move(fewer));
        Container twice = all;
        twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(i), all[i]);
        sink(path + ": twice", std::move(twice));
        run(value, path,
            [&](const std::string& what, Json changed) { sink(what, with(all, i, changed)); });
    }

    static void object(const Json::Object& members, const std::string& path, const Sink& sink) {
        Json::Object more = members;
        more.emplace_back("x", 1);
        sink(path + ": one more member", std::move(more));
        for (std::size_t i = 0; i < members.size(); ++i) {
            const std::string at = (path.empty() ? "" : path + ".") + members[i].first;
            replace(members, i, members[i].second, at, sink);
            Json::Object renamed = members;
            renamed[i].first = snake_case(renamed[i].first);
            sink(at + ": renamed", std::move(renamed));
            if (i + 1 == members.size()) continue;
            Json::Object swapped = members;
            std::swap(swapped[i].second, swapped[i + 1].second);
            sink(at + ": swapped", std::move(swapped));
            Json::Object moved = members;
            std::swap(moved[i], moved[i + 1]);
            sink(at + ": moved", std::move(moved));
        }
    }

    static void array(const Json::Array& items, const std::string& path, const Sink& sink) {
        for (std::size_t i = 0; i < items.size(); ++i) {
            const std::string at = path + "[" + std::to_string(i) + "]";
            replace(items, i, items[i], at, sink);
            if (i + 1 == items.size()) continue;
            Json::Array swapped = items;
            std::swap(swapped[i], swapped[i + 1]);
            sink(at + ": swapped", std::move(swapped));
        }
    }
};

}  // namespace

std::vector<JsonMutation> json_mutations(const std::string& json) {
    const Json original = parse_json(json).value();
    std::vector<JsonMutation> all;
    Mutator::run(original, "", [&](const std::string& what, const Json& changed) {
        all.push_back({what, to_json(changed)});
    });
    return all;
}

}  // namespace boltseal::test
