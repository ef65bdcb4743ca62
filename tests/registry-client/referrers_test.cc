#include "registry-client/referrers.h"

#include "net/http_client.h"
#include "registry-client/registry_store.h"
#include "tests/check.h"
#include "tests/support/registry_process.h"
#include "tests/support/sample_image.h"
#include "tests/support/scripted_server.h"

#include <atomic>
#include <map>
#include <thread>

using namespace boltseal;
using namespace boltseal::test;

namespace {

struct Fixture {
    explicit Fixture(const std::string& host)
        : client(http, host, "team/app", {{}, {}, short_patience()}),
          store(client, {}, std::chrono::milliseconds{60}) {}
    HttpClient http;
    RegistryClient client;
    RegistryStore store;
};

const std::string kIndexType = "Content-Type: application/vnd.oci.image.index.v1+json\r\n";
const std::string kManifestType = "Content-Type: application/vnd.oci.image.manifest.v1+json\r\n";

std::string index_of(const std::vector<Descriptor>& entries) {
    Manifest index;
    index.media_type = kOciIndex;
    index.manifests = entries;
    return to_json(index);
}

}  // namespace

TEST_CASE("tags that stand in for the referrers API are spelled as the specification says",
          "[referrers]") {
    const BlobDigest digest = digest_of(as_bytes(""));
    REQUIRE(referrers_tag(digest) == "sha256-" + digest.hex());
    REQUIRE(legacy_tag(digest, "sig") == "sha256-" + digest.hex() + ".sig");
    const BlobDigest longer = digest_of(as_bytes(""), HashAlgorithm::Sha512);
    REQUIRE(referrers_tag(longer) == "sha512-" + longer.hex().substr(0, 64));
}

TEST_CASE("what is attached is found where there is no referrers API", "[referrers]") {
    const RegistryProcess registry;
    Fixture f(registry.host());
    const ResolvedManifest image = put_image(f.store, "layer", "v1");
    REQUIRE(f.store.referrers(image.descriptor.digest)->found.empty());
    const auto first = attach(f.store, image.descriptor, attachment("bundle 1"));
    REQUIRE_OK(first);
    REQUIRE_OK(attach(f.store, image.descriptor, attachment("bundle 2")));
    REQUIRE_OK(attach(f.store, image.descriptor, attachment("bundle 1")));  // the same again

    const auto list = f.store.referrers(image.descriptor.digest);
    REQUIRE_OK(list);
    REQUIRE(list->found.size() == 2);
    REQUIRE(list->ignored.empty());
    const Referrer& referrer = list->found.at(0);
    REQUIRE(referrer.descriptor == *first);
    REQUIRE(referrer.descriptor.artifact_type == "application/vnd.dev.sigstore.bundle.v0.3+json");
    REQUIRE(referrer.manifest.subject->digest == image.descriptor.digest);
    REQUIRE(text_of(f.store, referrer.manifest.layers.at(0)) == "bundle 1");

    const auto tag = f.client.resolve(referrers_tag(image.descriptor.digest));
    REQUIRE_OK(tag);
    const auto index = parse_manifest(tag->bytes, tag->descriptor.media_type);
    REQUIRE(index->manifests.at(0) == *first);
}

TEST_CASE("writers at the same time lose nothing of each other", "[referrers]") {
    const RegistryProcess registry;
    Fixture f(registry.host());
    const ResolvedManifest image = put_image(f.store, "layer", "v1");
    constexpr int kWriters = 8;
    std::atomic<int> failed{0};
    std::vector<std::thread> writers;
    for (int i = 0; i < kWriters; ++i) {
        writers.emplace_back([&, i] {
            Fixture mine(registry.host());
            const auto done =
                attach(mine.store, image.descriptor, attachment("bundle " + std::to_string(i)));
            if (!done) ++failed;
        });
    }
    for (std::thread& writer : writers) writer.join();
    REQUIRE(failed == 0);
    REQUIRE(f.store.referrers(image.descriptor.digest)->found.size() == kWriters);
}

