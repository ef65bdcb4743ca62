#include "registry-client/tar_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>

namespace boltseal {

namespace {

constexpr std::uint64_t kTarBlock = 512;
constexpr std::size_t kMaxEntryName = 255;
constexpr std::uint64_t kMaxExtended = std::uint64_t{64} << 10;
constexpr std::uint64_t kMaxPadding = std::uint64_t{1} << 20;  // zeros at the end
constexpr std::uint64_t kMaxTarOctal = 077777777777;           // what eleven digits hold

using Block = std::array<std::uint8_t, kTarBlock>;

Error bad_archive(const std::string& why) {
    return Error(Fault::Malformed, "tar archive: " + why);
}

Result<void> read_exactly(const BodyReader& read, std::uint64_t offset,
                          std::span<std::uint8_t> room) {
    while (!room.empty()) {
        BOLTSEAL_TRY(const std::size_t n, read(offset, room));
        if (n == 0) return bad_archive("it ends too early");
        offset += n;
        room = room.subspan(n);
    }
    return {};
}

std::string_view field(const Block& block, std::size_t at, std::size_t size) {
    const std::string_view text = as_text(Bytes(block).subspan(at, size));
    return text.substr(0, text.find('\0'));
}

// Digits with spaces or NULs around them.
Result<std::uint64_t> parse_octal(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    std::uint64_t out = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out, 8);
    if (error != std::errc{} || stop != text.data() + text.size()) {
        return bad_archive("a number is not octal");
    }
    return out;
}

// GNU's base-256, for what does not fit the digits; nothing else is written so.
Result<std::uint64_t> parse_size(const Block& block) {
    const Bytes bytes = Bytes(block).subspan(124, 12);
    if (bytes[0] != 0x80) return parse_octal(field(block, 124, 12));
    std::uint64_t out = 0;
    for (std::size_t i = 1; i < bytes.size(); ++i) {
        if (i < 4 && bytes[i] != 0) return bad_archive("a size is out of range");
        out = out << 8U | bytes[i];
    }
    if (out <= kMaxTarOctal) return bad_archive("a small size is written as a large one");
    return out;
}

Result<void> check_sum(const Block& block) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < block.size(); ++i) {
        sum += i >= 148 && i < 156 ? std::uint8_t{' '} : block[i];
    }
    BOLTSEAL_TRY(const std::uint64_t stated, parse_octal(field(block, 148, 8)));
    return sum == stated ? Result<void>() : bad_archive("a header has a wrong checksum");
}

// The name without "./" before it or '/' behind; nothing for the folder that it is all in.
Result<std::string> check_name(std::string_view name, bool is_folder) {
    if (name.starts_with("./")) name.remove_prefix(2);
    if (is_folder && name.ends_with('/')) name.remove_suffix(1);
    if (is_folder && (name.empty() || name == ".")) return std::string();
    if (name.size() > kMaxEntryName) return bad_archive("a name is longer than 255 bytes");
    const bool plain = std::all_of(name.begin(), name.end(),
                                   [](char c) { return c >= 0x20 && c < 0x7F && c != '\\'; });
    if (!plain) return bad_archive("a name is not plain: " + printable(name));
    for (std::string_view rest = name;;) {
        const std::string_view part = rest.substr(0, rest.find('/'));
        if (part.empty() || part == "." || part == "..") {
            return bad_archive("the name " + printable(name) + " leads elsewhere");
        }
        if (part.size() == rest.size()) return std::string(name);
        rest.remove_prefix(part.size() + 1);
    }
}

// What a pax header says of the member that follows.
struct Extended {
    std::optional<std::string> path;
    std::optional<std::uint64_t> size;
};

// One record, "LENGTH KEY=VALUE\n", from the front of `text`.
Result<std::pair<std::string_view, std::string_view>> take_record(std::string_view& text) {
    std::size_t length = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    const auto digits = static_cast<std::size_t>(stop - text.data());
    if (error != std::errc{} || length > text.size() || length < digits + 3 ||
        text[digits] != ' ' || text[length - 1] != '\n') {
        return bad_archive("an extended header is broken");
    }
    const std::string_view record = text.substr(digits + 1, length - digits - 2);
    text.remove_prefix(length);
    const std::size_t equals = record.find('=');
    if (equals == std::string_view::npos) return bad_archive("an extended header is broken");
    return std::pair(record.substr(0, equals), record.substr(equals + 1));
}

// Times, owners and the like mean nothing here; what would change where or what is, does.
Result<Extended> parse_extended(std::string_view text) {
    Extended out;
    std::set<std::string_view> seen;
    while (!text.empty()) {
        BOLTSEAL_TRY(const auto record, take_record(text));
        const auto& [key, value] = record;
        if (!seen.insert(key).second) return bad_archive("an extended header says something twice");
        if (key.starts_with("GNU.sparse.") || key == "hdrcharset") {
            return bad_archive("extended header " + printable(key) + " is not supported");
        }
        if (key == "path") out.path = std::string(value);
        if (key != "size") continue;
        std::uint64_t size = 0;
        const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), size);
        if (error != std::errc{} || stop != value.data() + value.size()) {
            return bad_archive("an extended size is no number");
        }
        out.size = size;
    }
    return out;
}

