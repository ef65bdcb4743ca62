#include "transparency/metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdio>

namespace boltseal {

namespace {

std::string number(double value) {
    char text[32];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value);
    return {text, end};
}

// The second number in /proc/self/statm: pages that are in memory.
std::uint64_t resident_bytes() {
    unsigned long pages = 0;
    std::FILE* const file = std::fopen("/proc/self/statm", "re");
    if (!file) return 0;
    const bool read = std::fscanf(file, "%*u %lu", &pages) == 1;
    std::fclose(file);
    return read ? pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

void Histogram::observe(std::uint64_t value) {
    const std::uint64_t steps = value == 0 ? 0 : (value - 1) / least_;
    const auto place = static_cast<std::size_t>(std::bit_width(steps));
    counts_[std::min(place, kBounds)].add();
    sum_.add(value);
}

void Histogram::observe(std::chrono::nanoseconds time) {
    observe(static_cast<std::uint64_t>(std::max<std::int64_t>(0, time.count())));
}

double Histogram::bound(std::size_t i) const {
    return static_cast<double>(least_ << i) * unit_;
}

std::uint64_t Histogram::count_in(std::size_t i) const {
    return counts_[i].value();
}

double Histogram::sum() const {
    return static_cast<double>(sum_.value()) * unit_;
}

void MetricsText::head(std::string_view name, std::string_view help, std::string_view type) {
    text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
    text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void MetricsText::sample(std::string_view name, std::string_view labels, std::string_view value) {
    text_.append(name).append(labels).append(" ").append(value).append("\n");
}

void MetricsText::counter(std::string_view name, std::string_view help, std::uint64_t value) {
    head(name, help, "counter");
    sample(name, "", std::to_string(value));
}

void MetricsText::gauge(std::string_view name, std::string_view help, std::uint64_t value) {
    head(name, help, "gauge");
    sample(name, "", std::to_string(value));
}

void MetricsText::histogram(std::string_view name, std::string_view help,
                            const Histogram& histogram) {
    head(name, help, "histogram");
    const std::string bucket = std::string(name) + "_bucket";
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < Histogram::kBounds; ++i) {
        so_far += histogram.count_in(i);
        sample(bucket, "{le=\"" + number(histogram.bound(i)) + "\"}", std::to_string(so_far));
    }
    so_far += histogram.count_in(Histogram::kBounds);
    sample(bucket, "{le=\"+Inf\"}", std::to_string(so_far));
    sample(std::string(name) + "_sum", "", number(histogram.sum()));
    sample(std::string(name) + "_count", "", std::to_string(so_far));
}

void MetricsText::counters(std::string_view name, std::string_view help, std::string_view label,
                           std::span<const Labelled> values) {
    head(name, help, "counter");
    for (const Labelled& one : values) {
        const std::string labels = "{" + std::string(label) + "=\"" + std::string(one.word) + "\"}";
        sample(name, labels, std::to_string(one.value));
    }
}

void print_process(MetricsText& text) {
    text.gauge("process_resident_memory_bytes", "Memory in use.", resident_bytes());
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    text.gauge("process_max_fds", "Files that may be open.", files.rlim_cur);
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const double spent = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    text.counter("process_cpu_seconds_total", "Processor time spent, in whole seconds.",
                 static_cast<std::uint64_t>(spent));
}

}  // namespace boltseal
