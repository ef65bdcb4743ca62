// The first line is a pattern, the rest a text. What compiles names somebody, never meets the empty
// text, and means the same in a group; escaped as a glob, a text meets itself and nothing else.
#include "tests/fuzz/fuzz.h"
#include "verify/pattern.h"

using namespace boltseal;

namespace {

bool asks_for_something(const Pattern& pattern) {
    for (const char c : std::string_view("abcdefghijklmnopqrstuvwxyz0123456789")) {
        bool is_met = false;
        for (std::size_t n = 1; n <= 8; ++n) is_met = is_met || pattern.matches(std::string(n, c));
        if (!is_met) return true;
    }
    return false;
}

}  // namespace

FUZZ(input) {
    if (input.size() > 512) return;
    const std::string_view all = as_text(input);
    const std::string expression(all.substr(0, all.find('\n')));
    const std::string text(all.substr(std::min(expression.size() + 1, all.size())));

    if (const auto glob = Pattern::glob(expression)) {
        LAW(!glob->matches(""));
        LAW(asks_for_something(*glob));
    }
    if (const auto regex = Pattern::regex(expression)) {
        LAW(!regex->matches(""));
        LAW(asks_for_something(*regex));
        const auto grouped = Pattern::regex("(" + expression + ")");
        if (grouped) LAW(grouped->matches(text) == regex->matches(text));
    }
    std::string escaped;
    for (const char c : text) escaped += std::string("\\") + c;
    if (const auto literal = Pattern::glob(escaped)) {
        LAW(literal->matches(text));
        LAW(!literal->matches(text + "x"));
        LAW(literal->matches(expression) == Pattern::exactly(text).matches(expression));
    }
}
