#include "transparency/metrics.h"

#include "tests/catch.h"

#include <cmath>
#include <thread>
#include <vector>

using namespace boltseal;

TEST_CASE("numbers are printed as Prometheus reads them", "[metrics]") {
    Counter counter;
    counter.add();
    counter.add(41);
    MetricsText text;
    text.counter("a_total", "What it counts.", counter.value());
    text.gauge("b", "How much.", 7);
    const MetricsText::Labelled values[] = {{"one", 1}, {"two", 2}};
    text.counters("c_total", "By kind.", "kind", values);
    REQUIRE(std::move(text).take() ==
            "# HELP a_total What it counts.\n# TYPE a_total counter\na_total 42\n"
            "# HELP b How much.\n# TYPE b gauge\nb 7\n"
            "# HELP c_total By kind.\n# TYPE c_total counter\n"
            "c_total{kind=\"one\"} 1\nc_total{kind=\"two\"} 2\n");
}

TEST_CASE("a histogram counts each value once, up to and with its bound", "[metrics]") {
    Histogram histogram(10, 0.1);
    for (const std::uint64_t value : {0, 1, 10, 11, 20, 21, 40}) histogram.observe(value);
    histogram.observe(std::uint64_t{10} << 19);        // the last bound
    histogram.observe((std::uint64_t{10} << 19) + 1);  // beyond it
    REQUIRE(histogram.bound(0) == 1.0);
    REQUIRE(histogram.count_in(0) == 3);
    REQUIRE(histogram.count_in(1) == 2);
    REQUIRE(histogram.count_in(2) == 2);
    REQUIRE(histogram.count_in(Histogram::kBounds - 1) == 1);
    REQUIRE(histogram.count_in(Histogram::kBounds) == 1);
    MetricsText text;
    text.histogram("h", "Help.", histogram);
    const std::string printed = std::move(text).take();
    REQUIRE(
        printed.starts_with("# HELP h Help.\n# TYPE h histogram\nh_bucket{le=\"1\"} 3\n"
                            "h_bucket{le=\"2\"} 5\nh_bucket{le=\"4\"} 7\nh_bucket{le=\"8\"} 7\n"));
    REQUIRE(printed.find("\nh_bucket{le=\"+Inf\"} 9\nh_sum ") != std::string::npos);
    REQUIRE(printed.ends_with("\nh_count 9\n"));
}

TEST_CASE("times are printed in seconds, and cannot run backwards", "[metrics]") {
    TimeHistogram histogram;
    histogram.observe(std::chrono::milliseconds(1));
    histogram.observe(std::chrono::nanoseconds(-5));
    REQUIRE(histogram.count_in(0) == 1);
    REQUIRE(std::abs(histogram.sum() - 0.001) < 1e-9);
    REQUIRE(std::abs(histogram.bound(0) - 0.0000625) < 1e-9);
    REQUIRE(histogram.count_in(4) == 1);  // 62.5 us times 16
}

TEST_CASE("many threads count, and nothing is lost", "[metrics]") {
    Counter counter;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 10'000; ++i) counter.add();
        });
    }
    for (std::thread& thread : threads) thread.join();
    REQUIRE(counter.value() == 40'000);
}

TEST_CASE("the process is measured", "[metrics]") {
    MetricsText text;
    print_process(text);
    const std::string printed = std::move(text).take();
    REQUIRE(printed.find("process_resident_memory_bytes 0\n") == std::string::npos);
    REQUIRE(printed.find("\nprocess_cpu_seconds_total ") != std::string::npos);
}
