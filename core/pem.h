// PEM for things that are public: RFC 7468, strictly. Private keys are read in sign/key_file.cc.
#pragma once

#include "core/bytes.h"

namespace boltseal {

struct PemBlock {
    std::string label;  // "CERTIFICATE"
    Buffer bytes;
};

// One block or more, up to `max_blocks`, with nothing but white space around and between them.
// Malformed otherwise. Lines may be of any length; the base64 must be canonical.
Result<std::vector<PemBlock>> parse_pem(Bytes text, std::size_t max_blocks);

std::string to_pem(std::string_view label, Bytes bytes);  // lines of 64 characters

}  // namespace boltseal
