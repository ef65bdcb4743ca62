#define OPENSSL_SUPPRESS_DEPRECATED  // EVP_MD_CTX has the same code, but gives no state away

#include "core/sha256_state.h"

#include <openssl/sha.h>

#include <cstring>
#include <stdexcept>

namespace boltseal {

namespace {

static_assert(sizeof(SHA256_CTX) <= 128 && std::is_trivially_copyable_v<SHA256_CTX>);

SHA256_CTX load(const std::array<std::uint8_t, 128>& bytes) {
    SHA256_CTX out;
    std::memcpy(&out, bytes.data(), sizeof out);
    return out;
}

void store(const SHA256_CTX& context, std::array<std::uint8_t, 128>& bytes) {
    std::memcpy(bytes.data(), &context, sizeof context);
}

void require(int ok) {
    if (ok != 1) throw std::runtime_error("OpenSSL cannot hash");
}

}  // namespace

Sha256State::Sha256State() {
    SHA256_CTX context;
    require(SHA256_Init(&context));
    store(context, context_);
}

Result<Sha256State> Sha256State::resume(const Saved& saved) {
    if (saved.size % 64 != 0) {
        return Error(Fault::Malformed, "hash state is not at the end of a block");
    }
    Sha256State out;
    SHA256_CTX context = load(out.context_);
    Reader reader(saved.value);
    for (auto& word : context.h) {
        BOLTSEAL_TRY(word, reader.u32());
    }
    const std::uint64_t bits = saved.size * 8;
    context.Nl = static_cast<SHA_LONG>(bits);
    context.Nh = static_cast<SHA_LONG>(bits >> 32);
    store(context, out.context_);
    out.size_ = saved.size;
    return out;
}

void Sha256State::update(Bytes bytes) {
    SHA256_CTX context = load(context_);
    require(SHA256_Update(&context, bytes.data(), bytes.size()));
    store(context, context_);
    size_ += bytes.size();
}

std::optional<Sha256State::Saved> Sha256State::save() const {
    if (size_ % 64 != 0) return std::nullopt;
    const SHA256_CTX context = load(context_);
    Writer writer;
    for (const auto word : context.h) writer.u32(word);
    Saved out;
    std::copy(writer.bytes().begin(), writer.bytes().end(), out.value.begin());
    out.size = size_;
    return out;
}

BlobDigest Sha256State::finish() && {
    SHA256_CTX context = load(context_);
    std::array<std::uint8_t, 32> out{};
    require(SHA256_Final(out.data(), &context));
    return BlobDigest::from(HashAlgorithm::Sha256, out).value();
}

}  // namespace boltseal
