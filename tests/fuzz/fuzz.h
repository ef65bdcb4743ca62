// What every fuzz target has in common: its entry point, and a law that must hold.
#pragma once

#include "core/bytes.h"

#include <cstdlib>

#define FUZZ(input)                                                                     \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);  \
    static void fuzz_one(boltseal::Bytes input);                                        \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
        fuzz_one(boltseal::Bytes(data, size));                                          \
        return 0;                                                                       \
    }                                                                                   \
    static void fuzz_one(boltseal::Bytes input)

// Not assert: the law also holds in builds that compile assertions away.
#define LAW(condition)                  \
    do {                                \
        if (!(condition)) std::abort(); \
    } while (false)