TEST_CASE("a list that cannot be read is never an empty one", "[referrers]") {
    struct Row {
        const char* api;
        const char* tag;
        Fault fault;
    };
    const auto row = GENERATE(values<Row>({
        {"403 No", "404 None", Fault::Declined},
        {"401 No", "404 None", Fault::Declined},
        {"429 Later", "404 None", Fault::Io},
        {"500 Oops", "404 None", Fault::Io},
        {"404 None", "403 No", Fault::Declined},
        {"404 None", "503 Busy", Fault::Io},
        {"200 OK", "404 None", Fault::Malformed},
    }));
    AnsweringServer server([&](const std::string& request) {
        const bool api = request.find("/referrers/") != std::string::npos;
        return answer_text(api ? row.api : row.tag, "", "<html>");
    });
    Fixture f(server.host());
    REQUIRE_FAULT(f.store.referrers(digest_of(as_bytes("x"))), row.fault);
}

TEST_CASE("the API is read page by page, and its claims are checked", "[referrers]") {
    const Descriptor subject = describe(as_bytes("subject"), kOciManifest);
    const Descriptor other = describe(as_bytes("other"), kOciManifest);
    std::map<std::string, std::string> manifests;
    std::vector<Descriptor> entries;
    for (const Descriptor& of : {subject, other, subject}) {
        const auto made =
            resolved(attachment_manifest(of, attachment("b" + std::to_string(manifests.size()))));
        manifests[to_string(made.descriptor.digest)] = std::string(as_text(made.bytes));
        entries.push_back(made.descriptor);
        entries.back().artifact_type = "a/lie";
    }
    entries.push_back(describe(as_bytes("deleted"), kOciManifest));
    entries.push_back(describe(as_bytes("no manifest"), "text/plain"));
    std::string second_page = "200 OK";
    AnsweringServer server([&](const std::string& request) {
        const std::string path = request.substr(4, request.find(" HTTP") - 4);
        if (path.find("?page=2") != std::string::npos) {
            return answer_text(second_page, kIndexType,
                               index_of({entries.begin() + 2, entries.end()}));
        }
        if (path.find("/referrers/") != std::string::npos) {
            return answer_text("200 OK",
                               kIndexType + "Link: <" + path + "?page=2>; rel=\"next\"\r\n",
                               index_of({entries[0], entries[1]}));
        }
        const auto found = manifests.find(path.substr(path.rfind('/') + 1));
        if (found == manifests.end()) return answer_text("404 None", "", "");
        return answer_text("200 OK", kManifestType, found->second);
    });
    Fixture f(server.host());
    const auto list = f.store.referrers(subject.digest);
    REQUIRE_OK(list);
    REQUIRE(list->found.size() == 2);
    REQUIRE(list->found[0].descriptor.artifact_type ==
            "application/vnd.dev.sigstore.bundle.v0.3+json");
    REQUIRE(list->ignored == std::vector<std::string>{
                                 "'" + to_string(entries[1].digest) + "' has another subject",
                                 "'" + to_string(entries[3].digest) + "' is listed but not there",
                                 "'" + to_string(entries[4].digest) + "' is no manifest"});

    second_page = "404 None";  // half a list is no list
    REQUIRE_FAULT(f.store.referrers(subject.digest), Fault::Io);
    second_page = "200 OK";
    manifests.begin()->second += " ";
    REQUIRE_FAULT(f.store.referrers(subject.digest), Fault::Integrity);
}

TEST_CASE("a registry that indexes subjects by itself gets no fallback tag", "[referrers]") {
    AnsweringServer server([](const std::string& request) {
        if (request.starts_with("HEAD")) return answer_text("200 OK", "", "");
        return answer_text("201 Created", "OCI-Subject: sha256:x\r\n", "");
    });
    Fixture f(server.host());
    REQUIRE_OK(attach(f.store, describe(as_bytes("s"), kOciManifest), attachment("b")));
    for (const std::string& request : server.requests()) {
        REQUIRE(request.find("/manifests/sha256-") == std::string::npos);
    }
}

