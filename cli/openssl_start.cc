// For the source of random numbers, of which OpenSSL says since 3.0 that providers are to bring it.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "cli/openssl_start.h"

#include "cli/curve_key_decoder.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace boltseal {

namespace {

// An operation, and the algorithms of it that are offered, by their first name.
struct Offer {
    int operation;
    std::vector<std::string_view> names;
    std::string_view property = {};               // what their definition must say besides
    std::vector<OSSL_ALGORITHM> algorithms = {};  // ends with one that has no name
};

// OpenSSL's default provider lives in a context of its own, and its algorithms are passed on.
// Nothing of it changes once the provider has started.
struct OfferedAlgorithms {
    OSSL_PROVIDER* all = nullptr;
    std::array<Offer, 4> offers = {{
        {OSSL_OP_DIGEST, {"SHA1", "SHA2-224", "SHA2-256", "SHA2-384", "SHA2-512"}},
        {OSSL_OP_KEYMGMT, {"EC", "RSA", "ED25519"}},
        {OSSL_OP_SIGNATURE, {"ECDSA", "RSA", "ED25519"}},
        {OSSL_OP_DECODER, {"EC", "RSA", "ED25519"}, "structure=SubjectPublicKeyInfo"},
    }};
};
OfferedAlgorithms offered;

std::string_view first_name(const OSSL_ALGORITHM& algorithm) {
    const std::string_view names = algorithm.algorithm_names;
    return names.substr(0, names.find(':'));
}

bool is_offered(const Offer& offer, const OSSL_ALGORITHM& algorithm) {
    return std::ranges::find(offer.names, first_name(algorithm)) != offer.names.end() &&
           std::string_view(algorithm.property_definition).find(offer.property) !=
               std::string_view::npos;
}

void collect(Offer& offer) {
    int no_store = 0;
    const OSSL_ALGORITHM* next =
        OSSL_PROVIDER_query_operation(offered.all, offer.operation, &no_store);
    for (; next && next->algorithm_names; ++next) {
        if (is_offered(offer, *next)) offer.algorithms.push_back(*next);
    }
}

void end(Offer& offer) {
    offer.algorithms.push_back({nullptr, nullptr, nullptr, nullptr});
}

// Null if it is not offered.
OSSL_ALGORITHM* find_algorithm(int operation, std::string_view name) {
    const auto offer = std::ranges::find(offered.offers, operation, &Offer::operation);
    const auto found = std::ranges::find(offer->algorithms, name, first_name);
    return found == offer->algorithms.end() ? nullptr : &*found;
}

// In the place of the default provider's.
bool offer_own_decoder(const OSSL_DISPATCH* core, void* context) {
    const OSSL_ALGORITHM* const keys = find_algorithm(OSSL_OP_KEYMGMT, "EC");
    OSSL_ALGORITHM* const decoder = find_algorithm(OSSL_OP_DECODER, "EC");
    if (!keys || !decoder) return false;
    decoder->implementation = start_curve_key_decoder({core, keys->implementation, context});
    return decoder->implementation != nullptr;
}

const OSSL_ALGORITHM* query_operation(void*, int operation, int* no_store) noexcept {
    *no_store = 0;
    const auto offer = std::ranges::find(offered.offers, operation, &Offer::operation);
    return offer == offered.offers.end() ? nullptr : offer->algorithms.data();
}

// Random numbers only blind computations with public values here. The system's are at hand, and a
// generator of OpenSSL's own, which it seeds with them, takes a tenth of a verification to start.
void use_random_numbers_of_system() {
    const auto fill = [](unsigned char* out, int size) {
        randombytes_buf(out, static_cast<std::size_t>(size));
        return 1;
    };
    static const RAND_METHOD kSystem = {.seed = nullptr,
                                        .bytes = fill,
                                        .cleanup = nullptr,
                                        .add = nullptr,
                                        .pseudorand = fill,
                                        .status = [] { return 1; }};
    RAND_set_rand_method(&kSystem);
}

// The types are OpenSSL's.
int start_provider(const OSSL_CORE_HANDLE*, const OSSL_DISPATCH* core,
                   const OSSL_DISPATCH** functions, void** context) noexcept {
    static const OSSL_DISPATCH kFunctions[] = {
        {OSSL_FUNC_PROVIDER_QUERY_OPERATION, reinterpret_cast<void (*)()>(query_operation)},
        {0, nullptr},
    };
    OSSL_LIB_CTX* const own = OSSL_LIB_CTX_new();
    offered.all = own ? OSSL_PROVIDER_load(own, "default") : nullptr;
    if (!offered.all) return 0;
    *context = OSSL_PROVIDER_get0_provider_ctx(offered.all);
    std::ranges::for_each(offered.offers, collect);
    if (!offer_own_decoder(core, *context)) return 0;
    std::ranges::for_each(offered.offers, end);
    *functions = kFunctions;
    return 1;
}

}  // namespace

Result<void> start_openssl_to_verify() {
    // A configuration file could load code; nothing is encrypted; errors are told in our words;
    // and there is nothing to wipe in the end.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
                            OPENSSL_INIT_NO_ADD_ALL_DIGESTS | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
                            OPENSSL_INIT_NO_ATEXIT,
                        nullptr);
    constexpr const char* kName = "boltseal";
    if (OSSL_PROVIDER_add_builtin(nullptr, kName, start_provider) != 1 ||
        OSSL_PROVIDER_load(nullptr, kName) == nullptr) {
        return Error(Fault::Io, "OpenSSL cannot start");
    }
    // By these names it looks for what a certificate is signed with. SHA-1 and SHA-224 are refused
    // all the same, and by name.
    for (const EVP_MD* md : {EVP_sha1(), EVP_sha224(), EVP_sha256(), EVP_sha384(), EVP_sha512()}) {
        EVP_add_digest(md);
    }
    use_random_numbers_of_system();
    return {};
}

}  // namespace boltseal
