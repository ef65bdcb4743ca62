#include "transparency/signer_link.h"

#include "tests/check.h"
#include "tests/support/reference_tree.h"
#include "tests/support/test_log.h"

#include <sys/socket.h>
#include <unistd.h>

#include <thread>

using namespace boltseal;
using namespace boltseal::test;

namespace {

// Both ends, the signer's in a thread of its own.
struct LinkedSigner {
    TestLogKey key = test_log_key();
    std::unique_ptr<MemoryStore> store = empty_log(key);
    LocalHeadSigner local{*key.signer, key.note_key, *store};
    int ends[2] = {-1, -1};
    std::unique_ptr<RemoteHeadSigner> remote;
    std::thread thread;
    bool ended_well = false;

    LinkedSigner() {
        REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0);
        remote = std::make_unique<RemoteHeadSigner>(ends[0], key.note_key);
        thread = std::thread([this] { ended_well = serve_signer(ends[1], local).has_value(); });
    }
    ~LinkedSigner() {
        remote.reset();
        thread.join();
        ::close(ends[1]);
        CHECK(ended_well);
    }
    LinkedSigner(const LinkedSigner&) = delete;
    LinkedSigner& operator=(const LinkedSigner&) = delete;
};

std::vector<TreeHash> leaves(int count) {
    std::vector<TreeHash> all;
    for (int i = 0; i < count; ++i) all.push_back(hash_leaf(as_bytes(std::to_string(i))));
    return all;
}

}  // namespace

TEST_CASE("a signer in another process signs as one in this", "[signer_link]") {
    const LinkedSigner link;
    ReferenceTree tree(leaves(100));
    REQUIRE(link.remote->last()->note() == *link.store->head);
    const auto first = link.remote->sign(tree.head(37), {});
    REQUIRE_OK(first);
    REQUIRE(first->note() == *link.store->head);
    REQUIRE(first->head() == tree.head(37));
    REQUIRE_OK(link.remote->sign(tree.head(100), {tree.proof(37, 100)}));
    REQUIRE(link.remote->last()->head().size == 100);
}

TEST_CASE("what a signer refuses, it says why", "[signer_link]") {
    const LinkedSigner link;
    ReferenceTree tree(leaves(100));
    REQUIRE_OK(link.remote->sign(tree.head(37), {}));
    const std::string before = *link.store->head;
    REQUIRE_REFUSED(link.remote->sign(tree.head(36), {}), "refusing to sign: log shrank");
    REQUIRE_FAULT(link.remote->sign(tree.head(36), {}), Fault::Untrusted);
    REQUIRE_REFUSED(link.remote->sign({37, hash_empty()}, {}),
                    "refusing to sign: same size, different root");
    REQUIRE(*link.store->head == before);
    link.store->plan.fail_at = 0;
    REQUIRE_REFUSED(link.remote->sign(tree.head(100), {tree.proof(37, 100)}), "the disk is gone");
    REQUIRE_FAULT(link.remote->sign(tree.head(100), {tree.proof(37, 100)}), Fault::Io);
}

TEST_CASE("a signer stamps with its own clock, if it has an authority's key", "[signer_link]") {
    const TestLogKey key = test_log_key();
    const auto store = empty_log(key);
    LocalHeadSigner local{*key.signer, key.note_key, *store};
    struct Stamper : TimeStamper {
        Buffer imprint;
        bool can = true;
        Result<Buffer> stamp(const TimestampRequest& request) override {
            if (!can) return Error(Fault::Declined, "the clock was set");
            imprint = request.imprint;
            return to_buffer("a token");
        }
    } stamper;
    const bool has_key = GENERATE(true, false);
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0);
    std::thread thread(
        [&] { static_cast<void>(serve_signer(ends[1], local, has_key ? &stamper : nullptr)); });
    {
        RemoteHeadSigner remote(ends[0], key.note_key);
        const TimestampRequest request = request_for(digest_of(as_bytes("signature")));
        if (has_key) {
            const auto token = remote.stamp(request);
            REQUIRE_OK(token);
            REQUIRE(*token == to_buffer("a token"));
            REQUIRE(stamper.imprint == request.imprint);
            stamper.can = false;
            REQUIRE_REFUSED(remote.stamp(request), "the clock was set");
            REQUIRE_FAULT(remote.stamp(request), Fault::Declined);
        } else {
            REQUIRE_REFUSED(remote.stamp(request), "the signer gives no time stamps");
        }
        REQUIRE_OK(remote.last());
    }
    thread.join();
    ::close(ends[1]);
}