TEST_CASE("entries and members of others survive, and ETags are used", "[referrers]") {
    const Descriptor subject = describe(as_bytes("subject"), kOciManifest);
    const Descriptor entry = describe(as_bytes("entry"), kOciManifest);
    const std::string theirs = R"({"mediaType":"application/vnd.oci.image.manifest.v1+json",)"
                               R"("digest":"sha256:)" +
                               std::string(64, 'a') + R"(","size":1,"data":"eA=="})";
    std::string stored = R"({"schemaVersion":2,"new":1,"manifests":[)" + theirs + "]}";
    std::vector<std::string> puts;
    AnsweringServer server([&](const std::string& request) {
        if (!request.starts_with("PUT")) {
            return answer_text("200 OK", kIndexType + "ETag: \"e1\"\r\n", stored);
        }
        puts.push_back(request);
        if (puts.size() == 1) return answer_text("412 Changed", "", "");
        stored = request.substr(request.find("\r\n\r\n") + 4);
        return answer_text("201 Created", "", "");
    });
    Fixture f(server.host());
    REQUIRE_OK(
        add_to_fallback_tag(f.client, subject.digest, {entry}, std::chrono::milliseconds{1}));
    REQUIRE(puts.size() == 2);
    REQUIRE(puts.at(0).find("\r\nIf-Match: \"e1\"\r\n") != std::string::npos);
    REQUIRE(stored.find(theirs) != std::string::npos);
    REQUIRE(stored.find(R"("new":1)") != std::string::npos);
    REQUIRE(parse_manifest(as_bytes(stored), kOciIndex)->manifests.at(1) == entry);
}

TEST_CASE("an entry that a slow writer overwrites is put back, beside the writer's",
          "[referrers]") {
    const Descriptor ours = describe(as_bytes("ours"), kOciManifest);
    const Descriptor theirs = describe(as_bytes("theirs"), kOciManifest);
    std::string stored = index_of({});
    int looks = 0;
    AnsweringServer server([&](const std::string& request) {
        if (request.starts_with("PUT")) {
            stored = request.substr(request.find("\r\n\r\n") + 4);
            return answer_text("201 Created", "", "");
        }
        // They read before we wrote, and write after we have looked once.
        if (++looks == 3) stored = index_of({theirs});
        return answer_text("200 OK", kIndexType, stored);
    });
    Fixture f(server.host());
    REQUIRE_OK(add_to_fallback_tag(f.client, digest_of(as_bytes("s")), {ours},
                                   std::chrono::milliseconds{1}));
    REQUIRE(parse_manifest(as_bytes(stored), kOciIndex)->manifests ==
            std::vector<Descriptor>{theirs, ours});
}

TEST_CASE("too many referrers are refused, not cut short", "[referrers]") {
    std::vector<Descriptor> many;
    for (int i = 0; i < 1025; ++i) {
        many.push_back(describe(as_bytes(std::to_string(i)), kOciManifest));
    }
    AnsweringServer server([&](const std::string& request) {
        if (request.find("/referrers/") != std::string::npos) return answer_text("404 No", "", "");
        return answer_text("200 OK", kIndexType, index_of(many));
    });
    Fixture f(server.host());
    const BlobDigest subject = digest_of(as_bytes("s"));
    REQUIRE_REFUSED(f.store.referrers(subject), "more than 1024 referrers are listed");
    REQUIRE_REFUSED(
        add_to_fallback_tag(f.client, subject, {describe(as_bytes("new"), kOciManifest)},
                            std::chrono::milliseconds{1}),
        "the fallback tag would list more than 1024 referrers");
}
