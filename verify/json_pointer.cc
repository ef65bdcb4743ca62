#include "verify/json_pointer.h"

namespace boltseal {

Result<JsonPointer> JsonPointer::parse(std::string_view) {
    return Error(Fault::Config, "pointers are not there yet");
}

std::vector<const Json*> JsonPointer::find_all(const Json&) const {
    return {};
}

}  // namespace boltseal
