#include "cli/passphrase.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>

namespace boltseal {

namespace {

constexpr std::size_t kMaxPassphrase = 4096;
constexpr int kMaxDescriptor = 65535;

// Reads a line, byte by byte so that nothing behind it is taken, straight into guarded memory.
Result<Secret> read_line(int fd) {
    Secret line(kMaxPassphrase);
    std::size_t size = 0;
    for (;;) {
        std::uint8_t byte = 0;
        const ssize_t n = ::read(fd, &byte, 1);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return Error(Fault::Config, "cannot read the passphrase");
        if (n == 0 || byte == '\n') break;
        if (size == kMaxPassphrase) return Error(Fault::Config, "passphrase is too long");
        line.writable()[size++] = byte;
    }
    line.shrink(size);
    return line;
}

std::optional<Secret> from_environment() {
    for (const char* name : {"BOLTSEAL_PASSWORD", "COSIGN_PASSWORD"}) {
        if (const char* value = std::getenv(name)) return Secret::copy_of(as_bytes(value));
    }
    return std::nullopt;
}

// The controlling terminal with its echo off, which is on again when this goes away.
class Terminal {
public:
    static std::optional<Terminal> open() {
        const int fd = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
        if (fd < 0) return std::nullopt;
        return Terminal(fd);
    }
    Terminal(Terminal&& other) noexcept : fd_(other.fd_), before_(other.before_) { other.fd_ = -1; }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal() {
        if (fd_ < 0) return;
        ::tcsetattr(fd_, TCSAFLUSH, &before_);
        ::close(fd_);
    }

    Result<Secret> ask(const std::string& prompt) const {
        say(prompt);
        auto line = read_line(fd_);
        say("\n");
        return line;
    }

private:
    explicit Terminal(int fd) : fd_(fd) {
        ::tcgetattr(fd_, &before_);
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(fd_, TCSAFLUSH, &silent);
    }
    void say(const std::string& text) const {
        // A prompt that cannot be shown is no reason not to listen.
        [[maybe_unused]] const ssize_t n = ::write(fd_, text.data(), text.size());
    }

    int fd_;
    termios before_{};
};

Error nowhere() {
    return Error(Fault::Config, "no passphrase for the key, and no terminal to ask on")
        .with_hint("set BOLTSEAL_PASSWORD (empty for a key without one), or give --passphrase-fd");
}

// What was given without asking, if anything was.
Result<std::optional<Secret>> given(const PassphraseOptions& options) {
    if (options.descriptor >= 0) {
        BOLTSEAL_TRY(Secret line, read_line(options.descriptor));
        return std::optional<Secret>(std::move(line));
    }
    return from_environment();
}

}  // namespace

void add_passphrase_options(Command command, PassphraseOptions& options) {
    command
        .add_option("--passphrase-fd", options.descriptor,
                    "Read the key's passphrase from this file descriptor")
        .type_name("N")
        .between(0, kMaxDescriptor);
}

Result<Secret> read_passphrase(const PassphraseOptions& options, const std::filesystem::path& key) {
    BOLTSEAL_TRY(std::optional<Secret> secret, given(options));
    if (secret) return *std::move(secret);
    const auto terminal = Terminal::open();
    if (!terminal) return nowhere();
    return terminal->ask("passphrase for '" + key.string() + "': ");
}

Result<Secret> read_new_passphrase(const PassphraseOptions& options,
                                   const std::filesystem::path& key) {
    BOLTSEAL_TRY(std::optional<Secret> secret, given(options));
    if (secret) return *std::move(secret);
    const auto terminal = Terminal::open();
    if (!terminal) return nowhere();
    BOLTSEAL_TRY(Secret first, terminal->ask("new passphrase for '" + key.string() + "': "));
    BOLTSEAL_TRY(const Secret second, terminal->ask("the same again: "));
    // Typed by one person a moment apart: nothing is learned from how long this takes.
    if (!equal(first.bytes(), second.bytes())) {
        return Error(Fault::Config, "the two passphrases differ");
    }
    return first;
}

}  // namespace boltseal
