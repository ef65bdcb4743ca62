#include "cli/difference.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::string_view kSentences[] = {"proof", "error", "hint", "expected", "found"};

std::string shown(const Json* value) {
    return value ? printable(to_json(*value), kInFull) : "nothing";
}

class Comparison {
public:
    explicit Comparison(Sentences sentences) : sentences_(sentences) {}

    std::optional<Difference> compare(const Json* recorded, const Json* computed,
                                      const std::string& where) const {
        if (recorded && computed) {
            if (recorded->is_object() && computed->is_object()) {
                return compare_members(*recorded, *computed, where);
            }
            if (recorded->is_array() && computed->is_array()) {
                return compare_items(*recorded->as_array(), *computed->as_array(), where);
            }
            if (*recorded == *computed) return std::nullopt;
        }
        return Difference{where.empty() ? "/" : where, shown(recorded), shown(computed)};
    }

private:
    bool counts(const std::string& name) const {
        return sentences_ == Sentences::Compare ||
               std::ranges::find(kSentences, name) == std::end(kSentences);
    }

    std::optional<Difference> compare_members(const Json& recorded, const Json& computed,
                                              const std::string& where) const {
        for (const auto& [name, value] : *computed.as_object()) {
            if (!counts(name)) continue;
            if (auto found = compare(recorded.find(name), &value, where + "/" + name)) return found;
        }
        for (const auto& [name, value] : *recorded.as_object()) {
            if (!counts(name) || computed.find(name)) continue;
            return Difference{where + "/" + name, shown(&value), shown(nullptr)};
        }
        return std::nullopt;
    }

    std::optional<Difference> compare_items(const Json::Array& recorded,
                                            const Json::Array& computed,
                                            const std::string& where) const {
        for (std::size_t i = 0; i < std::max(recorded.size(), computed.size()); ++i) {
            const Json* one = i < recorded.size() ? &recorded[i] : nullptr;
            const Json* other = i < computed.size() ? &computed[i] : nullptr;
            if (auto found = compare(one, other, where + "/" + std::to_string(i))) return found;
        }
        return std::nullopt;
    }

    Sentences sentences_;
};

}  // namespace

std::optional<Difference> find_difference(const Json& recorded, const Json& computed,
                                          Sentences sentences) {
    return Comparison(sentences).compare(&recorded, &computed, "");
}

}  // namespace boltseal
