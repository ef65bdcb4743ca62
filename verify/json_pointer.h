// Where in a JSON document to look: RFC 6901, with one addition. A token '*' stands for every item
// of an array, or every member of an object; there may be one. A member that is itself called '*'
// cannot be named alone.
#pragma once

#include "core/json.h"

namespace boltseal {

class JsonPointer {
public:
    JsonPointer() = default;  // "", the whole document

    // Config if it is neither empty nor begins with '/', has a '~' without 0 or 1, a second '*', or
    // is longer than 1024 bytes or 32 tokens.
    static Result<JsonPointer> parse(std::string_view text);

    // What is there, in the document's order; empty if nothing is. The pointers live as long as the
    // document. An array's item is named by its index in decimal, without leading zeros.
    std::vector<const Json*> find_all(const Json& document) const;

    bool has_wildcard() const { return has_wildcard_; }
    const std::string& text() const { return text_; }  // as it was written

private:
    std::string text_;
    std::vector<std::string> tokens_;
    bool has_wildcard_ = false;
};

}  // namespace boltseal
