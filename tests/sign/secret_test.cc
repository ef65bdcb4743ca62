#include "sign/secret.h"

#include "tests/check.h"

#include <algorithm>
#include <type_traits>

using namespace boltseal;

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret>);
static_assert(std::is_nothrow_move_assignable_v<Secret>);

namespace {

// A requires-expression is only about templates: it would be an error, not false, elsewhere.
template <typename T>
constexpr bool kComparable = requires(const T& a, const T& b) {
    a == b;
};

}  // namespace

static_assert(!kComparable<Secret>);

TEST_CASE("a secret begins as zeros and keeps what is written to it", "[secret]") {
    Secret secret(32);
    REQUIRE(secret.size() == 32);
    REQUIRE(std::ranges::count(secret.bytes(), 0) == 32);
    secret.writable()[31] = 7;
    REQUIRE(secret.bytes()[31] == 7);
}

TEST_CASE("an empty secret is legal", "[secret]") {
    REQUIRE(Secret(0).bytes().empty());
    REQUIRE(Secret::copy_of({}).size() == 0);
}

TEST_CASE("a secret that was moved from is empty", "[secret]") {
    Secret first = Secret::copy_of(as_bytes("hunter2"));
    Secret second = std::move(first);
    REQUIRE(first.bytes().empty());  // NOLINT(bugprone-use-after-move): what the contract says
    REQUIRE(as_text(second.bytes()) == "hunter2");
    first = std::move(second);
    REQUIRE(as_text(first.bytes()) == "hunter2");
    REQUIRE(second.bytes().empty());  // NOLINT(bugprone-use-after-move)
}

TEST_CASE("shrinking a secret wipes what is cut off", "[secret]") {
    Secret secret = Secret::copy_of(as_bytes("hunter2"));
    const std::uint8_t* behind = secret.bytes().data() + 6;
    secret.shrink(6);
    REQUIRE(as_text(secret.bytes()) == "hunter");
    REQUIRE(*behind == 0);
}

TEST_CASE("wiping leaves zeros, and no text", "[secret]") {
    Buffer bytes = {1, 2, 3};
    wipe(bytes);
    REQUIRE(bytes == Buffer{0, 0, 0});
    std::string text = "hunter2";
    wipe(text);
    REQUIRE(text.empty());
    REQUIRE(text.data()[1] == '\0');
}
