#include "net/transport.h"

namespace boltseal {

const std::string* Response::header(std::string_view lower_case_name) const {
    for (const auto& [name, value] : headers) {
        if (name == lower_case_name) return &value;
    }
    return nullptr;
}

}  // namespace boltseal
