// The one place that asks what time it is. Everything below cli/ is told.
#pragma once

#include "core/time.h"

#include <chrono>

namespace boltseal {

inline Timestamp now() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count()};
}

}  // namespace boltseal
