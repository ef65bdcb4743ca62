#include "verify/nfa.h"

namespace boltseal {

bool Nfa::accepts(std::string_view) const {
    return false;
}

}  // namespace boltseal
