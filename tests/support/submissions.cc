#include "tests/support/submissions.h"

#include <map>
#include <mutex>

namespace boltseal::test {

HashedRekord signed_entry(const std::string& text, KeyType type) {
    static std::mutex mutex;  // guards the keys: they are not for two threads at once
    static std::map<KeyType, std::unique_ptr<PrivateKey>> keys;
    const std::lock_guard guard(mutex);
    auto& key = keys[type];
    if (!key) key = generate_key(type).value();
    SignatureAlgorithm algorithm = default_algorithm(key->public_key());
    if (algorithm == SignatureAlgorithm::Ed25519) algorithm = SignatureAlgorithm::Ed25519ph;
    return HashedRekord{digest_of(as_bytes(text), hash_of(algorithm)),
                        key->sign(as_bytes(text), algorithm).value(),
                        key->public_key(),
                        algorithm,
                        {}};
}

}  // namespace boltseal::test
