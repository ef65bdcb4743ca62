// Log entries as results are printed: what they name, a line or a JSON object each.
#pragma once

#include "core/json.h"
#include "verify/merkle.h"

#include <string>

namespace boltseal {

// "7  <leaf hash>  hashedrekord  sha256:...  key <hex>  'a@example.com'": no line end.
std::string entry_line(std::uint64_t index, Bytes entry);

// {"index":7,"leafHash":"<hex>","kind":"...","digest":"sha256:...","keys":[...],"identities":[...],
// "entry":"<base64>"}; for bytes of another kind, "kind" is null, and what they name is left out.
Json entry_json(std::uint64_t index, Bytes entry);

}  // namespace boltseal
