// A head signer in another process, over a Unix socket that keeps messages apart (SOCK_SEQPACKET).
// Whoever takes over the server can ask for no more than a next head. specs/log-storage.md#signer
//
//   ask    'L'                                                      what was signed last
//          'S', size (64 bits), root (32), n (8 bits), n hashes     sign this head
//   answer 0, the signed note
//          1, the fault (8 bits), the reason
#pragma once

#include "transparency/head_signer.h"

#include <chrono>

namespace boltseal {

inline constexpr std::size_t kMaxSignerMessage = 8192;

struct SignerRequest {
    std::optional<TreeHead> head;  // nothing: what was signed last
    ConsistencyProof proof;
};

Buffer encode_signer_request(const SignerRequest& request);
Result<SignerRequest> parse_signer_request(Bytes bytes);  // one spelling; at most 64 hashes

// Answers until the other side closes the socket. Io if that breaks.
Result<void> serve_signer(int socket, HeadSigner& signer);
// The same without a signer: everything is answered with the reason.
Result<void> refuse_to_sign(int socket, const Error& reason);

// The other side. Every signature is verified again: the signer is asked, not believed.
class RemoteHeadSigner : public HeadSigner {
public:
    // Takes the socket over. An answer that does not come in time is Io, and so are all after it.
    RemoteHeadSigner(int socket, NoteKey key,
                     std::chrono::milliseconds patience = std::chrono::seconds(30))
        : socket_(socket), key_(std::move(key)), patience_(patience) {}
    ~RemoteHeadSigner() override;
    RemoteHeadSigner(const RemoteHeadSigner&) = delete;
    RemoteHeadSigner& operator=(const RemoteHeadSigner&) = delete;

    const NoteKey& key() const override { return key_; }
    Result<VerifiedCheckpoint> last() override;
    Result<VerifiedCheckpoint> sign(const TreeHead& head, const ConsistencyProof& proof) override;

private:
    Result<VerifiedCheckpoint> ask(const SignerRequest& request);

    int socket_;
    NoteKey key_;
    std::chrono::milliseconds patience_;
};

}  // namespace boltseal
