#include "core/pem.h"

#include "core/encoding.h"

#include <algorithm>

namespace boltseal {

namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kDashes = "-----";
constexpr std::string_view kSpace = " \t\r\n";

Error bad(const char* why) {
    return Error(Fault::Malformed, why);
}

bool is_label(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ';
    });
}

void skip_space(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
}

// Cuts one block off the front.
Result<PemBlock> take_block(std::string_view& text) {
    if (!text.starts_with(kBegin)) return bad("not a PEM file");
    text.remove_prefix(kBegin.size());
    const std::string label(text.substr(0, text.find(kDashes)));
    if (!is_label(label) || label.size() == text.size()) return bad("not a PEM file");
    text.remove_prefix(label.size() + kDashes.size());
    const std::string end = "-----END " + label + "-----";
    const std::size_t at = text.find(end);
    if (at == std::string_view::npos) return bad("PEM block has no end");
    std::string base64(text.substr(0, at));
    std::erase_if(base64, [](char c) { return c == '\n' || c == '\r'; });
    text.remove_prefix(at + end.size());
    BOLTSEAL_TRY(Buffer bytes, parse_base64(base64));
    return PemBlock{label, std::move(bytes)};
}

}  // namespace

Result<std::vector<PemBlock>> parse_pem(Bytes bytes, std::size_t max_blocks) {
    std::string_view text = as_text(bytes);
    std::vector<PemBlock> blocks;
    for (skip_space(text); !text.empty() || blocks.empty(); skip_space(text)) {
        if (blocks.size() == max_blocks) return bad("PEM file has too many blocks");
        BOLTSEAL_TRY(PemBlock block, take_block(text));
        blocks.push_back(std::move(block));
    }
    return blocks;
}

std::string to_pem(std::string_view label, Bytes bytes) {
    constexpr std::size_t kWidth = 64;
    const std::string base64 = to_base64(bytes);
    std::string pem = "-----BEGIN " + std::string(label) + "-----\n";
    for (std::size_t i = 0; i < base64.size(); i += kWidth) pem += base64.substr(i, kWidth) + '\n';
    return pem + "-----END " + std::string(label) + "-----\n";
}

}  // namespace boltseal
