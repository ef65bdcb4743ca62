// A list of SCTs has one spelling: what was read prints back to the same bytes.
#include "tests/fuzz/fuzz.h"
#include "verify/der.h"
#include "verify/sct.h"

using namespace boltseal;

namespace {

Buffer encode(const Sct& sct) {
    Writer out;
    out.u8(0).put(sct.log.bytes()).u64(sct.milliseconds);
    LAW(out.put_u16_prefixed(sct.extensions));
    out.u8(sct.hash).u8(sct.signature_type);
    LAW(out.put_u16_prefixed(sct.signature));
    return std::move(out).take();
}

}  // namespace

FUZZ(input) {
    const auto scts = parse_sct_list(input);
    if (!scts) return;
    LAW(!scts->empty() && scts->size() <= 32);
    Writer items;
    for (const Sct& sct : *scts) LAW(items.put_u16_prefixed(encode(sct)));
    Writer list;
    LAW(list.put_u16_prefixed(items.bytes()));
    LAW(equal(list.bytes(), *read_der(input, DerTag::OctetString)));
}
