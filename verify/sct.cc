#include "verify/sct.h"
namespace boltseal {
Result<std::vector<const CtLog*>> check_scts(const Certificate&, const Certificate&, const std::vector<CtLog>&) { return std::vector<const CtLog*>(); }
}
