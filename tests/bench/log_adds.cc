// log_adds URL VKEY-FILE WRITERS: entries a second that a log takes from so many writers at once,
// each of which waits for its answer and verifies it. The entries are signed beforehand.
#include "core/file.h"
#include "net/http_client.h"
#include "sign/private_key.h"
#include "tests/bench/samples.h"
#include "transparency/log_client.h"

#include <atomic>
#include <thread>

namespace {

using namespace boltseal;
using namespace boltseal::bench;

constexpr double kSeconds = 3;
constexpr std::size_t kEntries = 30'000;

NoteKey load_key(const char* path) {
    const Buffer bytes = read_file(path, 4096).value();
    std::string_view line = as_text(bytes);
    if (line.ends_with('\n')) line.remove_suffix(1);
    return parse_vkey(line).value();
}

std::vector<HashedRekord> sign_entries(const std::string& salt) {
    const auto key = generate_key(KeyType::EcdsaP256).value();
    std::vector<HashedRekord> entries;
    for (std::size_t i = 0; i < kEntries; ++i) {
        const std::string message = salt + std::to_string(i);
        entries.push_back({digest_of(as_bytes(message)),
                           key->sign(as_bytes(message)).value(),
                           key->public_key(),
                           SignatureAlgorithm::EcdsaP256Sha256,
                           {}});
    }
    return entries;
}

struct Submitter {
    std::vector<double> latencies;
    std::string problem;
};

void write(const std::string& url, const NoteKey& key, const std::vector<HashedRekord>& entries,
           std::atomic<std::size_t>& next, Clock::time_point start, Submitter& submitter) {
    HttpClient http;
    LogClient client(http, url, key);
    while (milliseconds_since(start) < kSeconds * 1000) {
        const std::size_t i = next++;
        if (i >= entries.size()) return;
        const auto begun = Clock::now();
        const auto entry = client.submit(entries[i]);
        if (!entry) {
            submitter.problem = entry.error().message();
            return;
        }
        submitter.latencies.push_back(milliseconds_since(begun));
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    const NoteKey key = load_key(argv[2]);
    const auto count = static_cast<std::size_t>(std::atoi(argv[3]));
    const auto entries = sign_entries(std::string(argv[3]) + "/");
    std::vector<Submitter> submitters(count);
    std::atomic<std::size_t> next{0};
    const auto start = Clock::now();
    {
        std::vector<std::jthread> threads;
        for (Submitter& submitter : submitters) {
            threads.emplace_back([&] { write(argv[1], key, entries, next, start, submitter); });
        }
    }
    const double seconds = milliseconds_since(start) / 1000;
    std::vector<double> latencies;
    for (const Submitter& submitter : submitters) {
        latencies.insert(latencies.end(), submitter.latencies.begin(), submitter.latencies.end());
        if (!submitter.problem.empty())
            std::fprintf(stderr, "log_adds: %s\n", submitter.problem.c_str());
    }
    if (latencies.empty()) return 1;
    const std::string name = "log add, " + std::string(argv[3]) + " writers";
    print_row(name, "1/s", {static_cast<double>(latencies.size()) / seconds});
    print_row(name + ", answer", "ms", std::move(latencies));
    return 0;
}
