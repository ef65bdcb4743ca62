#include "tests/support/vectors.h"

#include "core/file.h"
#include "tests/check.h"

#include <algorithm>
#include <cstdlib>

namespace boltseal::test {

std::filesystem::path require_vectors(const std::string& name) {
    const char* root = std::getenv("BOLTSEAL_VECTORS");
    if (root == nullptr || *root == '\0')
        SKIP("no vectors '" << name << "': BOLTSEAL_VECTORS unset");
    auto path = std::filesystem::path(root) / name;
    if (!std::filesystem::exists(path)) SKIP("no vectors '" << name << "' in BOLTSEAL_VECTORS");
    return path;
}

Json load_vector(const std::filesystem::path& file) {
    const auto bytes = read_file(file, JsonLimits{}.max_bytes);
    REQUIRE_OK(bytes);
    auto json = parse_json(Bytes(bytes.value()));
    REQUIRE_OK(json);
    return std::move(json).value();
}

std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) out.push_back(entry.path());
    }
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace boltseal::test
