// A monitor's state prints back to a state that reads the same.
#include "tests/fuzz/fuzz.h"
#include "transparency/monitor.h"

using namespace boltseal;

FUZZ(input) {
    const auto state = parse_monitor_state(input);
    if (!state) return;
    const std::string text = to_string(*state);
    const auto again = parse_monitor_state(as_bytes(text));
    LAW(again && to_string(*again) == text);
    LAW(again->read == state->read && again->checkpoint == state->checkpoint);
}
