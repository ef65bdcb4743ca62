#include "verify/pattern.h"

namespace boltseal {

Pattern Pattern::exactly(std::string text) {
    Pattern pattern;
    pattern.text_ = std::move(text);
    return pattern;
}

Result<Pattern> Pattern::glob(std::string_view) {
    return Error(Fault::Config, "globs are not there yet");
}

Result<Pattern> Pattern::regex(std::string_view) {
    return Error(Fault::Config, "regular expressions are not there yet");
}

bool Pattern::matches(std::string_view text) const {
    return !text.empty() && text == text_;
}

}  // namespace boltseal
