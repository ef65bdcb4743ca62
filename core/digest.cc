#include "core/digest.h"

#include "core/encoding.h"

#include <openssl/evp.h>

#include <stdexcept>

namespace boltseal {

namespace {

constexpr HashAlgorithm kAlgorithms[] = {HashAlgorithm::Sha256, HashAlgorithm::Sha384,
                                         HashAlgorithm::Sha512};

struct FreeMdCtx {
    void operator()(EVP_MD_CTX* ctx) const { EVP_MD_CTX_free(ctx); }
};

// Fetched once: in OpenSSL 3 an implicit fetch costs more than hashing a Merkle node.
const EVP_MD* md_of(HashAlgorithm algorithm) {
    static EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    static EVP_MD* const kSha384 = EVP_MD_fetch(nullptr, "SHA384", nullptr);
    static EVP_MD* const kSha512 = EVP_MD_fetch(nullptr, "SHA512", nullptr);
    switch (algorithm) {
        case HashAlgorithm::Sha256:
            return kSha256;
        case HashAlgorithm::Sha384:
            return kSha384;
        case HashAlgorithm::Sha512:
            return kSha512;
    }
    return nullptr;
}

// Hashing has no input error: a failure can only be a broken or exhausted host.
void require(bool ok) {
    if (!ok) throw std::runtime_error("OpenSSL cannot hash");
}

void start(EVP_MD_CTX* ctx, HashAlgorithm algorithm) {
    require(ctx && EVP_DigestInit_ex(ctx, md_of(algorithm), nullptr) == 1);
}

void add(EVP_MD_CTX* ctx, Bytes bytes) {
    require(EVP_DigestUpdate(ctx, bytes.data(), bytes.size()) == 1);
}

// One context a thread: a Merkle tree makes millions of hashes.
EVP_MD_CTX* thread_context() {
    thread_local const std::unique_ptr<EVP_MD_CTX, FreeMdCtx> ctx(EVP_MD_CTX_new());
    return ctx.get();
}

}  // namespace

std::size_t digest_size(HashAlgorithm algorithm) {
    switch (algorithm) {
        case HashAlgorithm::Sha256:
            return 32;
        case HashAlgorithm::Sha384:
            return 48;
        case HashAlgorithm::Sha512:
            break;
    }
    return 64;
}

std::string_view to_string(HashAlgorithm algorithm) {
    switch (algorithm) {
        case HashAlgorithm::Sha256:
            return "sha256";
        case HashAlgorithm::Sha384:
            return "sha384";
        case HashAlgorithm::Sha512:
            break;
    }
    return "sha512";
}

Result<HashAlgorithm> parse_hash_algorithm(std::string_view name) {
    for (const HashAlgorithm algorithm : kAlgorithms) {
        if (name == to_string(algorithm)) return algorithm;
    }
    return Error(Fault::Malformed, "digest is not sha256, sha384 or sha512");
}

Result<BlobDigest> BlobDigest::from(HashAlgorithm algorithm, Bytes bytes) {
    if (bytes.size() != digest_size(algorithm)) {
        return Error(Fault::Malformed, "digest has a wrong length");
    }
    BlobDigest digest;
    digest.algorithm_ = algorithm;
    digest.bytes_ = to_buffer(bytes);
    return digest;
}

std::string BlobDigest::hex() const {
    return to_hex(bytes_);
}

Result<BlobDigest> parse_digest(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) {
        return Error(Fault::Malformed, "digest has no algorithm");
    }
    BOLTSEAL_TRY(const HashAlgorithm algorithm, parse_hash_algorithm(text.substr(0, colon)));
    const std::string_view digits = text.substr(colon + 1);
    const std::size_t expected = 2 * digest_size(algorithm);
    if (digits.size() != expected) {
        return Error(Fault::Malformed,
                     "digest must have " + std::to_string(expected) + " hex digits");
    }
    const auto bytes = parse_hex(digits);
    if (!bytes) return Error(Fault::Malformed, "digest is not lower-case hex");
    return BlobDigest::from(algorithm, *bytes);
}

std::string to_string(const BlobDigest& digest) {
    return std::string(to_string(digest.algorithm())) + ':' + digest.hex();
}

std::array<std::uint8_t, 32> sha256(std::initializer_list<Bytes> parts) {
    EVP_MD_CTX* const ctx = thread_context();
    std::array<std::uint8_t, 32> out;
    start(ctx, HashAlgorithm::Sha256);
    for (const Bytes part : parts) add(ctx, part);
    require(EVP_DigestFinal_ex(ctx, out.data(), nullptr) == 1);
    return out;
}

BlobDigest digest_of(Bytes blob, HashAlgorithm algorithm) {
    EVP_MD_CTX* const ctx = thread_context();
    Buffer out(digest_size(algorithm));
    start(ctx, algorithm);
    add(ctx, blob);
    require(EVP_DigestFinal_ex(ctx, out.data(), nullptr) == 1);
    return BlobDigest::from(algorithm, out).value();
}

struct Hasher::Context {
    std::unique_ptr<EVP_MD_CTX, FreeMdCtx> md{EVP_MD_CTX_new()};
};

Hasher::Hasher(HashAlgorithm algorithm)
    : context_(std::make_unique<Context>()), algorithm_(algorithm) {
    start(context_->md.get(), algorithm);
}

Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(Bytes bytes) {
    add(context_->md.get(), bytes);
    size_ += bytes.size();
}

BlobDigest Hasher::finish() && {
    Buffer out(digest_size(algorithm_));
    require(EVP_DigestFinal_ex(context_->md.get(), out.data(), nullptr) == 1);
    return BlobDigest::from(algorithm_, out).value();
}

}  // namespace boltseal
