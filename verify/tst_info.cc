#include "verify/tst_info.h"

namespace boltseal {

namespace {

constexpr std::uint8_t kVersion1 = 1;

Error bad_tst_info(const std::string& why) {
    return Error(Fault::Malformed, why);
}

Result<void> parse_imprint(Bytes content, TstInfo& info) {
    DerReader in(content);
    BOLTSEAL_TRY(info.imprint_algorithm, take_algorithm(in));
    BOLTSEAL_TRY(const DerElement imprint, in.take(DerTag::OctetString));
    info.imprint = imprint.content;
    return in.end();
}

// RFC 5280 section 4.1. None is known here, so only whether one is critical counts.
Result<void> parse_extensions(Bytes content, TstInfo& info) {
    DerReader extensions(content);
    while (!extensions.empty()) {
        BOLTSEAL_TRY(const DerElement extension, extensions.take(DerTag::Sequence));
        DerReader in(extension.content);
        BOLTSEAL_CHECK(in.take(DerTag::Oid));
        if (in.next_is(DerTag::Boolean)) {
            BOLTSEAL_TRY(const bool critical, in.boolean());
            info.has_critical_extension = info.has_critical_extension || critical;
        }
        BOLTSEAL_CHECK(in.take(DerTag::OctetString));
        BOLTSEAL_CHECK(in.end());
    }
    return {};
}

Result<void> parse_options(DerReader& in, TstInfo& info) {
    BOLTSEAL_CHECK(in.take_if(DerTag::Sequence));                   // accuracy
    if (in.next_is(DerTag::Boolean)) BOLTSEAL_CHECK(in.boolean());  // ordering
    BOLTSEAL_CHECK(in.take_if(DerTag::Integer));                    // nonce
    BOLTSEAL_TRY(const auto tsa, in.take_if(DerTag::Context0));
    if (tsa) info.tsa = *tsa;
    BOLTSEAL_TRY(const auto extensions, in.take_if(DerTag::Context1));
    if (extensions) BOLTSEAL_CHECK(parse_extensions(*extensions, info));
    return in.end();
}

Result<TstInfo> parse(Bytes der) {
    TstInfo info;
    BOLTSEAL_TRY(const Bytes content, read_der(der, DerTag::Sequence));
    DerReader in(content);
    BOLTSEAL_TRY(const DerElement version, in.take(DerTag::Integer));
    if (!equal(version.content, Bytes(&kVersion1, 1))) return bad_tst_info("version is not 1");
    BOLTSEAL_CHECK(in.take(DerTag::Oid));  // policy
    BOLTSEAL_TRY(const DerElement imprint, in.take(DerTag::Sequence));
    BOLTSEAL_CHECK(parse_imprint(imprint.content, info));
    BOLTSEAL_CHECK(in.take(DerTag::Integer));  // serialNumber; some authorities have negative ones
    BOLTSEAL_TRY(const DerElement time, in.take(DerTag::GeneralizedTime));
    BOLTSEAL_TRY(info.time, parse_generalized_time(as_text(time.content)));
    BOLTSEAL_CHECK(parse_options(in, info));
    return info;
}

}  // namespace

Result<TstInfo> parse_tst_info(Bytes der) {
    auto info = parse(der);
    if (!info) return std::move(info).error().context("TSTInfo");
    return info;
}

Result<Timestamp> parse_generalized_time(std::string_view text) {
    constexpr std::size_t kSeconds = 14;  // YYYYMMDDhhmmss
    const Error not_a_time = bad_tst_info("time " + printable(text) + " is not a time in UTC");
    if (text.size() <= kSeconds || !text.ends_with('Z')) return not_a_time;
    const std::string_view fraction = text.substr(kSeconds, text.size() - kSeconds - 1);
    if (fraction.ends_with('0')) return not_a_time;
    const auto part = [&](std::size_t at, std::size_t n) {
        return std::string(text.substr(at, n));
    };
    const auto time =
        parse_rfc3339(part(0, 4) + '-' + part(4, 2) + '-' + part(6, 2) + 'T' + part(8, 2) + ':' +
                      part(10, 2) + ':' + part(12, 2) + std::string(fraction) + 'Z');
    if (!time) return not_a_time;
    return *time;
}

}  // namespace boltseal
