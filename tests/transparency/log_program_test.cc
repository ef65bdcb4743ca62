// The real boltseal-log: started, stopped, killed, and asked again.
#include "core/file.h"
#include "core/json.h"
#include "net/http_client.h"
#include "sign/key_file.h"
#include "tests/check.h"
#include "tests/support/log_process.h"
#include "tests/support/raw_client.h"
#include "tests/support/submissions.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_log.h"
#include "transparency/file_storage.h"
#include "transparency/head_file.h"
#include "transparency/journal_file.h"
#include "transparency/log_client.h"
#include "transparency/log_setup.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <thread>

using namespace boltseal;
using namespace boltseal::test;

namespace {

constexpr char kOrigin[] = "log.example/killed";
constexpr char kMemory[] = "process_resident_memory_bytes";

std::string text_of(const std::filesystem::path& path) {
    const auto bytes = read_file(path, 1 << 20);
    REQUIRE_OK(bytes);
    return std::string(as_text(*bytes));
}

struct LogFolder {
    TempFolder folder;
    std::string directory = folder / "log";

    LogFolder() {
        ::unsetenv("BOLTSEAL_LOG_PASSWORD");
        LogProcess init({"init", "--dir", directory, "--origin", kOrigin});
        REQUIRE(init.wait() == 0);
    }
    NoteKey key() const {
        std::string line = text_of(std::filesystem::path(directory) / "log.pub");
        line.pop_back();
        return parse_vkey(line).value();
    }
    std::vector<std::string> serve() const {
        return {"serve", "--dir", directory, "--listen", "127.0.0.1:0"};
    }
    std::filesystem::path operator/(const std::string& name) const {
        return std::filesystem::path(directory) / name;
    }
};

// What the log has said yes to.
struct Acknowledged {
    std::mutex mutex;  // guards the map; held by writers for a moment
    std::map<std::uint64_t, Buffer> bodies;
};

// Writes until the log goes away.
void write_entries(const std::string& url, const NoteKey& key, const std::string& name,
                   Acknowledged& acknowledged) {
    HttpClient http;
    LogClient client(http, url, key);
    for (int i = 0;; ++i) {
        const auto answer = client.submit(signed_entry(name + "/" + std::to_string(i)));
        if (!answer) return;
        const std::lock_guard guard(acknowledged.mutex);
        acknowledged.bodies[answer->index] = answer->body;
    }
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;  // memory that was freed is kept back
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

// How many files this process, and those that it starts, may have open from now on.
std::size_t raise_file_limit() {
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = limit.rlim_max;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
    return static_cast<std::size_t>(limit.rlim_cur);
}

std::string text_at(const std::string& url) {
    HttpClient http;
    Request request;
    request.url = url;
    const auto answer = http.send(request);
    REQUIRE_OK(answer);
    REQUIRE(answer->status == 200);
    return std::string(as_text(answer->body));
}

std::uint64_t metric(const std::string& text, const std::string& name) {
    const std::size_t at = text.find("\n" + name + " ");
    CAPTURE(name, text);
    REQUIRE(at != std::string::npos);
    return std::stoull(text.substr(at + name.size() + 2));
}

// All entries of the log in this folder, taken up as the server does.
std::vector<Buffer> check_stopped_log(const std::filesystem::path& directory) {
    const auto storage = FileStorage::open(directory);
    REQUIRE_OK(storage);
    const auto head = HeadFile::open(directory / "head");
    REQUIRE_OK(head);
    const auto journal = FileJournal::open(directory / "journal");
    REQUIRE_OK(journal);
    const LogKey key = load_log_key(directory, Secret::copy_of({})).value();
    LocalHeadSigner signer(*key.signer, key.note_key, **head);
    MemoryLeafIndex index;
    const auto sequencer = Sequencer::start({**storage, **journal, signer, **storage, index});
    REQUIRE_OK(sequencer);
    return check_whole_log((*sequencer)->log(), (*sequencer)->published()->note(), key.note_key);
}

}  // namespace

TEST_CASE("init makes a log that clients can be told about", "[log_program]") {
    const LogFolder log;
    const NoteKey key = log.key();
    REQUIRE(key.name == kOrigin);
    struct stat folder {};
    REQUIRE(::stat(log.directory.c_str(), &folder) == 0);
    REQUIRE((folder.st_mode & 0777) == 0700);
    REQUIRE_OK(check_key_file_mode(log / "log.key"));
    const auto first = check_checkpoint(as_bytes(text_of(log / "public/checkpoint")), key);
    REQUIRE_OK(first);
    REQUIRE(first->head() == TreeHead{0, hash_empty()});
    for (const char* file : {"trusted_root.json", "signing_config.json"}) {
        REQUIRE_OK(parse_json(text_of(log / file)));
    }

    LogProcess again({"init", "--dir", log.directory, "--origin", kOrigin});
    REQUIRE(again.read_line() == "boltseal-log: there is a log in '" + log.directory + "' already");
    REQUIRE(again.wait() == 3);
    REQUIRE(log.key() == key);
}

TEST_CASE("Sigstore's files name the log's key and its address", "[log_program]") {
    const TestLogKey key = test_log_key();
    const Json root = trusted_root(key.note_key, "https://log.example", Timestamp{0});
    REQUIRE(to_json(root) ==
            R"({"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1",)"
            R"("tlogs":[{"baseUrl":"https://log.example","hashAlgorithm":"SHA2_256",)"
            R"("publicKey":{"rawBytes":)"
            R"("MCowBQYDK2VwAyEA4dO7hDeEQgwc2pzp8BIyyreso3HbzQ0j6g7nEIWSRLE=",)"
            R"("keyDetails":"PKIX_ED25519","validFor":{"start":"1970-01-01T00:00:00Z"}},)"
            R"("logId":{"keyId":"M9e0lvVy1tq9e40/dMeCySw7sOm+TUTgxvEuLQ+aPe4="}}],)"
            R"("certificateAuthorities":[],"ctlogs":[],"timestampAuthorities":[]})");
    const Json config = signing_config(key.note_key, "https://log.example", Timestamp{0});
    REQUIRE(to_json(config) ==
            R"({"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json",)"
            R"("caUrls":[],"oidcUrls":[],"rekorTlogUrls":[{"url":"https://log.example",)"
            R"("majorApiVersion":2,"validFor":{"start":"1970-01-01T00:00:00Z"},)"
            R"("operator":"example.com/log/testdata"}],"rekorTlogConfig":{"selector":"ANY"},)"
            R"("tsaUrls":[]})");
}

TEST_CASE("Sigstore's clients take the log's name from its address", "[log_program]") {
    const auto base_url = [](const std::string& origin, const std::string& url) {
        const Json root = trusted_root(other_log_key(origin).note_key, url, Timestamp{0});
        const Json& log = root.find("tlogs")->as_array()->front();
        return *log.string_at("baseUrl").value();
    };
    REQUIRE(base_url("log.example", "http://127.0.0.1:8470") == "https://log.example");
    REQUIRE(base_url("log.example/2026", "http://127.0.0.1:8470") == "http://127.0.0.1:8470");
    REQUIRE(base_url("log.example:80", "http://127.0.0.1:8470") == "http://127.0.0.1:8470");
}

TEST_CASE("what makes no sense ends with its exit status and a reason", "[log_program]") {
    const LogFolder log;
    struct Row {
        std::vector<std::string> arguments;
        int status;
        std::string line;
    };
    const std::string elsewhere = log.folder / "elsewhere";
    const std::vector<Row> rows{
        {{"serve", "--dir", elsewhere}, 3, "boltseal-log: there is no log in '" + elsewhere + "'"},
        {{"serve", "--dir", log.directory, "--listen", "here"},
         2,
         "boltseal-log: 'here' is no address to listen on"},
        {{"init", "--dir", elsewhere, "--origin", "two words"}, 2, ""},
        {{"init", "--dir", elsewhere, "--origin", "a", "--url", "ftp://a"},
         2,
         "boltseal-log: the log's URL must start with http:// or https:// and not end in '/'"},
        {{"init", "--dir", elsewhere}, 2, ""},
        {{"frobnicate"}, 2, ""},
        {{}, 2, ""},
    };
    for (const Row& row : rows) {
        LogProcess process(row.arguments);
        const std::string line = process.read_line();
        CAPTURE(line);
        REQUIRE(line.starts_with("boltseal-log: "));
        if (!row.line.empty()) REQUIRE(line == row.line);
        REQUIRE(process.wait() == row.status);
        REQUIRE_FALSE(std::filesystem::exists(elsewhere));
    }
}

TEST_CASE("a log's key opens with its password only", "[log_program]") {
    const LogFolder log;
    ::setenv("BOLTSEAL_LOG_PASSWORD", "wrong", 1);
    LogProcess process(log.serve());
    REQUIRE(process.read_line().starts_with("boltseal-log: "));
    REQUIRE(process.wait() == 2);
    ::unsetenv("BOLTSEAL_LOG_PASSWORD");
}

TEST_CASE("the log serves until it is told to end, and one process has it", "[log_program]") {
    const LogFolder log;
    const int signal = GENERATE(SIGTERM, SIGINT);
    LogProcess server(log.serve());
    const std::string url = server.wait_until_it_serves();
    HttpClient http;
    LogClient client(http, url, log.key());
    REQUIRE_OK(client.submit(signed_entry("artifact")));

    LogProcess second(log.serve());
    REQUIRE(second.read_line() ==
            "boltseal-log: another process has the log in '" + log.directory + "' open");
    REQUIRE(second.wait() == 3);
    REQUIRE(server.stop(signal) == 0);

    LogProcess next(log.serve());
    REQUIRE(next.read_serving_line().ends_with("(1 entries)"));
}

TEST_CASE("a log without its signer ends, and goes on when it has one again", "[log_program]") {
    const LogFolder log;
    const std::string socket = log / "signer.sock";
    LogProcess signer({"signer", "--dir", log.directory});
    REQUIRE(signer.read_line() ==
            "boltseal-log: signing for '" + std::string(kOrigin) + "' at '" + socket + "'");
    std::vector<std::string> serve = log.serve();
    serve.insert(serve.end(), {"--signer", socket});
    LogProcess server(serve);
    HttpClient http;
    const HashedRekord one = signed_entry("one");
    const HashedRekord two = signed_entry("two");
    {
        LogClient client(http, server.wait_until_it_serves(), log.key());
        REQUIRE_OK(client.submit(one));
        REQUIRE(signer.stop(SIGKILL) == -SIGKILL);
        REQUIRE_FAULT(client.submit(two), Fault::Io);
    }
    REQUIRE(server.read_line().starts_with("boltseal-log: the log has stopped until"));
    REQUIRE(server.wait() == 3);

    LogProcess again(log.serve());  // with a signer of its own
    LogClient client(http, again.wait_until_it_serves(), log.key());
    REQUIRE(client.fetch_checkpoint()->head().size == 2);  // durable, and signed now
    REQUIRE(client.submit(one)->index == 0);
    REQUIRE(client.submit(two)->index == 1);
    REQUIRE(again.stop(SIGTERM) == 0);
}

TEST_CASE("one signer has the key, and serves one log at a time", "[log_program]") {
    const LogFolder log;
    LogProcess server(log.serve());
    server.wait_until_it_serves();
    LogProcess signer({"signer", "--dir", log.directory});
    REQUIRE(signer.read_line() ==
            "boltseal-log: another process has '" + (log / "head").string() + "' open");
    REQUIRE(signer.wait() == 3);
    REQUIRE(server.stop(SIGTERM) == 0);
}

TEST_CASE("fsck finds a log sound, or says what is not", "[log_program]") {
    const LogFolder log;
    {
        LogProcess server(log.serve());
        HttpClient http;
        LogClient client(http, server.wait_until_it_serves(), log.key());
        for (int i = 0; i < 3; ++i) {
            REQUIRE_OK(client.submit(signed_entry(std::to_string(i))));
        }
        REQUIRE(server.stop(SIGTERM) == 0);
    }
    LogProcess sound({"fsck", "--dir", log.directory});
    REQUIRE(sound.wait() == 0);
    const auto segment = log / "journal/00000000000000000000";
    Buffer bytes = read_file(segment, std::size_t{1} << 26).value();
    bytes.at(4096 + 100) ^= 1;
    REQUIRE_OK(write_file(segment, bytes));
    LogProcess damaged({"fsck", "--dir", log.directory});
    REQUIRE(damaged.read_line() == "boltseal-log: entries that were signed are not in the journal");
    REQUIRE(damaged.wait() == 4);
}

TEST_CASE("thousands of idle connections keep no new client out, and hold little memory",
          "[log_program]") {
    constexpr std::size_t kLimit = 8192;  // of the log
    constexpr std::size_t kIdle = kLimit + 800;
    constexpr std::size_t kHalf = 1000;
    const std::size_t files = raise_file_limit();
    if (files < kIdle + kHalf + 200) SKIP("no more than " << files << " files may be open here");
    const std::string post = "POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n" +
                             std::string(20'000, 'a');
    const std::string get = "GET /page/verify.js HTTP/1.1\r\nHost: a\r\n\r\n";
    const HashedRekord entry = signed_entry("from a new client");

    const LogFolder log;
    std::vector<std::string> serve = log.serve();
    serve.insert(serve.end(), {"--metrics", "127.0.0.1:0"});
    LogProcess server(serve);
    const std::string line = server.read_line();
    REQUIRE(line.starts_with("boltseal-log: metrics at "));
    const std::string metrics = line.substr(line.find("http://"));
    const std::string url = server.wait_until_it_serves();
    const auto port = static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
    const std::string script = text_at(url + "/page/verify.js");
    REQUIRE(script.size() > 10'000);
    const std::uint64_t before = metric(text_at(metrics), kMemory);

    std::vector<std::unique_ptr<RawClient>> idle;  // between two requests, not small ones
    for (std::size_t i = 0; i < kIdle; ++i) {
        idle.push_back(std::make_unique<RawClient>(port));
        REQUIRE(idle.back()->send(i % 2 == 0 ? post : get));
        const std::string answer = idle.back()->read_until(i % 2 == 0 ? "\"details\":[]}" : script);
        REQUIRE(answer.starts_with(i % 2 == 0 ? "HTTP/1.1 404 " : "HTTP/1.1 200 "));
    }
    std::vector<std::unique_ptr<RawClient>> half;
    for (std::size_t i = 0; i < kHalf; ++i) {
        half.push_back(std::make_unique<RawClient>(port));
        REQUIRE(half.back()->send("GET /checkpoint HTTP/1.1\r\nHost"));
    }

    const auto begin = std::chrono::steady_clock::now();
    HttpClient http;
    LogClient client(http, url, log.key());
    REQUIRE_OK(client.fetch_checkpoint());
    REQUIRE(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));
    REQUIRE_OK(client.submit(entry));

    const std::string after = text_at(metrics);
    REQUIRE(metric(after, "boltseal_log_http_refused_total{how=\"turned_away\"}") == 0);
    REQUIRE(metric(after, "boltseal_log_http_refused_total{how=\"gave_way\"}") > kIdle - kLimit);
    const auto closed = [](const auto& one) { return one->is_closed(); };
    REQUIRE(std::is_partitioned(idle.begin(), idle.end(), closed));  // who has waited longest
    REQUIRE(std::count_if(idle.begin(), idle.end(), closed) > 800);
    REQUIRE(idle.back()->send(get));
    REQUIRE(idle.back()->read_until(script).starts_with("HTTP/1.1 200 "));
    if (!kSanitized) REQUIRE(metric(after, kMemory) < before + kLimit * 4096);
    REQUIRE(server.stop(SIGTERM) == 0);
}

TEST_CASE("what was acknowledged survives kill -9, again and again", "[log_program]") {
    const LogFolder log;
    const NoteKey key = log.key();
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    Acknowledged acknowledged;
    SeenHeads seen(log.folder / "seen");
    (void)signed_entry("the key is made before there are threads");

    for (int round = 0; round < 12; ++round) {
        LogProcess server(log.serve());
        const std::string url = server.wait_until_it_serves();
        HttpClient http;
        LogClient client(http, url, key);
        const auto head = client.fetch_checkpoint();
        REQUIRE_OK(head);
        REQUIRE_OK(seen.observe(*head, key, [&](const auto& older, const auto& newer) {
            return client.check_consistency(older, newer);
        }));
        std::vector<std::thread> writers;
        for (int w = 0; w < 4; ++w) {
            const std::string name = std::to_string(round) + "/" + std::to_string(w);
            writers.emplace_back([&, name] { write_entries(url, key, name, acknowledged); });
        }
        const int life = std::uniform_int_distribution(1, 600)(random);
        std::this_thread::sleep_for(std::chrono::milliseconds(life));
        REQUIRE(server.stop(SIGKILL) == -SIGKILL);
        for (std::thread& writer : writers) writer.join();
    }

    LogProcess server(log.serve());
    const std::string url = server.wait_until_it_serves();
    HttpClient http;
    LogClient client(http, url, key);
    for (const auto& [index, body] : acknowledged.bodies) {
        const auto again = client.submit(parse_entry(body).value());
        REQUIRE_OK(again);
        REQUIRE(again->index == index);
    }
    REQUIRE(server.stop(SIGTERM) == 0);
    const auto entries = check_stopped_log(log.directory);
    REQUIRE(entries.size() >= acknowledged.bodies.size());
    for (const auto& [index, body] : acknowledged.bodies) REQUIRE(entries.at(index) == body);
    WARN(acknowledged.bodies.size() << " entries acknowledged over 12 kills");
    REQUIRE(acknowledged.bodies.size() > 12);
}
