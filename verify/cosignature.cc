#include "verify/cosignature.h"

namespace boltseal {

std::string cosignature_message(std::string_view text, Timestamp time) {
    std::string message = "cosignature/v1\ntime " + std::to_string(time.seconds) + "\n";
    return message.append(text);
}

}  // namespace boltseal
