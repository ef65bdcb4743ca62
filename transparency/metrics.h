// Numbers that grow while a program runs, and their text for Prometheus (text format 0.0.4).
// Counted without locks, by any thread. No name or label ever comes from a client.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace boltseal {

class Counter {
public:
    void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

// How many values were at most each of its bounds, and their sum. The bounds are powers of two
// times `least`, so that finding the right one takes no search.
class Histogram {
public:
    static constexpr std::size_t kBounds = 20;

    // `unit`: what a value of 1 is worth in the text, such as 1e-9 for nanoseconds.
    constexpr Histogram(std::uint64_t least, double unit) : least_(least), unit_(unit) {}
    void observe(std::uint64_t value);
    void observe(std::chrono::nanoseconds time);

    double bound(std::size_t i) const;            // REQUIRES: i < kBounds
    std::uint64_t count_in(std::size_t i) const;  // i == kBounds: beyond all bounds
    double sum() const;

private:
    const std::uint64_t least_;
    const double unit_;
    std::array<Counter, kBounds + 1> counts_;
    Counter sum_;
};

// From 62 microseconds to 33 seconds.
class TimeHistogram : public Histogram {
public:
    constexpr TimeHistogram() : Histogram(62'500, 1e-9) {}
};

// The text, one family after the other. Names and help are ours, and not escaped.
class MetricsText {
public:
    void counter(std::string_view name, std::string_view help, std::uint64_t value);
    void gauge(std::string_view name, std::string_view help, std::uint64_t value);
    void histogram(std::string_view name, std::string_view help, const Histogram& histogram);
    // One counter with a value for each of some words: name{label="word"} value.
    struct Labelled {
        std::string_view word;
        std::uint64_t value;
    };
    void counters(std::string_view name, std::string_view help, std::string_view label,
                  std::span<const Labelled> values);

    std::string take() && { return std::move(text_); }

private:
    void head(std::string_view name, std::string_view help, std::string_view type);
    void sample(std::string_view name, std::string_view labels, std::string_view value);

    std::string text_;
};

// Memory, files and processor time of this process, as Prometheus's own clients name them.
void print_process(MetricsText& text);

}  // namespace boltseal
