// A head signer in another process, over a Unix socket that keeps messages apart (SOCK_SEQPACKET).
// Whoever takes over the server can ask for no more than a next head, and for time stamps that tell
// the signer's time. specs/log-storage.md#signer
//
//   ask    'L'                                                      what was signed last
//          'S', size (64 bits), root (32), n (8 bits), n hashes     sign this head
//          'T', a time-stamp request                                stamp it
//   answer 0, the signed note, or the token
//          1, the fault (8 bits), the reason
#pragma once

#include "transparency/head_signer.h"
#include "transparency/time_stamping.h"

#include <chrono>
#include <mutex>

namespace boltseal {

inline constexpr std::size_t kMaxSignerMessage = 8192;

struct SignerRequest {
    std::optional<TreeHead> head;  // nothing: what was signed last
    ConsistencyProof proof;
    std::optional<TimestampRequest> timestamp = std::nullopt;  // or this, and nothing else
};

Buffer encode_signer_request(const SignerRequest& request);
Result<SignerRequest> parse_signer_request(Bytes bytes);  // one spelling; at most 64 hashes

// Answers until the other side closes the socket. Io if that breaks. Without a stamper there are no
// time stamps: Missing.
Result<void> serve_signer(int socket, HeadSigner& signer, TimeStamper* stamper = nullptr);
// The same without a signer: everything is answered with the reason.
Result<void> refuse_to_sign(int socket, const Error& reason);

// The other side. The signature of every head is verified again: the signer is asked, not believed.
// Safe from many threads, which then wait for one another.
class RemoteHeadSigner : public HeadSigner, public TimeStamper {
public:
    // Takes the socket over. An answer that does not come in time is Io, and so are all after it.
    RemoteHeadSigner(int socket, NoteKey key,
                     std::chrono::milliseconds patience = std::chrono::seconds(30))
        : key_(std::move(key)), patience_(patience), socket_(socket) {}
    ~RemoteHeadSigner() override;
    RemoteHeadSigner(const RemoteHeadSigner&) = delete;
    RemoteHeadSigner& operator=(const RemoteHeadSigner&) = delete;

    const NoteKey& key() const override { return key_; }
    Result<VerifiedCheckpoint> last() override;
    Result<VerifiedCheckpoint> sign(const TreeHead& head, const ConsistencyProof& proof) override;
    Result<Buffer> stamp(const TimestampRequest& request) override;

private:
    Result<Buffer> ask(const SignerRequest& request);
    Result<VerifiedCheckpoint> ask_for_head(const SignerRequest& request);

    const NoteKey key_;
    const std::chrono::milliseconds patience_;
    std::mutex mutex_;  // guards the socket; held from a question to its answer
    int socket_;
};

}  // namespace boltseal
