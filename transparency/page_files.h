// The files of transparency/page, as they were when the program was built.
#pragma once

#include <string_view>

namespace boltseal {

std::string_view page_file(std::string_view name);  // empty if there is none

}  // namespace boltseal
