// A bundle of as many entries as it is asked for prints back unchanged, and holds no other number.
#include "tests/fuzz/fuzz.h"
#include "transparency/tile.h"

using namespace boltseal;

FUZZ(input) {
    if (input.empty()) return;
    const std::uint64_t width = input[0];
    const Bytes bytes = input.subspan(1);
    const auto entries = parse_entry_bundle(bytes, width);
    if (!entries) return;
    LAW(entries->size() == width);
    LAW(equal(encode_entry_bundle(*entries).value(), bytes));
    LAW(!parse_entry_bundle(bytes, width + 1));
}
