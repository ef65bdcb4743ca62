#include "transparency/witness_request.h"

#include "core/encoding.h"
#include "transparency/decimal.h"

namespace boltseal {

namespace {

constexpr std::size_t kMaxConsistency = 63;
constexpr std::string_view kOld = "old ";

Error bad_witness_request(const char* why) {
    return Error(Fault::Malformed, why);
}

Result<std::string_view> take_request_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return bad_witness_request("request ends too early");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

Result<std::uint64_t> parse_size(std::string_view text) {
    const auto size = parse_decimal(text);
    if (!size) return bad_witness_request("size is not a decimal number");
    return *size;
}

}  // namespace

Result<AddCheckpoint> parse_add_checkpoint(Bytes body) {
    if (body.size() > kMaxWitnessRequest) {
        return bad_witness_request("request is larger than 256 KiB");
    }
    std::string_view rest = as_text(body);
    BOLTSEAL_TRY(const std::string_view first, take_request_line(rest));
    if (!first.starts_with(kOld)) return bad_witness_request("request does not start with 'old '");
    AddCheckpoint request;
    BOLTSEAL_TRY(request.old_size, parse_size(first.substr(kOld.size())));
    for (;;) {
        BOLTSEAL_TRY(const std::string_view line, take_request_line(rest));
        if (line.empty()) break;
        if (request.proof.path.size() == kMaxConsistency) {
            return bad_witness_request("proof has more than 63 hashes");
        }
        const auto bytes = parse_base64(line);
        if (!bytes || bytes->size() != TreeHash::kSize) {
            return bad_witness_request("hash of the proof is not the base64 of 32 bytes");
        }
        BOLTSEAL_TRY(const TreeHash hash, TreeHash::from(*bytes));
        request.proof.path.push_back(hash);
    }
    request.note = rest;
    return request;
}

std::string to_string(const AddCheckpoint& request) {
    std::string text = std::string(kOld) + std::to_string(request.old_size) + '\n';
    for (const TreeHash& hash : request.proof.path) text += to_base64(hash.bytes()) + '\n';
    return text + '\n' + request.note;
}

Result<std::uint64_t> parse_tree_size(std::string_view body) {
    if (!body.ends_with('\n')) return bad_witness_request("size has no line end");
    return parse_size(body.substr(0, body.size() - 1));
}

std::string print_tree_size(std::uint64_t size) {
    return std::to_string(size) + '\n';
}

}  // namespace boltseal