TEST_CASE("a signer that is gone, silent or dishonest is not believed", "[signer_link]") {
    const TestLogKey key = test_log_key();
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0);
    RemoteHeadSigner remote(ends[0], key.note_key, std::chrono::milliseconds(50));
    ReferenceTree tree(leaves(10));
    const auto answer = [&](const std::string& bytes) {
        REQUIRE(::send(ends[1], bytes.data(), bytes.size(), 0) > 0);
    };
    SECTION("gone") {
        ::close(ends[1]);
        REQUIRE_FAULT(remote.last(), Fault::Io);
        return;
    }
    SECTION("silent") {
        REQUIRE_REFUSED(remote.last(), "the signer does not answer");
        answer(std::string(1, '\0') + key.sign(tree.head(1)).data());
        REQUIRE_REFUSED(remote.last(), "the signer is gone");
    }
    SECTION("of another key") {
        answer(std::string(1, '\0') + other_log_key(std::string(kLogOrigin)).sign(tree.head(10)));
        REQUIRE_FAULT(remote.sign(tree.head(10), {}), Fault::Untrusted);
    }
    SECTION("signing something else") {
        answer(std::string(1, '\0') + key.sign(tree.head(9)));
        REQUIRE_REFUSED(remote.sign(tree.head(10), {}),
                        "the signer has signed another head than it was asked to");
    }
    SECTION("talking nonsense") {
        answer("\x01\x63why");
        REQUIRE_REFUSED(remote.last(), "unknown fault");
    }
    ::close(ends[1]);
}

TEST_CASE("requests to a signer have one spelling", "[signer_link]") {
    ReferenceTree tree(leaves(100));
    for (const SignerRequest& request : std::vector<SignerRequest>{
             {std::nullopt, {}}, {tree.head(100), {}}, {tree.head(100), {tree.proof(37, 100)}}}) {
        const Buffer bytes = encode_signer_request(request);
        const auto parsed = parse_signer_request(bytes);
        REQUIRE_OK(parsed);
        REQUIRE(parsed->head == request.head);
        REQUIRE(parsed->proof.path == request.proof.path);
        Buffer longer = bytes;
        longer.push_back(0);
        REQUIRE_FAULT(parse_signer_request(longer), Fault::Malformed);
        REQUIRE_FAULT(parse_signer_request(Bytes(bytes).first(bytes.size() - 1)), Fault::Malformed);
    }
    const TimestampRequest stamp = request_for(digest_of(as_bytes("signature")));
    const Buffer asked = encode_signer_request({std::nullopt, {}, stamp});
    REQUIRE(parse_signer_request(asked)->timestamp->imprint == stamp.imprint);
    REQUIRE_REFUSED(parse_signer_request(Bytes(asked).first(1)), "ends where tag 30 is expected");
    REQUIRE_REFUSED(parse_signer_request(as_bytes("X")), "request is of an unknown kind");
    Buffer many = encode_signer_request({tree.head(100), {}});
    many.back() = 65;
    many.resize(many.size() + 65 * 32);
    REQUIRE_REFUSED(parse_signer_request(many), "proof is too long");
    REQUIRE_REFUSED(parse_signer_request(Buffer(8193)), "request is too large");
}
