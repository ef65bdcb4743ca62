#include "registry-client/blob_fetcher.h"

#include "core/file.h"
#include "registry-client/chunk_list.h"
#include "registry-client/incoming_blob.h"
#include "registry-client/registry_store.h"
#include "tests/check.h"
#include "tests/support/blob_fetch.h"
#include "tests/support/blob_server.h"
#include "tests/support/registry_process.h"
#include "tests/support/sample_image.h"
#include "tests/support/temp_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <map>

using namespace boltseal;
using namespace boltseal::test;
using namespace std::chrono_literals;

TEST_CASE("a blob comes in ranges over several connections", "[fetcher]") {
    const std::string content = content_of(6 * kMiB + 77);
    BlobServer server(content);
    Fetch fetch({server.host()});
    const auto report = fetch.run(content);
    REQUIRE_OK(report);
    REQUIRE(fetch.has(content));
    REQUIRE(report->bytes == content.size());
    REQUIRE(report->refetched == 0);
    REQUIRE(report->retries == 0);
    REQUIRE(server.requests() > 4);
    REQUIRE(server.connections() > 1);
    REQUIRE(server.connections() <= 8);
    REQUIRE_FALSE(std::filesystem::exists(fetch.blob(content, ".partial")));
    REQUIRE_FALSE(std::filesystem::exists(fetch.blob(content, ".journal")));
    REQUIRE(fetch.seen.last.done == content.size());
    const int before = server.requests();
    REQUIRE(fetch.run(content)->reused == content.size());
    REQUIRE(server.requests() == before);
}

TEST_CASE("a real registry serves ranges, and an empty blob is a blob", "[fetcher]") {
    RegistryProcess registry;
    Fetch fetch({registry.host()});
    RegistryStore store(*fetch.clients[0]);
    const std::string large = content_of(3 * kMiB);
    std::vector<BlobToFetch> blobs;
    for (const std::string& text : {large, std::string("small"), std::string()}) {
        blobs.push_back({put_text(store, text, "a/b"), {}});
    }
    blobs.push_back(blobs.front());  // named twice, fetched once
    const auto report =
        fetch_blobs(fetch.http, fetch.layout, blobs, fetch.sources, fetch.options, nullptr);
    REQUIRE_OK(report);
    REQUIRE(report->bytes == large.size() + 5);
    for (const BlobToFetch& one : blobs) {
        REQUIRE_OK(fetch.layout.get_blob(one.blob, [](Bytes) { return Result<void>(); }));
    }
}

