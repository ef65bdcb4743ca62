// Whatever comes in, nobody is believed who is not known, a response has one end, and an element of
// DER has one spelling: the bytes it was read from.
#include "tests/fuzz/fuzz.h"
#include "verify/signed_data.h"
#include "verify/timestamp.h"
#include "verify/tst_info.h"

using namespace boltseal;

namespace {

// As X.690 section 10.1 writes it.
Buffer header_of(std::uint8_t tag, std::size_t length) {
    Buffer bytes;
    for (std::size_t rest = length; rest > 0 && length > 0x7F; rest >>= 8) {
        bytes.insert(bytes.begin(), static_cast<std::uint8_t>(rest));
    }
    const std::size_t first = length > 0x7F ? 0x80 + bytes.size() : length;
    bytes.insert(bytes.begin(), {tag, static_cast<std::uint8_t>(first)});
    return bytes;
}

void check_elements(Bytes bytes, int depth) {
    DerReader in(bytes);
    for (auto element = in.any(); element && depth > 0; element = in.any()) {
        const Buffer header = header_of(element->whole[0], element->content.size());
        LAW(equal(element->whole.first(header.size()), header));
        LAW(equal(element->whole.subspan(header.size()), element->content));
        check_elements(element->content, depth - 1);
    }
}

bool is_within(Bytes part, Bytes whole) {
    return part.empty() || (part.data() >= whole.data() &&
                            part.data() + part.size() <= whole.data() + whole.size());
}

// By whatever certificate it brings along.
void check_signature_of(SignedData data) {
    for (const Bytes der : data.certificates) {
        const auto signer = parse_certificate(der);
        if (!signer || !check_signed_data(data, *signer)) continue;
        const Bytes content = data.content;
        data.content = der;
        LAW(!check_signed_data(data, *signer));
        data.content = content;
    }
}

}  // namespace

FUZZ(input) {
    check_elements(input, 8);
    const auto checked = check_timestamp(input, input, {});
    LAW(!checked);
    if (checked.error().fault() == Fault::Missing) {
        Buffer longer = to_buffer(input);
        longer.push_back(0);
        LAW(check_timestamp(longer, input, {}).error().fault() == Fault::Malformed);
    }
    if (const auto data = parse_signed_data(input)) {
        LAW(data->signed_bytes[0] == static_cast<std::uint8_t>(DerTag::Set));
        LAW(is_within(data->content, input) && is_within(data->signature, input));
        LAW(data->signer.subject_key_id.empty() || data->signer.issuer.empty());
        check_signature_of(*data);
    }
    if (const auto info = parse_tst_info(input)) LAW(is_within(info->imprint, input));
    const auto time = parse_generalized_time(as_text(input));
    if (time) LAW(input.size() >= 15 && to_rfc3339(*time).size() == 20);
}
