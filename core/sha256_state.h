// SHA-256 that can be put aside and taken up again, by another process too: FIPS 180-4 with its
// intermediate hash value in the open. OpenSSL's portable interface hides it.
#pragma once

#include "core/digest.h"

#include <optional>

namespace boltseal {

class Sha256State {
public:
    // After a whole number of 64-byte blocks: the hash value H(i), big-endian, and bytes so far.
    struct Saved {
        std::array<std::uint8_t, 32> value{};
        std::uint64_t size = 0;
        bool operator==(const Saved&) const = default;
    };

    Sha256State();
    // Malformed unless the size is a multiple of 64. Whether the value is true shows at the end.
    static Result<Sha256State> resume(const Saved& saved);

    void update(Bytes bytes);
    std::uint64_t size() const { return size_; }
    std::optional<Saved> save() const;  // none in the middle of a block
    BlobDigest finish() &&;

private:
    // The words of OpenSSL's SHA256_CTX, which its header deprecates and the .cc file names.
    alignas(8) std::array<std::uint8_t, 128> context_{};
    std::uint64_t size_ = 0;
};

}  // namespace boltseal
