// What a witness signs when it cosigns a checkpoint. c2sp.org/tlog-cosignature@v1.0.1, Ed25519
//
// Here for those who check and for those who sign, so that it is written down once.
#pragma once

#include "core/time.h"

#include <string>
#include <string_view>

namespace boltseal {

// `text` is the text of the note, with its final newline.
std::string cosignature_message(std::string_view text, Timestamp time);

}  // namespace boltseal
