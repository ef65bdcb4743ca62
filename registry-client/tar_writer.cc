#include "registry-client/tar_writer.h"

#include "registry-client/blob_file.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

namespace boltseal {

namespace {

constexpr std::uint64_t kBlock = 512;
constexpr std::size_t kMaxShortName = 100;
constexpr std::uint64_t kMaxOctal = 077777777777;

using Block = std::array<std::uint8_t, kBlock>;

void set_text(Block& block, std::size_t at, std::string_view text) {
    std::copy(text.begin(), text.end(), block.begin() + static_cast<std::ptrdiff_t>(at));
}

void set_octal(Block& block, std::size_t at, int digits, std::uint64_t value) {
    std::array<char, 16> text{};
    const int n = std::snprintf(text.data(), text.size(), "%0*llo", digits,
                                static_cast<unsigned long long>(value));
    set_text(block, at, std::string_view(text.data(), static_cast<std::size_t>(n)));
}

void set_size(Block& block, std::uint64_t size) {
    if (size <= kMaxOctal) return set_octal(block, 124, 11, size);
    block[124] = 0x80;  // GNU's base-256
    for (std::size_t i = 0; i < 8; ++i) {
        block[135 - i] = static_cast<std::uint8_t>(size >> (8 * i));
    }
}

Block header(std::string_view name, std::uint64_t size, char type) {
    Block block{};
    set_text(block, 0, name);
    set_octal(block, 100, 7, 0644);
    set_octal(block, 108, 7, 0);
    set_octal(block, 116, 7, 0);
    set_size(block, size);
    set_octal(block, 136, 11, 0);
    set_text(block, 148, "        ");
    block[156] = static_cast<std::uint8_t>(type);
    set_text(block, 257, std::string_view("ustar\00000", 8));
    std::uint64_t sum = 0;
    for (const std::uint8_t byte : block) sum += byte;
    set_octal(block, 148, 6, sum);
    block[154] = 0;
    return block;
}

// "LENGTH path=NAME\n", whose length counts its own digits.
std::string path_record(const std::string& name) {
    const std::size_t rest = name.size() + 7;  // " path=" and the end of the line
    std::size_t length = rest;
    while (rest + std::to_string(length).size() != length) {
        length = rest + std::to_string(length).size();
    }
    return std::to_string(length) + " path=" + name + "\n";
}

std::uint64_t filled(std::uint64_t size) {
    return (size + kBlock - 1) / kBlock * kBlock;
}

}  // namespace

Result<void> TarWriter::put(std::uint64_t at, Bytes bytes) {
    return write_at(fd_, at, bytes, "an archive");
}

Result<void> TarWriter::put_header(std::uint64_t at, const std::string& name, std::uint64_t size,
                                   char type) {
    const Block block = header(std::string_view(name).substr(0, kMaxShortName), size, type);
    return put(at, block);
}

// Only the header of the content waits for the size.
Result<void> TarWriter::begin(const std::string& name) {
    start_ = at_;
    if (name.size() > kMaxShortName) {
        const std::string record = path_record(name);
        Buffer padded = to_buffer(record);
        padded.resize(static_cast<std::size_t>(filled(record.size())));
        BOLTSEAL_CHECK(put_header(at_, "pax/" + name, record.size(), 'x'));
        BOLTSEAL_CHECK(put(at_ + kBlock, padded));
        at_ += kBlock + padded.size();
    }
    at_ += kBlock;
    content_ = at_;
    return {};
}

Result<void> TarWriter::write(Bytes piece) {
    BOLTSEAL_CHECK(put(at_, piece));
    at_ += piece.size();
    return {};
}

Result<TarMember> TarWriter::end(const std::string& name) {
    const TarMember member{content_, at_ - content_};
    BOLTSEAL_CHECK(put_header(content_ - kBlock, name, member.size, '0'));
    const Buffer zeros(static_cast<std::size_t>(filled(member.size) - member.size));
    BOLTSEAL_CHECK(write(zeros));
    return member;
}

Result<TarMember> TarWriter::add(const std::string& name, Bytes content) {
    BOLTSEAL_CHECK(begin(name));
    BOLTSEAL_CHECK(write(content));
    return end(name);
}

Result<void> TarWriter::finish() {
    const Buffer zeros(2 * kBlock);
    BOLTSEAL_CHECK(write(zeros));
    if (::ftruncate(fd_, static_cast<::off_t>(at_)) != 0) return file_error("end an archive");
    return {};
}

}  // namespace boltseal
