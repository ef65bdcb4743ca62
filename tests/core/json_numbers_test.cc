// Canonical numbers against ECMAScript itself, which RFC 8785 section 3.2.2.3 defers to: one node
// process prints JSON.stringify of every double we made up, from a seed that is shown on failure.
#include "core/file.h"
#include "core/json.h"
#include "tests/check.h"
#include "tests/support/temp_folder.h"

#include <bit>
#include <cmath>
#include <cstdio>
#include <random>
#include <sstream>

using namespace boltseal;

namespace {

bool have_node() {
    return std::system("command -v node >/dev/null 2>&1") == 0;  // NOLINT: a fixed command
}

// Powers of ten and two, their neighbours, and the borders between ECMAScript's ways to write.
std::vector<double> edge_cases() {
    std::vector<double> out = {0.0, -0.0, 1e21, 1e-6, 1e-7, 123456789012345680000.0};
    const auto add = [&out](double x) {
        for (const double y : {std::nextafter(x, 0.0), x, std::nextafter(x, INFINITY)}) {
            if (std::isfinite(y)) out.insert(out.end(), {y, -y});
        }
    };
    for (int e = -324; e <= 308; ++e) add(std::strtod(("1e" + std::to_string(e)).c_str(), nullptr));
    for (int e = -1074; e <= 1023; ++e) add(std::ldexp(1.0, e));
    return out;
}

std::vector<double> random_doubles(std::uint64_t seed, std::size_t count) {
    std::mt19937_64 random(seed);
    std::vector<double> out;
    while (out.size() < count) {
        const auto any = std::bit_cast<double>(random());
        if (std::isfinite(any)) out.push_back(any);
        // Few digits at a human size: what documents really hold.
        out.push_back(static_cast<double>(random() % 1'000'000'000) /
                      std::pow(10.0, random() % 12));
    }
    return out;
}

std::vector<double> all_doubles(std::uint64_t seed) {
    std::vector<double> numbers = edge_cases();
    const auto more = random_doubles(seed, 50'000);
    numbers.insert(numbers.end(), more.begin(), more.end());
    return numbers;
}

std::string run_node(const std::filesystem::path& doubles) {
    const std::string command =
        "node -e 'const b = require(\"fs\").readFileSync(process.argv[1]);"
        "for (let i = 0, s = []; i <= b.length; i += 8) {"
        "  if (i < b.length) s.push(JSON.stringify(b.readDoubleLE(i)));"
        "  else console.log(s.join(\"\\n\")); }' '" +
        doubles.string() + "'";
    std::FILE* pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string out;
    char chunk[65536];
    while (const std::size_t n = std::fread(chunk, 1, sizeof chunk, pipe)) out.append(chunk, n);
    REQUIRE(::pclose(pipe) == 0);
    return out;
}

}  // namespace

TEST_CASE("a double that was printed is read again to the last bit", "[json]") {
    const std::uint64_t seed = std::random_device{}();
    CAPTURE(seed);
    for (const double number : all_doubles(seed)) {
        char text[32];
        std::snprintf(text, sizeof text, "%.16e", number);  // 17 digits are enough for every double
        CAPTURE(text);
        const auto json = parse_json(text);
        REQUIRE_OK(json);
        REQUIRE(json->as_double() != nullptr);
        REQUIRE(std::bit_cast<std::uint64_t>(*json->as_double()) ==
                std::bit_cast<std::uint64_t>(number));
    }
}

TEST_CASE("canonical numbers are those that Node prints", "[json]") {
    if (!have_node()) SKIP("no node on the PATH");
    const std::uint64_t seed = std::random_device{}();
    CAPTURE(seed);
    const std::vector<double> numbers = all_doubles(seed);

    Buffer bytes;
    for (const double number : numbers) {
        const auto bits = std::bit_cast<std::uint64_t>(number);
        for (int shift = 0; shift < 64; shift += 8) {
            bytes.push_back(static_cast<std::uint8_t>(bits >> shift));
        }
    }
    const test::TempFolder folder;
    REQUIRE_OK(write_file(folder / "doubles", bytes));

    std::istringstream lines(run_node(folder / "doubles"));
    std::string want;
    for (const double number : numbers) {
        REQUIRE(std::getline(lines, want));
        if (to_canonical_json(Json(number)) != want) {
            CAPTURE(std::bit_cast<std::uint64_t>(number));
            REQUIRE(to_canonical_json(Json(number)) == want);
        }
    }
    REQUIRE_FALSE(std::getline(lines, want));
}
