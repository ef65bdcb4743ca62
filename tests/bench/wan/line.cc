#include "tests/bench/wan/line.h"

#include "core/bytes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numbers>
#include <set>
#include <string_view>

namespace boltseal::wan {

namespace {

struct Unit {
    std::string_view name;
    double factor;
};

constexpr std::array kRates = {Unit{"kbit", 1e3}, Unit{"mbit", 1e6}, Unit{"gbit", 1e9}};
constexpr std::array kTimes = {Unit{"us", 1e3}, Unit{"ms", 1e6}, Unit{"s", 1e9}};
constexpr std::array kSizes = {Unit{"kb", 1e3}, Unit{"mb", 1e6}};
constexpr std::array kShares = {Unit{"%", 0.01}};
constexpr std::array kNumbers = {Unit{"", 1.0}};

Error bad(const std::string& word) {
    return Error(Fault::Config, "makes no sense: " + printable(word));
}

std::optional<double> read(std::string_view text, std::span<const Unit> units) {
    double number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    if (error != std::errc{} || !(number >= 0) || number > 1e9) return std::nullopt;
    const std::string_view rest = text.substr(static_cast<std::size_t>(stop - text.data()));
    for (const Unit& unit : units) {
        if (unit.name == rest) return number * unit.factor;
    }
    return std::nullopt;
}

Nanos nanos(double value) {
    return Nanos(static_cast<Nanos::rep>(value));
}

// "5s/20s/2s": length, period and first, the length shorter than the period.
bool read_outage(std::string_view text, LineProfile& out) {
    std::array<Nanos, 3> times{};
    for (std::size_t i = 0; i < times.size(); ++i) {
        const std::size_t end = i + 1 < times.size() ? text.find('/') : text.size();
        if (end == std::string_view::npos) return false;
        const auto value = read(text.substr(0, end), kTimes);
        if (!value) return false;
        times[i] = nanos(*value);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (times[0] >= times[1]) return false;
    out.outage = times[0];
    out.outage_every = times[1];
    out.outage_first = times[2];
    return true;
}

bool read_word(std::string_view name, std::string_view text, LineProfile& out) {
    if (name == "outage") return read_outage(text, out);
    const bool time = name == "delay" || name == "jitter";
    const auto units = name == "rate"    ? std::span<const Unit>(kRates)
                       : time            ? std::span<const Unit>(kTimes)
                       : name == "loss"  ? std::span<const Unit>(kShares)
                       : name == "queue" ? std::span<const Unit>(kSizes)
                                         : std::span<const Unit>(kNumbers);
    const auto value = read(text, units);
    if (!value) return false;
    if (name == "rate") return (out.rate = static_cast<std::uint64_t>(*value)) > 0;
    if (name == "queue") return (out.queue = static_cast<std::uint64_t>(*value)) > 0;
    if (name == "seed") return out.seed = static_cast<std::uint64_t>(*value), true;
    if (name == "delay") return out.delay = nanos(*value), true;
    if (name == "jitter") return out.jitter = nanos(*value), true;
    if (name == "loss") return (out.loss = *value) < 1;
    return name == "burst" && (out.burst = *value) >= 1;
}

}  // namespace

Result<LineProfile> parse_line_profile(std::span<const std::string> words) {
    LineProfile out;
    std::set<std::string_view> seen;
    for (const std::string& word : words) {
        const std::string_view view = word;
        const std::size_t equals = view.find('=');
        if (equals == std::string_view::npos) return bad(word);
        const std::string_view name = view.substr(0, equals);
        if (!seen.insert(name).second || !read_word(name, view.substr(equals + 1), out)) {
            return bad(word);
        }
    }
    return out;
}

Line::Line(const LineProfile& profile) : profile_(profile), dice_(profile.seed) {}

std::optional<Nanos> Line::send(Nanos now, std::size_t bytes) {
    ++counts_.packets;
    if (is_out(now)) {
        ++counts_.cut;
        return std::nullopt;
    }
    busy_until_ = std::max(busy_until_, now);
    if (profile_.rate > 0) {
        const double per_byte = 8e9 / static_cast<double>(profile_.rate);
        const auto waiting = static_cast<double>((busy_until_ - now).count()) / per_byte;
        if (waiting + static_cast<double>(bytes) > static_cast<double>(profile_.queue)) {
            ++counts_.overflowed;
            return std::nullopt;
        }
        busy_until_ += nanos(static_cast<double>(bytes) * per_byte);
    }
    if (loses()) {  // it has used the bottleneck all the same
        ++counts_.lost;
        return std::nullopt;
    }
    last_arrival_ = std::max(last_arrival_, busy_until_ + profile_.delay + jitter());
    return last_arrival_;
}

bool Line::is_out(Nanos now) const {
    if (profile_.outage_every.count() == 0 || now < profile_.outage_first) return false;
    return (now - profile_.outage_first) % profile_.outage_every < profile_.outage;
}

// Gilbert's model with mean burst B and share L: leaves the bad state with 1/B, enters it with
// L / (B (1 - L)).
bool Line::loses() {
    if (profile_.loss <= 0) return false;
    if (profile_.burst <= 0) return uniform() < profile_.loss;
    const double leave = 1 / profile_.burst;
    const double enter = profile_.loss / (profile_.burst * (1 - profile_.loss));
    losing_ = losing_ ? uniform() >= leave : uniform() < enter;
    return losing_;
}

double Line::uniform() {
    return std::ldexp(static_cast<double>(dice_() >> 11), -53);
}

// Box and Muller's way to a normal distribution, of which half is enough here.
Nanos Line::jitter() {
    if (profile_.jitter.count() == 0) return Nanos{0};
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    const double normal = radius * std::cos(2 * std::numbers::pi * uniform());
    return nanos(std::abs(normal) * static_cast<double>(profile_.jitter.count()));
}

}  // namespace boltseal::wan
