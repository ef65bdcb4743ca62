#include "verify/provenance.h"

namespace boltseal {

bool is_provenance(std::string_view) {
    return false;
}

Result<Provenance> read_provenance(std::string_view, const Json&) {
    return Error(Fault::Malformed, "provenance is not there yet");
}

}  // namespace boltseal
