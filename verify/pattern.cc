#include "verify/pattern.h"

namespace boltseal {

Pattern Pattern::exactly(std::string text) {
    Pattern pattern;
    pattern.text_ = std::move(text);
    return pattern;
}

bool Pattern::matches(std::string_view text) const {
    return !text_.empty() && text == text_;
}

}  // namespace boltseal