class TarLister {
public:
    TarLister(const BodyReader& read, std::uint64_t size, TarLinks links)
        : read_(read), size_(size), links_(links) {}

    Result<TarMembers> list() {
        for (;;) {
            if (size_ - at_ < kTarBlock) return bad_archive("it ends too early");
            Block block{};
            BOLTSEAL_CHECK(read_exactly(read_, at_, block));
            if (std::all_of(block.begin(), block.end(), [](auto b) { return b == 0; })) break;
            at_ += kTarBlock;
            BOLTSEAL_CHECK(take(block));
        }
        if (extended_) return bad_archive("an extended header is the last");
        BOLTSEAL_CHECK(check_end());
        return std::move(members_);
    }

private:
    Result<void> take(const Block& block) {
        BOLTSEAL_CHECK(check_sum(block));
        const std::string_view magic = as_text(Bytes(block).subspan(257, 8));
        const bool is_posix = magic == std::string_view("ustar\00000", 8);
        if (!is_posix && magic != std::string_view("ustar  \0", 8)) {
            return bad_archive("a header is neither of POSIX nor of GNU");
        }
        BOLTSEAL_TRY(std::uint64_t size, parse_size(block));
        const char type = block[156] == 0 ? '0' : static_cast<char>(block[156]);
        if (type == 'x') return take_extended(size);
        std::string name(field(block, 0, 100));
        const std::string_view prefix = is_posix ? field(block, 345, 155) : std::string_view();
        if (!prefix.empty()) name = std::string(prefix) + "/" + name;
        if (extended_ && extended_->path) name = *extended_->path;
        if (extended_ && extended_->size) size = *extended_->size;
        extended_.reset();
        return take_member(type, name, size);
    }

    Result<void> take_extended(std::uint64_t size) {
        if (extended_) return bad_archive("an extended header follows another");
        if (size > kMaxExtended) return bad_archive("an extended header is too long");
        const std::uint64_t at = at_;
        BOLTSEAL_CHECK(skip(size));
        Buffer text(static_cast<std::size_t>(size));
        BOLTSEAL_CHECK(read_exactly(read_, at, text));
        BOLTSEAL_TRY(extended_, parse_extended(as_text(text)));
        return {};
    }

    Result<void> take_member(char type, std::string_view text, std::uint64_t size) {
        const bool is_link = type == '1' || type == '2';
        const bool is_folder = type == '5';
        if (type != '0' && !is_folder && !(is_link && links_ == TarLinks::Keep)) {
            return bad_archive(printable(text) + " is neither a file nor a folder");
        }
        if ((is_link || is_folder) && size != 0) {
            return bad_archive(printable(text) + " has content, and is no file");
        }
        BOLTSEAL_TRY(const std::string name, check_name(text, is_folder));
        const std::uint64_t offset = at_;
        BOLTSEAL_CHECK(skip(size));
        if (++count_ > kMaxTarMembers) return bad_archive("it has more than 65536 members");
        if (is_folder) {
            folders_.insert(name);
        } else if (!members_.emplace(name, TarMember{offset, size, is_link}).second) {
            return bad_archive(printable(name) + " is there twice");
        }
        if (folders_.contains(name) && members_.contains(name)) {
            return bad_archive(printable(name) + " is both a file and a folder");
        }
        return {};
    }

    // Past content and what fills its last block.
    Result<void> skip(std::uint64_t size) {
        const std::uint64_t left = size_ - at_;
        if (size > left) return bad_archive("it ends too early");
        const std::uint64_t filled = (size + kTarBlock - 1) / kTarBlock * kTarBlock;
        if (filled > left) return bad_archive("it ends too early");
        at_ += filled;
        return {};
    }

    // Two blocks of zeros, and then only more of them.
    Result<void> check_end() {
        if (size_ - at_ < 2 * kTarBlock) return bad_archive("it ends too early");
        if (size_ - at_ > kMaxPadding) return bad_archive("something follows its end");
        Buffer rest(static_cast<std::size_t>(size_ - at_));
        BOLTSEAL_CHECK(read_exactly(read_, at_, rest));
        const bool empty = std::all_of(rest.begin(), rest.end(), [](auto b) { return b == 0; });
        return empty ? Result<void>() : bad_archive("something follows its end");
    }

    const BodyReader& read_;
    const std::uint64_t size_;
    const TarLinks links_;
    std::uint64_t at_ = 0;
    std::size_t count_ = 0;
    TarMembers members_;
    std::set<std::string> folders_;
    std::optional<Extended> extended_;
};

}  // namespace

Result<TarMembers> list_tar(const BodyReader& read, std::uint64_t size, TarLinks links) {
    return TarLister(read, size, links).list();
}

}  // namespace boltseal
