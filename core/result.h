// Errors are values. A function that can fail returns Result<T>; one that cannot, does not.
//
// The member names follow std::expected (C++23), so this file can become an alias once the
// toolchain has it. What std::expected lacks, and we need, is Error::context.
#pragma once

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
    Error(Fault fault, std::string message) : fault_(fault), message_(std::move(message)) {}

    Fault fault() const { return fault_; }
    const std::string& message() const { return message_; }
    const std::string& hint() const { return hint_; }
    // Where something was compared: what should have been there, and what was. Both may be empty,
    // and are as safe to show as the message.
    const std::string& expected() const { return expected_; }
    const std::string& found() const { return found_; }

    // Prefixes what we were trying to do: "reading bundle 'a.json': line 3: bad base64".
    Error&& context(const std::string& doing) && {
        message_.insert(0, doing + ": ");
        return std::move(*this);
    }

    // The same story with another thing to do about it: malformed evidence, say, is Untrusted.
    Error&& as(Fault fault) && {
        fault_ = fault;
        return std::move(*this);
    }

    Error&& with_hint(std::string hint) && {
        hint_ = std::move(hint);
        return std::move(*this);
    }

    Error&& comparing(std::string expected, std::string found) && {
        expected_ = std::move(expected);
        found_ = std::move(found);
        return std::move(*this);
    }

private:
    Fault fault_;
    std::string message_;
    std::string hint_;
    std::string expected_;
    std::string found_;
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
