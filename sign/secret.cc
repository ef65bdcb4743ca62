#include "sign/secret.h"

#include <sodium.h>

#include <algorithm>
#include <cassert>
#include <new>
#include <stdexcept>

namespace boltseal {

void start_sodium() {
    static const bool ready = sodium_init() >= 0;  // 1 means that somebody was here before
    if (!ready) throw std::runtime_error("libsodium cannot be initialised");
}

void Secret::Free::operator()(std::uint8_t* data) const {
    sodium_free(data);  // wipes, and aborts if the guard bytes were written over
}

Secret::Secret(std::size_t size) : size_(size) {
    start_sodium();
    data_.reset(static_cast<std::uint8_t*>(sodium_malloc(size)));
    if (!data_) throw std::bad_alloc();
    sodium_memzero(data_.get(), size);  // sodium_malloc fills with 0xdb
}

Secret Secret::copy_of(Bytes bytes) {
    Secret secret(bytes.size());
    std::copy(bytes.begin(), bytes.end(), secret.data_.get());
    return secret;
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        data_ = std::move(other.data_);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

void Secret::shrink(std::size_t size) {
    assert(size <= size_);
    sodium_memzero(data_.get() + size, size_ - size);
    size_ = size;
}

Secret random_secret(std::size_t size) {
    Secret secret(size);
    randombytes_buf(secret.writable().data(), size);
    return secret;
}

bool equal_secrets(Bytes a, Bytes b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(std::span<std::uint8_t> bytes) {
    sodium_memzero(bytes.data(), bytes.size());
}

void wipe(std::string& text) {
    sodium_memzero(text.data(), text.size());
    text.clear();
}

}  // namespace boltseal
