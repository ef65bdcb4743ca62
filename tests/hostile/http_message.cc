#include "tests/hostile/http_message.h"

#include <algorithm>
#include <charconv>

namespace boltseal::hostile {

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

// Consumes up to the delimiter, and the delimiter.
std::string_view take_until(std::string_view& text, std::string_view delimiter) {
    const std::size_t end = text.find(delimiter);
    const std::string_view out = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + delimiter.size());
    return out;
}

std::string_view without_origin(std::string_view target) {
    if (!target.starts_with("http://")) return target;
    const std::size_t path = target.find('/', 7);
    return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
}

}  // namespace

std::string Request::header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
}

Request parse_request(std::string_view head) {
    Request out;
    std::string_view first = take_until(head, "\r\n");
    out.method = take_until(first, " ");
    out.target = without_origin(take_until(first, " "));
    for (;;) {
        std::string_view line = take_until(head, "\r\n");
        if (line.empty()) return out;
        const std::string name = lower(take_until(line, ": "));
        out.headers[name] = line;
    }
}

std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size) {
    if (!header.starts_with("bytes=") || size == 0) return std::nullopt;
    header.remove_prefix(6);
    ByteRange out;
    const char* end = header.data() + header.size();
    const auto first = std::from_chars(header.data(), end, out.first);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '-') return std::nullopt;
    out.last = size - 1;
    if (first.ptr + 1 != end) {
        const auto last = std::from_chars(first.ptr + 1, end, out.last);
        if (last.ec != std::errc{} || last.ptr != end) return std::nullopt;
    }
    if (out.first >= size || out.last < out.first) return std::nullopt;
    out.last = std::min(out.last, size - 1);
    return out;
}

void Answer::drop_header(const std::string& name) {
    std::erase_if(headers, [&](const auto& header) { return lower(header.first) == lower(name); });
}

void Answer::set_header(const std::string& name, std::string value) {
    drop_header(name);
    headers.emplace_back(name, std::move(value));
}

void Answer::set_body(std::string text) {
    kept = std::make_shared<const std::string>(std::move(text));
    body = *kept;
    offset = 0;
    set_header("Content-Length", std::to_string(body.size()));
}

std::string head_text(const Answer& answer) {
    std::string out = "HTTP/1.1 " + std::to_string(answer.status) + " As Told\r\n";
    for (const auto& [name, value] : answer.headers) {
        out.append(name).append(": ").append(value).append("\r\n");
    }
    return out + "\r\n";
}

}  // namespace boltseal::hostile
