#include "transparency/signer_link.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace boltseal {

namespace {

constexpr std::uint8_t kAskLast = 'L';
constexpr std::uint8_t kAskSign = 'S';
constexpr std::uint8_t kAskStamp = 'T';
constexpr std::size_t kMaxProof = 64;

Error broken(const char* doing) {
    return Error(Fault::Io,
                 std::string("cannot ") + doing + " the signer: " + std::strerror(errno));
}

// The faults a signer can have, by number.
constexpr Fault kFaults[] = {Fault::Untrusted, Fault::Io,     Fault::Declined, Fault::Missing,
                             Fault::Malformed, Fault::Config, Fault::Integrity};

Buffer encode_answer(const Result<Buffer>& answer) {
    Writer writer;
    if (answer) return std::move(writer.u8(0).put(*answer)).take();
    std::uint8_t number = 0;
    while (kFaults[number] != answer.error().fault()) ++number;
    const std::string why = answer.error().message().substr(0, kMaxSignerMessage / 2);
    return std::move(writer.u8(1).u8(number).put(why)).take();
}

Result<Buffer> parse_answer(Bytes bytes) {
    Reader reader(bytes);
    BOLTSEAL_TRY(const std::uint8_t kind, reader.u8());
    if (kind == 0) return to_buffer(reader.rest());
    BOLTSEAL_TRY(const std::uint8_t number, reader.u8());
    if (number >= std::size(kFaults)) return Error(Fault::Malformed, "unknown fault");
    return Error(kFaults[number], without_controls(as_text(reader.rest())));
}

Result<void> send_message(int socket, Bytes bytes) {
    while (::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) {
        if (errno != EINTR) return broken("write to");
    }
    return {};
}

// Nothing if the other side has closed the socket.
Result<std::optional<Buffer>> receive_message(int socket) {
    Buffer bytes(kMaxSignerMessage + 1);
    ssize_t n = -1;
    while ((n = ::recv(socket, bytes.data(), bytes.size(), 0)) < 0) {
        if (errno == ECONNRESET) n = 0;
        if (errno != EINTR) break;
    }
    if (n < 0) return broken("read from");
    if (n == 0) return std::optional<Buffer>();
    bytes.resize(static_cast<std::size_t>(n));
    return std::optional(std::move(bytes));
}

template <typename Answer>
Result<void> answer_all(int socket, Answer answer) {
    for (;;) {
        BOLTSEAL_TRY(const std::optional<Buffer> message, receive_message(socket));
        if (!message) return {};
        const auto request = parse_signer_request(*message);
        const Result<Buffer> answered =
            request ? answer(*request) : Result<Buffer>(request.error());
        BOLTSEAL_CHECK(send_message(socket, encode_answer(answered)));
    }
}

Result<void> parse_head(Reader& reader, SignerRequest& request) {
    request.head.emplace();
    BOLTSEAL_TRY(request.head->size, reader.u64());
    BOLTSEAL_TRY(const Bytes root, reader.take(TreeHash::kSize));
    BOLTSEAL_TRY(request.head->root, TreeHash::from(root));
    BOLTSEAL_TRY(const std::uint8_t count, reader.u8());
    if (count > kMaxProof) return Error(Fault::Malformed, "proof is too long");
    for (std::uint8_t i = 0; i < count; ++i) {
        BOLTSEAL_TRY(const Bytes hash, reader.take(TreeHash::kSize));
        BOLTSEAL_TRY(const TreeHash parsed, TreeHash::from(hash));
        request.proof.path.push_back(parsed);
    }
    return {};
}

Result<void> parse_timestamp(Reader& reader, SignerRequest& request) {
    BOLTSEAL_TRY(const Bytes der, reader.take(reader.rest().size()));
    auto parsed = parse_timestamp_request(der);
    if (const auto* refusal = std::get_if<TimestampRefusal>(&parsed)) {
        return Error(Fault::Malformed, refusal->why);
    }
    request.timestamp = std::get<TimestampRequest>(std::move(parsed));
    return {};
}

Result<Buffer> note_of(const Result<VerifiedCheckpoint>& checkpoint) {
    if (!checkpoint) return checkpoint.error();
    return to_buffer(checkpoint->note());
}

}  // namespace

