// Secret bytes: in guarded memory that is wiped, never printed, copied or compared by accident.
#pragma once

#include "core/bytes.h"

#include <memory>

namespace boltseal {

// Move-only, over sodium_malloc. An empty secret is legal (an empty passphrase, say). One that was
// moved from is empty.
class Secret {
public:
    explicit Secret(std::size_t size);   // zeroed
    static Secret copy_of(Bytes bytes);  // the caller wipes its own copy
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    ~Secret() = default;

    Bytes bytes() const { return {data_.get(), size_}; }
    std::span<std::uint8_t> writable() { return {data_.get(), size_}; }
    std::size_t size() const { return size_; }
    void shrink(std::size_t size);  // REQUIRES: size <= this->size()

private:
    struct Free {
        void operator()(std::uint8_t* data) const;
    };
    std::unique_ptr<std::uint8_t[], Free> data_;
    std::size_t size_;
};

Secret random_secret(std::size_t size);

// In a time that depends on the sizes alone.
bool equal_secrets(Bytes a, Bytes b);

void wipe(std::span<std::uint8_t> bytes);
void wipe(std::string& text);  // and empties it

// libsodium's sodium_init, once; throws if the host cannot give randomness. Every Secret has called
// it; who uses libsodium without one calls it first.
void start_sodium();

}  // namespace boltseal
