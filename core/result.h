// Errors are values. A function that can fail returns Result<T>; one that cannot, does not.
//
// The member names follow std::expected (C++23), so this file can become an alias once the
// toolchain has it. What std::expected lacks, and we need, is Error::context.
#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace boltseal {

// What the caller may do about it, not where it happened.
enum class Fault {
    Malformed,  // the bytes break the format; retrying cannot help
    Integrity,  // the bytes do not match the digest or size they were promised under
    Untrusted,  // a signature, identity, log proof or policy check failed, or nobody signed
    Missing,    // the named thing does not exist
    Declined,   // the other side said no (auth, quota, conflict)
    Config,     // an option, policy or settings file makes no sense; a person must edit it
    Io,         // local or network failure; retrying may help
};

// Messages are lower case, without full stop, with names in '...', never a secret or raw hostile
// bytes. A hint, if there is one, tells a person what to do next.
class [[nodiscard]] Error {
public:
    Error(Fault fault, std::string message);
    Error(const Error& other);
    Error(Error&&) noexcept;  // the other one can then only be assigned to, or end
    Error& operator=(const Error& other);
    Error& operator=(Error&&) noexcept;
    ~Error();

    Fault fault() const { return fault_; }
    const std::string& message() const;
    const std::string& hint() const;
    // Where something was compared: what should have been there, and what was. Both may be empty,
    // and are as safe to show as the message.
    const std::string& expected() const;
    const std::string& found() const;

    // Prefixes what we were trying to do: "reading bundle 'a.json': line 3: bad base64".
    Error&& context(const std::string& doing) &&;

    // The same story with another thing to do about it: malformed evidence, say, is Untrusted.
    Error&& as(Fault fault) &&;

    Error&& with_hint(std::string hint) &&;

    Error&& comparing(std::string expected, std::string found) &&;

private:
    struct Story {
        std::string message;
        std::string hint;
        std::string expected;
        std::string found;
    };
    // Behind a pointer, and with nothing inline: every call in the project returns one, and moving
    // and destroying four strings each time was a quarter of our machine code.
    Fault fault_;
    std::unique_ptr<Story> story_;
};

template <typename T>
class [[nodiscard]] Result {
    using Stored = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

public:
    Result() requires std::is_void_v<T>
    = default;
    Result(Stored value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}   // NOLINT: implicit

    bool has_value() const { return state_.index() == 0; }
    explicit operator bool() const { return has_value(); }

    // Asking a failed Result for its value is a bug in the caller: it throws bad_variant_access.
    const Stored& value() const& { return std::get<0>(state_); }
    Stored& value() & { return std::get<0>(state_); }
    Stored&& value() && { return std::get<0>(std::move(state_)); }
    const Stored& operator*() const& { return value(); }
    Stored& operator*() & { return value(); }
    Stored&& operator*() && { return std::move(*this).value(); }
    const Stored* operator->() const { return &value(); }
    Stored* operator->() { return &value(); }

    const Error& error() const& { return std::get<1>(state_); }
    Error&& error() && { return std::get<1>(std::move(state_)); }

private:
    std::variant<Stored, Error> state_;
};

}  // namespace boltseal

// NOLINTBEGIN(bugprone-macro-parentheses): `decl` declares, `tmp` names.
#define BOLTSEAL_CONCAT_(a, b) a##b
#define BOLTSEAL_CONCAT(a, b) BOLTSEAL_CONCAT_(a, b)

// BOLTSEAL_TRY(auto key, load_key(path));   binds the value, or returns the error to our caller.
#define BOLTSEAL_TRY(decl, expr) BOLTSEAL_TRY_(decl, expr, BOLTSEAL_CONCAT(result_, __LINE__))
#define BOLTSEAL_TRY_(decl, expr, tmp)                   \
    auto tmp = (expr);                                   \
    if (!tmp.has_value()) return std::move(tmp).error(); \
    decl = std::move(tmp).value()

// BOLTSEAL_CHECK(write_file(path, bytes));  the same for Result<void>.
#define BOLTSEAL_CHECK(expr)                               \
    do {                                                   \
        if (auto result_ = (expr); !result_.has_value()) { \
            return std::move(result_).error();             \
        }                                                  \
    } while (false)
// NOLINTEND(bugprone-macro-parentheses)