Buffer encode_signer_request(const SignerRequest& request) {
    Writer writer;
    if (request.timestamp) {
        return std::move(writer.u8(kAskStamp).put(encode_timestamp_request(*request.timestamp)))
            .take();
    }
    if (!request.head) return std::move(writer.u8(kAskLast)).take();
    writer.u8(kAskSign).u64(request.head->size).put(request.head->root.bytes());
    writer.u8(static_cast<std::uint8_t>(request.proof.path.size()));
    for (const TreeHash& hash : request.proof.path) writer.put(hash.bytes());
    return std::move(writer).take();
}

Result<SignerRequest> parse_signer_request(Bytes bytes) {
    if (bytes.size() > kMaxSignerMessage) return Error(Fault::Malformed, "request is too large");
    Reader reader(bytes);
    SignerRequest request;
    BOLTSEAL_TRY(const std::uint8_t kind, reader.u8());
    if (kind == kAskSign) {
        BOLTSEAL_CHECK(parse_head(reader, request));
    } else if (kind == kAskStamp) {
        BOLTSEAL_CHECK(parse_timestamp(reader, request));
    } else if (kind != kAskLast) {
        return Error(Fault::Malformed, "request is of an unknown kind");
    }
    BOLTSEAL_CHECK(reader.end());
    return request;
}

Result<void> serve_signer(int socket, HeadSigner& signer, TimeStamper* stamper) {
    return answer_all(socket, [&](const SignerRequest& request) -> Result<Buffer> {
        if (!request.timestamp) {
            return note_of(request.head ? signer.sign(*request.head, request.proof)
                                        : signer.last());
        }
        if (!stamper) return Error(Fault::Missing, "the signer gives no time stamps");
        return stamper->stamp(*request.timestamp);
    });
}

Result<void> refuse_to_sign(int socket, const Error& reason) {
    return answer_all(socket, [&](const SignerRequest&) -> Result<Buffer> { return reason; });
}

RemoteHeadSigner::~RemoteHeadSigner() {
    if (socket_ >= 0) ::close(socket_);
}

Result<VerifiedCheckpoint> RemoteHeadSigner::last() {
    return ask_for_head({});
}

Result<VerifiedCheckpoint> RemoteHeadSigner::sign(const TreeHead& head,
                                                  const ConsistencyProof& proof) {
    BOLTSEAL_TRY(VerifiedCheckpoint next, ask_for_head({head, proof}));
    if (next.head() == head) return next;
    return Error(Fault::Untrusted, "the signer has signed another head than it was asked to");
}

Result<Buffer> RemoteHeadSigner::stamp(const TimestampRequest& request) {
    return ask({std::nullopt, {}, request});
}

Result<VerifiedCheckpoint> RemoteHeadSigner::ask_for_head(const SignerRequest& request) {
    BOLTSEAL_TRY(const Buffer note, ask(request));
    return check_checkpoint(note, key_);
}

Result<Buffer> RemoteHeadSigner::ask(const SignerRequest& request) {
    const std::lock_guard lock(mutex_);
    if (socket_ < 0) return Error(Fault::Io, "the signer is gone");
    BOLTSEAL_CHECK(send_message(socket_, encode_signer_request(request)));
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(patience_.count())) <= 0) {
        ::close(std::exchange(socket_, -1));  // its late answer must not be taken for another's
        return Error(Fault::Io, "the signer does not answer");
    }
    BOLTSEAL_TRY(const std::optional<Buffer> message, receive_message(socket_));
    if (!message) return Error(Fault::Io, "the signer is gone");
    return parse_answer(*message);
}

}  // namespace boltseal