TEST_CASE("connections that break all the time only cost time", "[fetcher]") {
    const std::string content = content_of(40 * kMiB);
    BlobServer* self = nullptr;
    BlobServer server(content, [&](Peer& peer, const AskedRange& asked) {
        if (asked.number % 3 == 2) return false;
        self->answer(peer, asked, 100'000);
        if (asked.number % 3 == 0) peer.reset();
        peer.close();
        return true;
    });
    self = &server;
    Fetch fetch({server.host()});
    const auto report = fetch.run(content);
    REQUIRE_OK(report);
    REQUIRE(fetch.has(content));
    REQUIRE(report->retries > 10);
    REQUIRE(report->refetched == 0);
    REQUIRE(fetch.seen.count(Trouble::Broken) > 5);
}

TEST_CASE("a server without ranges sends one stream, which is resumed all the same", "[fetcher]") {
    const std::string content = content_of(3 * kMiB);
    std::atomic<int> cuts{0};
    BlobServer* self = nullptr;
    BlobServer server(content, [&](Peer& peer, AskedRange asked) {
        asked.from = asked.to = 0;
        if (cuts++ < 6) {
            self->answer(peer, asked, 2 * kMiB);
            peer.close();
        } else {
            self->answer(peer, asked);
        }
        return true;
    });
    self = &server;
    Fetch fetch({server.host()});
    const auto report = fetch.run(content);
    REQUIRE_OK(report);
    REQUIRE(fetch.has(content));
    REQUIRE(report->refetched > 0);
}

TEST_CASE("answers that are none of ours are not taken, and name their sender", "[fetcher]") {
    const std::string content = content_of(kMiB);
    std::string headers;
    std::string status = "206 Partial Content";
    std::string why;
    SECTION("other bytes") {
        headers = "Content-Range: bytes 5-9/1048576\r\n";
        why = "the answer to a range request has bytes 5-9, expected ";
    }
    SECTION("another length") {
        headers = "Content-Range: bytes 0-9/77\r\n";
        why = "the answer to a range request is of a blob of 77 bytes, expected 1048576";
    }
    SECTION("no range said") {
        why = "the answer to a range request does not say which bytes";
    }
    SECTION("encoded") {
        headers = "Content-Encoding: gzip\r\n";
        why = "the answer to a range request is encoded";
    }
    SECTION("a page") {
        status = "200 OK";
        why = "the answer to a range request has 10 bytes, expected 1048576";
    }
    BlobServer server(content, [&](Peer& peer, const AskedRange&) {
        return peer.answer(status, headers, "0123456789");
    });
    Fetch fetch({server.host()});
    const auto refused = fetch.run(content);
    REQUIRE_FAULT(refused, Fault::Malformed);
    INFO(refused.error().message());
    REQUIRE(refused.error().message().starts_with(server.host() + ": blob '" +
                                                  to_string(descriptor_of(content).digest)));
    REQUIRE(fetch.seen.count(Trouble::Nonsense) >= 3);
    REQUIRE(std::any_of(fetch.seen.incidents.begin(), fetch.seen.incidents.end(),
                        [&](const Incident& one) { return one.why.find(why) != one.why.npos; }));
    BlobServer good(content);
    Fetch both({server.host(), good.host()});
    REQUIRE_OK(both.run(content));
    REQUIRE(both.has(content));
}

TEST_CASE("what is not there is missing, and other refusals are told", "[fetcher]") {
    const std::string content = content_of(1000);
    std::string status = "404 Not Found";
    BlobServer server(content,
                      [&](Peer& peer, const AskedRange&) { return peer.answer(status, "", ""); });
    Fetch fetch({server.host()});
    const auto missing = fetch.run(content);
    REQUIRE_FAULT(missing, Fault::Missing);
    REQUIRE_REFUSED(missing, server.host() + ": blob '" + to_string(descriptor_of(content).digest) +
                                 "': registry answered with status 404");
    status = "403 Forbidden";
    REQUIRE_FAULT(fetch.run(content), Fault::Declined);
    status = "500 Oops";
    fetch.options.patience = 500ms;
    const auto never = fetch.run(content);
    REQUIRE_FAULT(never, Fault::Io);
    REQUIRE(never.error().message().starts_with("nothing has come for 0 s; last: "));
}

TEST_CASE("Retry-After is kept, in seconds and as a date", "[fetcher]") {
    const std::string content = content_of(1000);
    std::string value;
    SECTION("seconds") {
        value = "1";
    }
    SECTION("date") {
        value = "Sun, 06 Nov 1994 08:49:38 GMT";
    }
    BlobServer server(content, [&](Peer& peer, const AskedRange& asked) {
        if (asked.number > 0) return false;
        return peer.answer("429 Too Many", "Retry-After: " + value + "\r\n", "");
    });
    Fetch fetch({server.host()});
    fetch.options.patience = 500ms;  // being asked to wait is no silence
    const auto start = std::chrono::steady_clock::now();
    REQUIRE_OK(fetch.run(content));
    REQUIRE(std::chrono::steady_clock::now() - start >= 1s);
    REQUIRE(server.requests() == 2);
}

TEST_CASE("a deadline ends what would go on", "[fetcher]") {
    const std::string content = content_of(1000);
    BlobServer server(content, [&](Peer& peer, const AskedRange&) {
        return peer.answer("503 Busy", "Retry-After: 60\r\n", "");
    });
    Fetch fetch({server.host()});
    fetch.options.deadline = 1s;
    const auto start = std::chrono::steady_clock::now();
    const auto refused = fetch.run(content);
    REQUIRE_FAULT(refused, Fault::Io);
    REQUIRE(refused.error().message().starts_with("asked to wait for "));
    REQUIRE(std::chrono::steady_clock::now() - start < 1s);
}

TEST_CASE("a link that expired is got anew from the registry, without its token", "[fetcher]") {
    const std::string content = content_of(2 * kMiB);
    std::atomic<int> link{0};
    std::atomic<int> served{0};
    std::atomic<bool> leaked{false};
    BlobServer cdn(content, [&](Peer& peer, const AskedRange& asked) {
        leaked = leaked || asked.request.find("uthorization") != std::string::npos;
        if (asked.request.find("?n=" + std::to_string(link) + " ") == std::string::npos) {
            return peer.answer("403 Forbidden", "", "expired");
        }
        if (++served % 6 == 0) ++link;
        return false;
    });
    std::atomic<int> asked_registry{0};
    AnsweringServer registry([&](const std::string&) {
        ++asked_registry;
        return answer_text(
            "307 Elsewhere",
            "Location: http://" + cdn.host() + "/b?n=" + std::to_string(link) + "\r\n", "");
    });
    Fetch fetch({registry.host()});
    fetch.clients[0] =
        std::make_unique<RegistryClient>(fetch.http, registry.host(), "team/app",
                                         RegistryOptions{Credential{"", "", "", "secret"}, {}, {}});
    fetch.sources[0].client = fetch.clients[0].get();
    REQUIRE_OK(fetch.run(content));
    REQUIRE(fetch.has(content));
    REQUIRE_FALSE(leaked);
    REQUIRE(asked_registry < cdn.requests());
}

TEST_CASE("a mirror that is not there, or stands still, is passed by", "[fetcher]") {
    const std::string content = content_of(2 * kMiB);
    BlobServer good(content);
    SECTION("nobody listens") {
        Fetch fetch({good.host(), "127.0.0.1:1"});
        REQUIRE_OK(fetch.run(content));
        REQUIRE(fetch.has(content));
        REQUIRE(fetch.seen.count(Trouble::Unreachable) <= 8);
    }
    SECTION("it never answers") {
        BlobServer mute(content, [](Peer& peer, const AskedRange&) {
            peer.pause(4000);
            return true;
        });
        Fetch fetch({good.host(), mute.host()});
        const auto start = std::chrono::steady_clock::now();
        REQUIRE_OK(fetch.run(content));
        REQUIRE(fetch.has(content));
        REQUIRE(std::chrono::steady_clock::now() - start < 4s);
    }
}

TEST_CASE("without chunks the source of wrong bytes is found by taking all from one", "[fetcher]") {
    const std::string content = content_of(3 * kMiB);
    std::string damaged = content;
    for (std::size_t at = 0; at < damaged.size(); at += 10'000) damaged[at] ^= 1;
    BlobServer bad(damaged);
    SECTION("alone, it is no use") {
        Fetch fetch({bad.host()});
        const auto refused = fetch.run(content);
        REQUIRE_FAULT(refused, Fault::Integrity);
        REQUIRE(refused.error().message() == "blob '" + to_string(descriptor_of(content).digest) +
                                                 "': no source has the right bytes: " + bad.host() +
                                                 ": blob '" +
                                                 to_string(descriptor_of(content).digest) +
                                                 "': bytes 0-3145727 are not those of the blob");
        REQUIRE_FALSE(std::filesystem::exists(fetch.blob(content)));
    }
    SECTION("beside a good one, it is named") {
        BlobServer good(content);
        Fetch fetch({good.host(), bad.host()});
        REQUIRE_OK(fetch.run(content));
        REQUIRE(fetch.has(content));
        for (const Incident& one : fetch.seen.incidents) {
            if (one.trouble == Trouble::Damaged) REQUIRE(one.source == bad.host());
        }
        REQUIRE(fetch.seen.count(Trouble::Damaged) > 0);
    }
}

TEST_CASE("with chunks only what is bad is fetched again, and its source is dropped", "[fetcher]") {
    const States states = GENERATE(values(kBoth));
    const std::string content = content_of(8 * kMiB + 5);
    std::string damaged = content;
    for (std::size_t at = 5000; at < damaged.size(); at += kMiB) damaged[at] ^= 1;
    BlobServer good(content, [](Peer& peer, const AskedRange&) {
        peer.pause(5);
        return false;
    });
    BlobServer bad(damaged);
    Fetch fetch({good.host(), bad.host()});
    const auto report = fetch.run(content, chunks_of(content, 256 << 10, states));
    REQUIRE_OK(report);
    REQUIRE(fetch.has(content));
    REQUIRE(fetch.seen.count(Trouble::Damaged) > 0);
    for (const Incident& one : fetch.seen.incidents) REQUIRE(one.source == bad.host());
    REQUIRE(report->refetched < 3 * kMiB);
    Fetch alone({bad.host()});
    const auto refused = alone.run(content, chunks_of(content, 256 << 10, states));
    REQUIRE_FAULT(refused, Fault::Integrity);
    REQUIRE(refused.error().message().ends_with("are damaged wherever they are fetched from"));
}

TEST_CASE("a list of chunks of something else costs time, and no more", "[fetcher]") {
    const std::string content = content_of(kMiB);
    const std::string other = content_of(kMiB + 1).substr(0, kMiB);
    const States states = GENERATE(values(kBoth));
    BlobServer server(other);
    Fetch fetch({server.host()});
    REQUIRE_FAULT(fetch.run(content, chunks_of(other, 256 << 10, states)), Fault::Integrity);
    REQUIRE_FALSE(std::filesystem::exists(fetch.blob(content)));
}

TEST_CASE("a fetch that was cut short goes on where it stood", "[fetcher]") {
    const std::string content = content_of(16 * kMiB);
    std::optional<ChunkDigests> chunks;
    SECTION("without chunks") {}
    SECTION("with chunks") {
        chunks = chunks_of(content, 256 << 10, States::Unknown);
    }
    SECTION("with chunks and states") {
        chunks = chunks_of(content, 256 << 10, States::Known);
    }
    std::atomic<bool> dead{false};
    std::atomic<std::uint64_t> given{0};
    BlobServer* self = nullptr;
    BlobServer server(content, [&](Peer& peer, const AskedRange& asked) {
        if (given > 8 * kMiB && dead) return peer.answer("500 Oops", "", "");
        given += asked.to - asked.from;
        self->answer(peer, asked);
        return true;
    });
    self = &server;
    dead = true;
    Fetch fetch({server.host()});
    fetch.options.patience = 200ms;
    REQUIRE_FAULT(fetch.run(content, chunks), Fault::Io);
    REQUIRE(std::filesystem::exists(fetch.blob(content, ".partial")));
    const std::uint64_t before = given;
    dead = false;
    const auto report = fetch.run(content, chunks);
    REQUIRE_OK(report);
    REQUIRE(fetch.has(content));
    REQUIRE(report->reused == before);
    REQUIRE(report->bytes == content.size() - before);
}

TEST_CASE("a partial file that somebody has changed is found out and fetched again", "[fetcher]") {
    const std::string content = content_of(2 * kMiB);
    std::atomic<bool> dead{true};
    BlobServer server(content, [&](Peer& peer, const AskedRange& asked) {
        if (dead && asked.number > 3 && asked.from > 0) return peer.answer("500 Oops", "", "");
        return false;
    });
    Fetch fetch({server.host()});
    fetch.options.patience = 200ms;
    REQUIRE_FAULT(fetch.run(content), Fault::Io);
    dead = false;
    const OpenFile file(::open(fetch.blob(content, ".partial").c_str(), O_WRONLY));
    REQUIRE(::pwrite(file.get(), "oops", 4, 1000) == 4);
    const auto later = std::filesystem::file_time_type::clock::now() + 10s;
    std::filesystem::last_write_time(fetch.blob(content, ".partial"), later);
    REQUIRE_OK(fetch.run(content));
    REQUIRE(fetch.has(content));
}

TEST_CASE("chunks proved one by one are not taken for links of the blob's hash", "[fetcher]") {
    const std::string content = content_of(2 * kMiB);
    std::atomic<bool> dead{true};
    BlobServer server(content, [&](Peer& peer, const AskedRange& asked) {
        if (dead && asked.number > 3 && asked.from > 0) return peer.answer("500 Oops", "", "");
        return false;
    });
    Fetch fetch({server.host()});
    fetch.options.patience = 200ms;
    REQUIRE_FAULT(fetch.run(content, chunks_of(content, 64 << 10, States::Unknown)), Fault::Io);
    dead = false;
    const OpenFile file(::open(fetch.blob(content, ".partial").c_str(), O_WRONLY));
    REQUIRE(::pwrite(file.get(), "oops", 4, 1000) == 4);
    const auto report = fetch.run(content, chunks_of(content, 64 << 10, States::Known));
    REQUIRE_OK(report);
    REQUIRE(report->reused > 0);
    REQUIRE(report->refetched == 64 << 10);
    REQUIRE(fetch.has(content));
}

TEST_CASE("a blob that another process has is waited for", "[fetcher]") {
    const std::string content = content_of(kMiB);
    BlobServer server(content);
    Fetch fetch({server.host()});
    const auto folder = fetch.layout.make_blob_folder(HashAlgorithm::Sha256);
    auto other = PartialBlob::open(folder->get(), descriptor_of(content), read_boot_id());
    REQUIRE_OK(other);
    REQUIRE(other->has_value());
    REQUIRE_FALSE(
        PartialBlob::open(folder->get(), descriptor_of(content), read_boot_id())->has_value());
    ssize_t written = 0;
    Result<void> placed;
    std::thread finishing([&] {
        std::this_thread::sleep_for(500ms);
        written = ::pwrite((*other)->fd(), content.data(), content.size(), 0);
        placed = (*other)->place();
    });
    const auto report = fetch.run(content);
    finishing.join();
    REQUIRE(written == static_cast<ssize_t>(content.size()));
    REQUIRE_OK(placed);
    REQUIRE_OK(report);
    REQUIRE(report->bytes == 0);
    REQUIRE(fetch.has(content));
    REQUIRE(server.requests() == 0);
}

TEST_CASE("who brought what is remembered exactly", "[fetcher]") {
    Ledger ledger;
    ledger.record({0, 100}, 1);
    ledger.record({100, 200}, 1);
    ledger.record({50, 60}, 2);
    ledger.record({300, 400}, 3);
    using Pieces = std::vector<Ledger::Piece>;
    REQUIRE(ledger.pieces({0, 1000}) ==
            Pieces{{{0, 50}, 1}, {{50, 60}, 2}, {{60, 200}, 1}, {{300, 400}, 3}});
    REQUIRE(ledger.pieces({55, 70}) == Pieces{{{55, 60}, 2}, {{60, 70}, 1}});
    ledger.forget({40, 350});
    REQUIRE(ledger.pieces({0, 1000}) == Pieces{{{0, 40}, 1}, {{350, 400}, 3}});
}

TEST_CASE("a chunk that is right is to the credit of who brought all of it", "[fetcher]") {
    constexpr std::size_t kChunk = 64 << 10;
    const std::string content = content_of(4 * kChunk);
    std::string brought = content;
    brought[2 * kChunk] ^= 1;
    const TempFolder folder;
    const OpenFile place(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY));
    auto partial = PartialBlob::open(place.get(), descriptor_of(content), read_boot_id());
    REQUIRE_OK(partial);
    std::optional<IncomingBlob> blob;
    WorkPool pool(1, [] {});  // its work looks at the blob
    blob.emplace(descriptor_of(content), *std::move(*partial),
                 chunks_of(content, kChunk, States::Unknown), pool);
    const auto write = [&](std::size_t from, std::size_t to, std::size_t source) {
        REQUIRE_OK(blob->write(from, as_bytes(brought).subspan(from, to - from), source));
    };
    write(0, kChunk + 9, 7);
    write(kChunk + 9, 2 * kChunk, 8);  // two have a part in this one
    write(2 * kChunk, 3 * kChunk, 8);  // and this one is wrong
    std::vector<BlobFinding> findings;
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (findings.size() < 3 && std::chrono::steady_clock::now() < deadline) {
        blob->pump(std::chrono::steady_clock::now());
        std::this_thread::sleep_for(1ms);
        pool.run_finished();
        for (BlobFinding& one : blob->take_findings()) findings.push_back(std::move(one));
    }
    REQUIRE(findings.size() == 3);
    REQUIRE(findings[0].kind == BlobFinding::Kind::Right);
    REQUIRE(findings[0].extent == Extent{0, kChunk});
    REQUIRE(findings[0].source == 7);
    REQUIRE(findings[1].kind == BlobFinding::Kind::Blamed);
    REQUIRE(findings[1].source == 8);
    REQUIRE(findings[2].kind == BlobFinding::Kind::Lost);
}

TEST_CASE("what is there is not written over, and stays whose it is", "[fetcher]") {
    const std::string content = content_of(100);
    const TempFolder folder;
    const OpenFile place(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY));
    auto partial = PartialBlob::open(place.get(), descriptor_of(content), read_boot_id());
    REQUIRE_OK(partial);
    const int fd = (*partial)->fd();
    WorkPool pool(1, [] {});
    IncomingBlob blob(descriptor_of(content), **std::move(partial), std::nullopt, pool);
    REQUIRE_OK(blob.write(10, as_bytes("abcdef"), 1));
    REQUIRE_OK(blob.write(8, as_bytes("0123456789"), 2));
    REQUIRE(blob.have() == ExtentSet({8, 18}));
    std::string found(10, '\0');
    REQUIRE(::pread(fd, found.data(), found.size(), 8) == 10);
    REQUIRE(found == "01abcdef89");
}
