// Hash values that cannot be mixed up. OpenSSL does the hashing.
#pragma once

#include "core/bytes.h"

#include <array>
#include <compare>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace boltseal {

enum class HashAlgorithm { Sha256, Sha384, Sha512 };

std::size_t digest_size(HashAlgorithm algorithm);     // in bytes: 32, 48, 64
std::string_view to_string(HashAlgorithm algorithm);  // "sha256", "sha384", "sha512"
Result<HashAlgorithm> parse_hash_algorithm(std::string_view name);

// SHA-256 values of one kind. The tag says what was hashed, so that a tree node and a log id, both
// 32 bytes, cannot stand in for one another.
template <typename Tag>
class Hash256 {
public:
    static constexpr std::size_t kSize = 32;

    constexpr Hash256() = default;
    constexpr explicit Hash256(const std::array<std::uint8_t, kSize>& bytes) : bytes_(bytes) {}

    // Malformed unless there are exactly 32 bytes.
    static Result<Hash256> from(Bytes bytes) {
        if (bytes.size() != kSize) return Error(Fault::Malformed, "hash is not 32 bytes long");
        Hash256 hash;
        std::copy(bytes.begin(), bytes.end(), hash.bytes_.begin());
        return hash;
    }

    Bytes bytes() const { return bytes_; }
    auto operator<=>(const Hash256&) const = default;

private:
    std::array<std::uint8_t, kSize> bytes_{};
};

using TreeHash = Hash256<struct TreeTag>;  // of a Merkle tree node, RFC 9162 section 2.1.1
using LogId = Hash256<struct LogIdTag>;    // of a log's key, as Sigstore names logs

// The digest of an artifact or blob, as in OCI "sha256:<hex>" (image-spec, descriptor.md#digests).
class BlobDigest {
public:
    BlobDigest() : bytes_(digest_size(HashAlgorithm::Sha256)) {}  // all zero
    // Malformed unless there are exactly digest_size(algorithm) bytes.
    static Result<BlobDigest> from(HashAlgorithm algorithm, Bytes bytes);

    HashAlgorithm algorithm() const { return algorithm_; }
    Bytes bytes() const { return bytes_; }
    std::string hex() const;
    auto operator<=>(const BlobDigest&) const = default;

private:
    HashAlgorithm algorithm_ = HashAlgorithm::Sha256;
    Buffer bytes_;
};

// Accepts "sha256:", "sha384:" or "sha512:" and exactly as many lower-case hex digits as it takes.
Result<BlobDigest> parse_digest(std::string_view text);
std::string to_string(const BlobDigest& digest);

std::array<std::uint8_t, 32> sha256(std::initializer_list<Bytes> parts);
BlobDigest digest_of(Bytes blob, HashAlgorithm algorithm = HashAlgorithm::Sha256);

// Hashes bytes that do not fit in memory. Not for use from two threads at once.
class Hasher {
public:
    explicit Hasher(HashAlgorithm algorithm = HashAlgorithm::Sha256);
    Hasher(Hasher&&) noexcept;
    Hasher& operator=(Hasher&&) noexcept;
    ~Hasher();

    void update(Bytes bytes);
    std::uint64_t size() const { return size_; }  // bytes hashed so far
    BlobDigest finish() &&;

private:
    struct Context;
    std::unique_ptr<Context> context_;
    HashAlgorithm algorithm_;
    std::uint64_t size_ = 0;
};

}  // namespace boltseal
