// A witness that answers on a loopback port, with its state in memory, and does wrong when told to.
#pragma once

#include "sign/cosign.h"
#include "sign/ed25519_key.h"
#include "tests/check.h"
#include "tests/support/memory_store.h"
#include "transparency/http_server.h"
#include "transparency/witness.h"
#include "verify/cosignature.h"
#include "verify/witness_policy.h"

#include <atomic>

namespace boltseal::test {

class RunningWitness {
public:
    // Instead of an answer; nothing to answer as a witness does.
    using Wrong = std::function<std::optional<ApiResponse>(const ApiRequest&)>;

    RunningWitness(const std::string& name, const NoteKey& log)
        : signer_(generate_ed25519_key().value()),
          key_(witness_note_key(name, signer_->public_key()).value()),
          service_(*signer_, key_, [this] { return Timestamp{time}; }) {
        auto store = std::make_unique<MemoryHead>();
        head_ = store.get();
        REQUIRE_OK(service_.watch(log.name, {log}, std::move(store)));
        start();
    }
    RunningWitness(const RunningWitness&) = delete;
    RunningWitness& operator=(const RunningWitness&) = delete;
    ~RunningWitness() { stop(); }

    void start() {
        auto server = HttpServer::start(
            {"127.0.0.1", port_}, on_workers(workers_, [this](const ApiRequest& request) {
                ++requests;
                const std::lock_guard guard(mutex_);
                const auto instead = wrong_ ? wrong_(request) : std::nullopt;
                return instead ? *instead : service_.handle(request);
            }));
        REQUIRE_OK(server);
        server_ = *std::move(server);
        port_ = server_->port();
    }
    void stop() { server_.reset(); }
    void do_wrong(Wrong wrong) {
        const std::lock_guard guard(mutex_);
        wrong_ = std::move(wrong);
    }

    const NoteKey& key() const { return key_; }
    Witness in_policy() const {
        return {key_.name, key_, "http://127.0.0.1:" + std::to_string(port_)};
    }
    // With its key, whatever the text and the time.
    NoteSignature sign(const std::string& text, std::uint64_t at) const {
        const std::string message = cosignature_message(text, {static_cast<std::int64_t>(at)});
        Writer bytes;
        bytes.u64(at).put(signer_->sign(as_bytes(message)).value());
        return {key_.name, key_.id(), std::move(bytes).take()};
    }
    std::optional<std::string> newest() const { return head_->load().value(); }

    std::atomic<int> requests{0};
    std::atomic<std::int64_t> time{1'767'139'200};

private:
    class MemoryHead : public HeadStore {
    public:
        Result<std::optional<std::string>> load() override {
            const std::lock_guard guard(mutex_);
            return head_;
        }
        Result<void> advance(const std::optional<std::string>&, const std::string& next) override {
            const std::lock_guard guard(mutex_);
            head_ = next;
            return {};
        }

    private:
        std::mutex mutex_;  // guards the head, which tests read
        std::optional<std::string> head_;
    };

    std::unique_ptr<PrivateKey> signer_;
    NoteKey key_;
    WitnessService service_;
    MemoryHead* head_ = nullptr;  // the service's
    std::mutex mutex_;            // guards what is done wrong; held while it is asked
    Wrong wrong_;
    std::uint16_t port_ = 0;
    Workers workers_{2};
    std::unique_ptr<HttpServer> server_;
};

// Any `threshold` of them, each with its address.
inline WitnessPolicy policy_of(std::size_t threshold,
                               const std::vector<const RunningWitness*>& witnesses) {
    std::string text;
    std::string names;
    for (const RunningWitness* witness : witnesses) {
        const Witness one = witness->in_policy();
        text += "witness " + one.name + ' ' + to_vkey(one.key) + ' ' + one.url + '\n';
        names += ' ' + one.name;
    }
    text += "group needed " + std::to_string(threshold) + names + "\nquorum needed\n";
    const auto policy = parse_witness_policy(as_bytes(text));
    REQUIRE_OK(policy);
    return *policy;
}

}  // namespace boltseal::test
