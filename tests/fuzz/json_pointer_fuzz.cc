// The first line is a pointer, the rest a document. Without '*' at most one value is found; an
// index in place of '*' finds what '*' found there.
#include "tests/fuzz/fuzz.h"
#include "verify/json_pointer.h"

#include <algorithm>

using namespace boltseal;

FUZZ(input) {
    const std::string_view all = as_text(input);
    const std::string_view text = all.substr(0, all.find('\n'));
    const auto pointer = JsonPointer::parse(text);
    if (!pointer) return;
    LAW(pointer->text() == text);
    const auto document = parse_json(all.substr(std::min(text.size() + 1, all.size())));
    if (!document) return;
    const auto found = pointer->find_all(*document);
    if (!pointer->has_wildcard()) {
        LAW(found.size() <= 1);
        return;
    }
    std::size_t star = text.find("/*");
    while (star + 2 < text.size() && text[star + 2] != '/') star = text.find("/*", star + 1);
    const auto above = JsonPointer::parse(text.substr(0, star))->find_all(*document);
    if (above.size() != 1 || !above[0]->is_array()) return;
    std::vector<const Json*> one_by_one;
    for (std::size_t i = 0; i < above[0]->as_array()->size(); ++i) {
        std::string indexed(text);
        indexed.replace(star + 1, 1, std::to_string(i));
        const auto item = JsonPointer::parse(indexed);
        if (!item) return;  // now too long
        for (const Json* value : item->find_all(*document)) one_by_one.push_back(value);
    }
    LAW(found == one_by_one);
}
