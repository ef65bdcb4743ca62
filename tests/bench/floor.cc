// floor FOLDER: what this machine can do at best, beside which every other row is to be read:
// durable writes a second on the folder's file system, and the signature operations everything here
// needs.
#include "core/digest.h"
#include "sign/private_key.h"
#include "tests/bench/samples.h"

#include <fcntl.h>
#include <unistd.h>

namespace {

using namespace boltseal;
using namespace boltseal::bench;

constexpr int kRounds = 7;
constexpr double kRoundMs = 300;

// Operations a second, in several rounds.
template <typename Operation>
std::vector<double> per_second(Operation operation) {
    std::vector<double> rates;
    for (int round = 0; round < kRounds; ++round) {
        const auto start = Clock::now();
        int count = 0;
        while (milliseconds_since(start) < kRoundMs) {
            if (!operation()) std::abort();
            ++count;
        }
        rates.push_back(count * 1000 / milliseconds_since(start));
    }
    return rates;
}

void measure_disk(const std::string& folder) {
    const std::string path = folder + "/floor.tmp";
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) return std::perror(path.c_str());
    const Buffer block(4096, 0x5A);
    print_row("floor: append 4 KiB and fdatasync", "1/s", per_second([&] {
                  return ::write(fd, block.data(), block.size()) ==
                             static_cast<ssize_t>(block.size()) &&
                         ::fdatasync(fd) == 0;
              }));
    ::close(fd);
    ::unlink(path.c_str());
}

void measure_key(KeyType type, SignatureAlgorithm algorithm) {
    const auto key = generate_key(type).value();
    const Buffer message(256, 0x5A);
    const Buffer signature = key->sign(message, algorithm).value();
    const std::string name = "floor: " + std::string(to_string(type));
    print_row(name + " sign", "1/s",
              per_second([&] { return key->sign(message, algorithm).has_value(); }));
    print_row(
        name + " verify", "1/s", per_second([&] {
            return check_signature(key->public_key(), algorithm, message, signature).has_value();
        }));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    measure_disk(argv[1]);
    measure_key(KeyType::EcdsaP256, SignatureAlgorithm::EcdsaP256Sha256);
    measure_key(KeyType::Ed25519, SignatureAlgorithm::Ed25519);
    const Buffer megabyte(std::size_t{1} << 20, 0x5A);
    std::vector<double> rates = per_second([&] { return !digest_of(megabyte).bytes().empty(); });
    print_row("floor: SHA-256", "MiB/s", std::move(rates));
    return 0;
}
